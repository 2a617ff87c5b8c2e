"""All services behind one callable."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from types import ModuleType

from tests.databricks_double.http import AnswerInstead, ConnectionCut, Request, Response, Statements
from tests.databricks_double.rest import (
    access_requests,
    catalogs,
    cluster_policies,
    domains,
    errors,
    external_lineage,
    external_metadata,
    functions,
    identity,
    jobs,
    monitors,
    oauth,
    object_permissions,
    people,
    permissions,
    policies,
    recipients,
    schemas,
    secrets,
    share_permissions,
    shares,
    statements,
    tables,
    tag_assignments,
    tag_policies,
    volumes,
    warehouses,
    workspace,
)
from tests.databricks_double.rest.paging import Pages
from tests.databricks_double.rest.routes import Call, Options, Router
from tests.databricks_double.rest.running import Running
from tests.databricks_double.store import Metastore

SERVICES: tuple[ModuleType, ...] = (
    access_requests,
    catalogs,
    cluster_policies,
    domains,
    external_lineage,
    external_metadata,
    functions,
    identity,
    jobs,
    monitors,
    oauth,
    object_permissions,
    people,
    permissions,
    policies,
    recipients,
    schemas,
    secrets,
    share_permissions,
    shares,
    statements,
    tables,
    tag_assignments,
    tag_policies,
    volumes,
    warehouses,
    workspace,
)


class RestApi:
    """Answers REST calls from the store. `statements` is the SQL half, for the statement execution API.

    `pages` says how lists are cut, `options` the rest. `refused` records every call that was refused and `unknown` those
    to a route that is not there; `crashes` are mistakes of the double itself. A test can assert that all are empty.
    """

    def __init__(
        self,
        store: Metastore,
        statements: Statements,
        *,
        pages: Pages | None = None,
        options: Options | None = None,
        warehouse_ids: Iterable[str] = ("double",),
    ) -> None:
        self.store = store
        self.statements = statements
        self.pages = pages or Pages()
        self.options = options or Options()
        self.router = Router(service.routes for service in SERVICES)
        self.running: dict[str, Running] = {}
        self.refused: list[tuple[Request, str]] = []
        self.unknown: list[str] = []
        self.crashes: list[Exception] = []
        for warehouse_id in warehouse_ids:
            warehouses.add(store, warehouse_id)

    def __call__(self, request: Request) -> Response:
        """Answer one call."""
        try:
            return self._answer(request)
        except errors.ApiError as refusal:
            self.refused.append((request, str(refusal)))
            if refusal.error_code == "ENDPOINT_NOT_FOUND":
                self.unknown.append(f"{request.method} {request.path}")
            return refusal.response()
        except (AnswerInstead, ConnectionCut):
            raise
        except Exception as crash:
            self.crashes.append(crash)
            return errors.ApiError(500, "INTERNAL_ERROR", f"The double: {type(crash).__name__}: {crash}").response()

    def _answer(self, request: Request) -> Response:
        """Find the route, check the token, and let the handler answer."""
        route, path = self.router.find(request.method, request.path)
        if request.principal is None and not route.is_open:
            raise errors.unauthenticated()
        call = Call(request, self.store, path, self.pages, self.statements, self.options, self.running)
        with contextlib.nullcontext() if route.waits else self.store.lock:
            answer = route.handler(call)
        unread = set(request.query) - call.seen - {"o"}  # o is the workspace's id
        if unread:
            raise errors.invalid(f"Unknown query parameters {sorted(unread)} of {request.method} {request.path}")
        return answer if isinstance(answer, Response) else Response(200, answer)
