"""Every call of a REST service that is listed is made, and is what the SDK says: docs/reference/databricks-calls.md."""

# ruff: noqa: TID251 - tested through the real SDK
from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient

from meshport.catalogs.databricks.calls import CALLS, REGISTRATION, Rest, call_of, unlisted
from meshport.catalogs.databricks.registration import known, mask_policies, tag_policies
from meshport.catalogs.databricks.registration.apply import apply
from meshport.catalogs.databricks.registration.diff import diff
from meshport.catalogs.databricks.registration.observed import observed
from meshport.catalogs.databricks.registration.types import DESTINATIONS, LINEAGE, METADATA, Edge, End, Thing
from meshport.registry import Registry
from meshport.registry.book import Book
from meshport.standards.types import TagTemplate
from tests.databricks_double.rest_server import Served

CATALOG = "sales"
EDGE = Edge(End("external_metadata", "sales__source__crm"), End("table", "sales.core.orders")).text


def test_each_is_made(served: Served, admin: WorkspaceClient, tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db") as registry:
        book = Book(registry, "databricks:x/sales#registration", "sales")
        _tag_policies(admin)
        _mask_policies(admin, book)
        for columns in (["id"], ["id", "email"], None):
            _things(admin, book, columns)
    assert known.exists(admin, "sales.core.orders")
    made = [(request.method, request.path) for request in served.requests]
    assert unlisted([], [each for each in made if "/.well-known/" not in each[1]]) == []
    kinds = {call for each in made if (call := call_of(*each))}
    assert [f"{row.method} {row.path}" for row in REGISTRATION if (row in kinds) != (row.seen == "the double")] == []


@pytest.mark.parametrize("row", [row for row in CALLS if row.module], ids=lambda row: row.sdk)
def test_the_sdk_makes_it(row: Rest) -> None:
    service, _, name = row.sdk.partition(".")
    source = inspect.getsource(getattr(getattr(import_module(row.module), service), name))
    assert f'"{row.method}"' in source
    assert f'"{row.path}"' in source


def _tag_policies(client: WorkspaceClient) -> None:
    for values in (("gold",), ("gold", "silver")):
        wanted = {"tier": TagTemplate("How far.", ("port",), "product.tier", values=values, governed=True)}
        tag_policies.apply(client, wanted, tag_policies.observed(client))
    tag_policies.apply(client, mask_policies.GOVERNED, tag_policies.observed(client))


def _mask_policies(client: WorkspaceClient, book: Book) -> None:
    function = "sales.core.hide"
    fields = {"type": mask_policies.TYPE, "function": function, "to": mask_policies.EVERYBODY, "except": "", "when": ""}
    fields |= {"columns": "has_tag_value('meshport_mask','x') as value", "on": "value", "using": ""}
    thing = Thing(mask_policies.MASK_POLICY, f"{mask_policies.PREFIX}x", fields)
    mask_policies.apply(client, book, CATALOG, [thing])
    changed = client.policies.get_policy("CATALOG", CATALOG, thing.name)
    changed.to_principals = ["producers"]
    client.policies.update_policy("CATALOG", CATALOG, thing.name, changed, update_mask="to_principals")
    mask_policies.apply(client, book, CATALOG, [thing])
    gone = mask_policies.gone([], mask_policies.observed(client, CATALOG), book.read(), ())
    mask_policies.remove(client, book, CATALOG, gone)


def _things(client: WorkspaceClient, book: Book, columns: list[str] | None) -> None:
    """Register a source with its lineage and whom to ask, change it, take it away."""
    said = "[" + ", ".join(f'"{name}"' for name in columns or []) + "]"
    pairs = "[" + ", ".join(f'["{name}", "{name}"]' for name in columns or []) + "]"
    properties = '{"meshport_domain": "sales"}'
    metadata = {"system_type": "SALESFORCE", "entity_type": "table", "columns": said, "description": "", "url": ""}
    wanted = [
        Thing(METADATA, "sales__source__crm", {**metadata, "properties": properties}),
        Thing(LINEAGE, EDGE, {"columns": pairs}),
        Thing(DESTINATIONS, "sales.core", {"destinations": '[["EMAIL", "ann@x.org"]]'}),
    ]
    wanted = wanted if columns else []
    ledger = book.read()
    apply(client, book, diff(wanted, observed(client, wanted, ledger), ledger), "sales", lambda *_: None)
