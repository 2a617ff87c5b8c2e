"""What can go wrong with a call. Each says whether it strikes before the effect, or after it: then only the answer is lost."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tests.databricks_double.http import AsOf, ConnectionCut, RequestInfo, Response, Statements
from tests.databricks_double.rest import RestApi
from tests.databricks_double.store import Metastore

if TYPE_CHECKING:
    from tests.databricks_double.faults import Faults

MOST_SECONDS = 10.0


@dataclass(frozen=True)
class Action:
    """Something that goes wrong."""

    after: bool = False

    def act(self, faults: Faults, info: RequestInfo) -> Response | None:
        """Do it: return what is sent instead of the answer, or None for none; or raise ConnectionCut."""
        raise NotImplementedError


def refusal(status: int, code: str, message: str, retry_after: int | None = None) -> Response:
    """Return an error as Databricks sends it. `Retry-After` is whole seconds."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Response(status, {"error_code": code, "message": message}, headers)


@dataclass(frozen=True)
class TooManyRequests(Action):
    """429. The SDK waits as long as it is told, plus up to a second, and repeats."""

    retry_after: int | None = 0

    def act(self, faults: Faults, info: RequestInfo) -> Response:
        """Answer 429."""
        return refusal(429, "REQUEST_LIMIT_EXCEEDED", "Current request has to be throttled", self.retry_after)


@dataclass(frozen=True)
class Unavailable(Action):
    """503. The SDK repeats."""

    retry_after: int | None = 0

    def act(self, faults: Faults, info: RequestInfo) -> Response:
        """Answer 503."""
        return refusal(503, "TEMPORARILY_UNAVAILABLE", "The service is temporarily unavailable", self.retry_after)


@dataclass(frozen=True)
class ServerError(Action):
    """500. The SDK does not repeat: nobody knows whether there was an effect."""

    def act(self, faults: Faults, info: RequestInfo) -> Response:
        """Answer 500."""
        return refusal(500, "INTERNAL_ERROR", "An internal error occurred")


@dataclass(frozen=True)
class GatewayTimeout(Action):
    """504, by something in between that speaks HTML."""

    def act(self, faults: Faults, info: RequestInfo) -> Response:
        """Answer 504."""
        page = b"<html><head><title>504 Gateway Time-out</title></head><body></body></html>"
        return Response(504, page, {"content-type": "text/html"})


@dataclass(frozen=True)
class Slow(Action):
    """An answer later than the client waits for. The call has its effect: first, when `after`, or else when the wait is over."""

    seconds: float = 1.0

    def act(self, faults: Faults, info: RequestInfo) -> None:
        """Wait, but not for long."""
        faults.released.wait(min(self.seconds, MOST_SECONDS))


@dataclass(frozen=True)
class Cut(Action):
    """The connection ends without an answer. The SDK repeats the call, also one that makes something."""

    def act(self, faults: Faults, info: RequestInfo) -> None:
        """Cut it."""
        raise ConnectionCut


@dataclass(frozen=True)
class Revoke(Action):
    """The token is refused, now and from then on: 401 as an expired OAuth token is, 403 as a deleted personal one."""

    status: int = 403

    def act(self, faults: Faults, info: RequestInfo) -> Response:
        """Remember whose token it was, and refuse."""
        if info.principal is not None:
            faults.revoked[info.principal.name] = self.status
        return self.answer(self.status)

    @staticmethod
    def answer(status: int) -> Response:
        """Return the refusal of a revoked token."""
        if status == 401:
            return refusal(401, "UNAUTHENTICATED", "Token is expired")
        return refusal(status, "PERMISSION_DENIED", "Invalid access token.")


@dataclass(frozen=True)
class Stale(Action):
    """A REST call that reads is answered as of a while ago: by the last snapshot, or as of so many calls ago.

    So is what a statement asks the information schema.
    """

    calls: int = 0

    def act(self, faults: Faults, info: RequestInfo) -> Response | None:
        """Answer from a snapshot what is a read; leave all else alone."""
        reads = info.request is not None and info.method == "GET" and "/sql/statements" not in info.path
        if info.kind != "statement" and not reads:
            return None
        if not faults.snapshots:
            raise AssertionError("Stale needs a snapshot: call faults.snapshot(store) or faults.watch(store) first")
        at = max(0, len(faults.snapshots) - 1 - self.calls)
        if info.kind == "statement":
            raise AsOf(faults.snapshots[at])
        assert info.request is not None
        return RestApi(faults.snapshots[at], _NO_STATEMENTS)(info.request)


@dataclass(frozen=True)
class StopWarehouse(Action):
    """The SQL warehouses are stopped. Statements start them, unless `cannot_start` says why not."""

    cannot_start: str | None = None

    def act(self, faults: Faults, info: RequestInfo) -> None:
        """Stop all warehouses; the call goes on, and finds them so."""
        if faults.store is None:
            raise AssertionError("StopWarehouse needs the store: Faults(store)")
        with faults.store.lock:
            for held in faults.store.documents.get("warehouses", {}).values():
                held |= {"state": "STOPPED", "cannot_start": self.cannot_start}

    @staticmethod
    def refusal(store: Metastore, path: str) -> Response | None:
        """Return what a Thrift call to a stopped warehouse gets: 503, until it runs. The first such call starts it."""
        with store.lock:
            warehouses = store.documents.get("warehouses", {})
            matched = re.search(r"/warehouses/([^/?]+)", path)
            held = warehouses.get(matched[1]) if matched else None
            if held is None or held["state"] == "RUNNING":
                return None
            if held["cannot_start"]:
                return refusal(503, "TEMPORARILY_UNAVAILABLE", held["cannot_start"], 1)
            held["state"] = "RUNNING"
        return refusal(503, "TEMPORARILY_UNAVAILABLE", "The SQL warehouse is starting", 0)


def copied(store: Metastore) -> Metastore:
    """Return a copy of a store, with a lock of its own. Principals are the same ones."""
    kept = {
        each.name: copy.deepcopy(getattr(store, each.name))
        for each in fields(Metastore)
        if each.name not in ("lock", "principals")
    }
    return Metastore(principals=store.principals, **kept)


_NO_STATEMENTS: Statements = None  # type: ignore[assignment]  # a read never runs one
