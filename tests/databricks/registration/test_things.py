"""External metadata, lineage and destinations: through the real SDK, with faults, beside what others have."""

# ruff: noqa: TID251 - tested through the real SDK
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import catalog as sdk
from hypothesis import given
from hypothesis import strategies as st

from meshport.artifacts.project import DbtColumn, Exposure, Node
from meshport.catalogs.databricks.registration.apply import apply
from meshport.catalogs.databricks.registration.columns import pairs_of
from meshport.catalogs.databricks.registration.desired import Elsewhere, World, desired, name_of
from meshport.catalogs.databricks.registration.diff import diff
from meshport.catalogs.databricks.registration.observed import observed
from meshport.catalogs.databricks.registration.systems import system_of
from meshport.catalogs.databricks.registration.types import (
    DESTINATIONS,
    LINEAGE,
    METADATA,
    Edge,
    End,
    Thing,
    edge_of,
)
from meshport.errors import UnavailableError
from meshport.lineage.types import ColumnLineage, Lineage, NodeLineage, Origin
from meshport.model import Column, Contract, Owner, Port, Product, Relation, Upstream
from meshport.registry import Registry
from meshport.registry.book import Book
from tests.databricks.registration.conftest import BROKEN, Hurried, each_fault, writes
from tests.databricks.registration.native import project
from tests.databricks_double.rest_server import Served

RAW, STAGED, PORT = "source.sales.crm.people", "model.sales.stg", "model.sales.orders"
INPUT = "model.sales.input_customers"

# The table of the double that is a port here: it has the columns id, email, price.
ORDERS = Port(
    name="orders",
    unique_id=PORT,
    mode="clone",
    source=Relation("dev", "core", "orders"),
    relation=Relation("sales", "core", "orders"),
    contract=Contract(True, (Column("id", "bigint"), Column("email", "string"), Column("price", "decimal(10,2)"))),
    upstream=(
        Upstream(RAW, "source", Relation("hive_metastore", "crm", "people")),
        Upstream(INPUT, "model", Relation("crm_published", "customers", "customers"), "crm.customers"),
    ),
)
PRODUCT = Product(domain="sales", name="core", title="Core", owner=Owner("Ann", "ann@x.org"), ports=(ORDERS,))


def source(**changes: Any) -> Node:
    given = {"database": "hive_metastore", "schema": "crm", "columns": (DbtColumn("ID"), DbtColumn("mail"))}
    return Node(
        unique_id=RAW, resource_type="source", name="people", package_name="sales", path="s.yml", identifier="people",
        **{**given, **changes},
    )  # fmt: skip


def exposure(name: str = "weekly", **changes: Any) -> Exposure:
    given = {"type": "dashboard", "url": "https://app.powerbi.com/groups/1", "depends_on": (PORT,)}
    return Exposure(unique_id=f"exposure.sales.{name}", name=name, **{**given, **changes})


LINEAGE_OF = Lineage(
    {
        STAGED: NodeLineage(
            STAGED,
            (
                ColumnLineage("id", "", (Origin(RAW, "ID", "copy"),)),
                ColumnLineage("mail", "", (Origin(RAW, "mail", "mod"), Origin(RAW, "ID", "scan"))),
            ),
        ),
        PORT: NodeLineage(
            PORT,
            (
                ColumnLineage("id", "", (Origin(STAGED, "ID", "copy"),)),
                ColumnLineage("email", "", (Origin(STAGED, "mail", "copy"), Origin(INPUT, "mail", "copy"))),
                ColumnLineage("price", "", ()),
            ),
        ),
    }
)


def world(**changes: Any) -> World:
    fields: dict[str, Any] = {
        "domain": "sales",
        "products": [PRODUCT],
        "project": project(nodes=[source()], exposures=[exposure()]),
        "pairs": pairs_of([ORDERS], LINEAGE_OF),
        "elsewhere": {"crm.customers": Elsewhere("databricks", "databricks:other.example/crm_published")},
    }
    return World(**{**fields, **changes})


def test_pairs_are_found_through_models_and_say_what_was_kept() -> None:
    assert pairs_of([ORDERS], LINEAGE_OF) == {
        (PORT, RAW): [("ID", "id", "copy"), ("mail", "email", "mod")],
        (PORT, INPUT): [("mail", "email", "copy")],
    }
    assert pairs_of([ORDERS], Lineage({})) == {}


def test_what_is_wanted() -> None:
    found = desired(world())
    metadata = {thing.name: thing.fields for thing in found if thing.kind == METADATA}
    assert metadata["sales__exposure__weekly"]["system_type"] == "POWER_BI"
    assert metadata["sales__exposure__weekly"]["entity_type"] == "dashboard"
    assert json.loads(metadata["sales__exposure__weekly"]["columns"]) == ["email", "id", "price"]
    assert metadata["sales__source__crm__people"]["system_type"] == "DATABRICKS"
    assert json.loads(metadata["sales__source__crm__people"]["columns"]) == ["ID", "mail"]
    assert metadata["sales__input__crm__customers__customers"]["system_type"] == "DATABRICKS"
    edges = {
        (edge.source.name, edge.target.name): json.loads(thing.fields["columns"])
        for thing in found
        if thing.kind == LINEAGE
        for edge in [edge_of(thing.name)]
    }
    assert edges == {
        ("sales.core.orders", "sales__exposure__weekly"): [["email", "email"], ["id", "id"], ["price", "price"]],
        ("sales__source__crm__people", "sales.core.orders"): [["ID", "id"], ["mail", "email"]],
        ("sales__input__crm__customers__customers", "sales.core.orders"): [["mail", "email"]],
    }
    assert [(t.name, t.fields) for t in found if t.kind == DESTINATIONS] == [
        ("sales.core", {"destinations": '[["EMAIL", "ann@x.org"]]'})
    ]


def test_what_unity_catalog_sees_for_itself_is_not_wanted() -> None:
    inside = world(project=project(nodes=[source(database="sales")]), elsewhere={})
    assert [thing.kind for thing in desired(inside)] == [DESTINATIONS]
    said = world(project=project(nodes=[source(database="sales", meta={"external": {"system": "Salesforce"}})]))
    assert (
        next(t for t in desired(said) if t.name == "sales__source__crm__people").fields["system_type"] == "SALESFORCE"
    )
    unread = world(project=project(exposures=[exposure(depends_on=("model.sales.other",))]), elsewhere={})
    assert [thing.kind for thing in desired(unread)] == [DESTINATIONS]
    some = world(project=project(exposures=[exposure(meta={"columns": ["ID"]})]), elsewhere={})
    assert json.loads(desired(some)[0].fields["columns"]) == ["id"]


@pytest.mark.parametrize(
    ("support", "owner", "wanted"),
    [
        ({}, None, None),
        ({}, "ann@x.org", [["EMAIL", "ann@x.org"]]),
        (
            {"email": "b@x.org", "more": "a@x.org", "slack": "#sales"},
            "ann@x.org",
            [["EMAIL", "a@x.org"], ["EMAIL", "b@x.org"]],
        ),
        ({"url": "https://x.org/help"}, "ann@x.org", [["URL", "https://x.org/help"]]),
        ({"url": "https://x.org/help", "email": "b@x.org"}, None, [["EMAIL", "b@x.org"]]),
        ({str(i): f"{i}@x.org" for i in range(9)}, None, [["EMAIL", f"{i}@x.org"] for i in range(5)]),
        ({"slack": "#sales"}, "no address", None),
    ],
)
def test_whom_to_ask(support: dict[str, str], owner: str | None, wanted: Any) -> None:
    product = msgspec.structs.replace(PRODUCT, support=support, owner=Owner("Ann", owner))
    found = desired(world(products=[product], project=project(), elsewhere={}))
    assert [json.loads(thing.fields["destinations"]) for thing in found] == ([] if wanted is None else [wanted])


@pytest.mark.parametrize(
    ("texts", "system"),
    [
        (("https://app.powerbi.com/x",), "POWER_BI"),
        (("https://x.org/tableau", "Weekly Tableau"), "TABLEAU"),
        (("Power BI",), "POWER_BI"),
        (("Fabric sales",), "OTHER"),
        (("https://app.fabric.microsoft.com/x",), "MICROSOFT_FABRIC"),
        (("sap",), "SAP"),
        (("google_bigquery",), "GOOGLE_BIGQUERY"),
        ((None, "", "https://dash.x.org"), "OTHER"),
        (("https://adb-1.2.azuredatabricks.net/sql",), "DATABRICKS"),
    ],
)
def test_the_best_fitting_system(texts: tuple[str | None, ...], system: str) -> None:
    assert system_of(*texts) == system
    assert sdk.SystemType(system)


@given(st.lists(st.text(max_size=4), min_size=1, max_size=3), st.lists(st.text(max_size=4), min_size=1, max_size=3))
def test_names_are_plain_and_apart(one: list[str], other: list[str]) -> None:
    first, second = name_of("d", "source", *one), name_of("d", "source", *other)
    assert first.replace("_", "").isalnum()
    assert first.isascii()
    if "__".join(one) != "__".join(other):
        assert first != second


names = st.text(max_size=3)
ends = st.builds(End, st.sampled_from(["table", "external_metadata"]), names)
fields = st.dictionaries(st.sampled_from(["columns", "url"]), names, min_size=1)
things = st.one_of(
    st.builds(Thing, st.sampled_from([METADATA, DESTINATIONS]), names, fields),
    st.builds(Thing, st.just(LINEAGE), st.builds(Edge, ends, ends).map(lambda edge: edge.text), fields),
)
some = st.lists(things, max_size=4, unique_by=lambda thing: thing.key)


@given(some, some)
def test_equal_sides_differ_in_nothing(wanted: list[Thing], written: list[Thing]) -> None:
    there = {thing.key: thing for thing in wanted}
    assert diff(wanted, there, {thing.key: thing.fields for thing in wanted}).changes == ()
    assert diff(wanted, there, {}).changes == ()


@given(some, some, some)
def test_only_what_is_in_the_ledger_is_changed_or_deleted(
    wanted: list[Thing], found: list[Thing], written: list[Thing]
) -> None:
    there, ledger = {thing.key: thing for thing in found}, {thing.key: thing.fields for thing in written}
    made = diff(wanted, there, ledger)
    assert all(change.action == "create" or change.key in ledger for change in made.changes)
    assert all(change.key not in there for change in made.changes if change.action == "create")
    after = dict(there)
    for change in made.changes:
        after.pop(change.key, None)
        if change.action != "delete":
            after[change.key] = Thing(change.kind, change.name, change.fields)
    kept = {c.key: c.fields for c in made.changes if c.action != "delete"}
    again = diff(wanted, after, {**{k: v for k, v in ledger.items() if k in after}, **kept})
    assert again.changes == ()


class Site:
    """Registering as a domain does it, against the double."""

    def __init__(self, served: Served, client: WorkspaceClient, registry: Registry, number: int = 0) -> None:
        self.served, self.client, self.registry = served, client, registry
        self.book = Book(registry, f"databricks:{number}#registration", "sales")

    def run(self, of: World) -> None:
        wanted, ledger = desired(of), self.book.read()
        made = diff(wanted, observed(self.client, wanted, ledger, parallel=1), ledger)
        self.theirs = made.theirs
        apply(self.client, self.book, made, "sales", lambda *_: None)

    def state(self) -> Any:
        held = self.served.store.documents
        shown = {
            kind: {
                key: {f: v for f, v in each.items() if not f.endswith(("_time", "id"))} for key, each in found.items()
            }
            for kind, found in held.items()
            if kind in ("external_metadata", "external_lineage", "destinations")
        }
        return json.dumps([shown, self.book.read()], sort_keys=True, default=sorted)


@pytest.fixture
def site(served: Served, admin: WorkspaceClient, tmp_path: Path) -> Any:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db") as registry:
        yield Site(served, admin, registry)


def test_registered_once_changed_and_taken_away(site: Site) -> None:
    site.run(world())
    held = site.served.store.documents
    assert sorted(held["external_metadata"]) == [
        "sales__exposure__weekly",
        "sales__input__crm__customers__customers",
        "sales__source__crm__people",
    ]
    assert len(held["external_lineage"]) == 3
    assert held["destinations"]["schema/sales.core"]["destinations"] == [
        {"destination_id": "ann@x.org", "destination_type": "EMAIL"}
    ]
    site.served.requests.clear()
    site.run(world())
    assert writes(site.served) == []
    fewer = project(nodes=[source()], exposures=[exposure(description="New", meta={"columns": ["id"]})])
    site.run(world(project=fewer, elsewhere={}))
    assert sorted(held["external_metadata"]) == ["sales__exposure__weekly", "sales__source__crm__people"]
    assert held["external_metadata"]["sales__exposure__weekly"]["description"] == "New"
    assert [e["columns"] for e in held["external_lineage"].values() if "table" in e["source"]] == [
        [{"source": "id", "target": "id"}]
    ]
    site.run(world(products=[], project=project()))
    assert (held["external_metadata"], held["external_lineage"]) == ({}, {})
    assert held["destinations"]["schema/sales.core"]["destinations"] == []
    assert site.book.read() == {}
    site.served.requests.clear()
    site.run(world(products=[], project=project()))
    assert site.served.requests == [], "nothing to look at is no call"


def test_what_others_changed_is_healed_and_their_properties_stay(site: Site) -> None:
    site.run(world())
    held = site.served.store.documents["external_metadata"]["sales__exposure__weekly"]
    held |= {"description": "theirs", "properties": {**held["properties"], "team": "x"}}
    site.run(world())
    assert not held["description"]
    assert held["properties"]["team"] == "x"
    site.served.requests.clear()
    site.run(world())
    assert writes(site.served) == []


def test_what_somebody_else_made_is_left_alone(site: Site, client: Callable[..., WorkspaceClient]) -> None:
    admin = client("admin", clock=Hurried())
    theirs = sdk.ExternalMetadata(name="sales__exposure__weekly", system_type=sdk.SystemType.TABLEAU, entity_type="d")
    admin.external_metadata.create_external_metadata(theirs)
    table = sdk.ExternalLineageObject(table=sdk.ExternalLineageTable("sales.core.orders_v"))
    outside = sdk.ExternalLineageObject(
        external_metadata=sdk.ExternalLineageExternalMetadata("sales__exposure__weekly")
    )
    admin.external_lineage.create_external_lineage_relationship(sdk.CreateRequestExternalLineage(table, outside))
    site.served.store.documents["destinations"] = {
        "schema/sales.core": {"destinations": [{"destination_id": "z@x.org", "destination_type": "EMAIL"}]}
    }
    before = json.loads(json.dumps(site.served.store.documents, default=sorted))
    site.run(world(elsewhere={}, project=project(exposures=[exposure()])))
    assert json.loads(json.dumps(site.served.store.documents, default=sorted)) == before
    assert site.theirs == ("sales.core", "sales__exposure__weekly")
    site.run(world(products=[], project=project()))
    assert json.loads(json.dumps(site.served.store.documents, default=sorted)) == before


def test_what_somebody_made_a_moment_ago_is_not_taken_for_ours(site: Site) -> None:
    wanted = desired(world())
    made = diff(wanted, {}, {})
    name = "sales__exposure__weekly"
    site.client.external_metadata.create_external_metadata(
        sdk.ExternalMetadata(name=name, system_type=sdk.SystemType.OTHER, entity_type="d")
    )
    with pytest.raises(UnavailableError, match="a moment ago"):
        apply(site.client, site.book, made, "sales", lambda *_: None)
    assert f"{METADATA}/{name}" not in site.book.read()
    assert site.served.store.documents["external_metadata"][name]["system_type"] == "OTHER"


def test_who_may_not_is_told_what_it_needs(served: Served, client: Any, tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db") as registry:
        site = Site(served, client("ann", clock=Hurried()), registry)
        with pytest.raises(UnavailableError, match="refused") as refused:
            site.run(world())
        assert "CREATE EXTERNAL METADATA" in (refused.value.hint or "")


def test_a_fault_at_any_call_is_made_good_by_the_next_run(
    served: Served, admin: WorkspaceClient, tmp_path: Path
) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db") as registry:
        current = [Site(served, admin, registry)]

        def fresh() -> None:
            current.append(Site(served, admin, registry, len(current)))
            for kind in ("external_metadata", "external_lineage", "destinations"):
                served.store.documents.pop(kind, None)

        def run() -> None:
            current[-1].run(world())

        assert each_fault(served.faults, run, fresh, lambda: current[-1].state()) > 30


def test_a_fault_while_changing_and_deleting_is_made_good(
    served: Served, admin: WorkspaceClient, tmp_path: Path
) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db") as registry:
        current = [Site(served, admin, registry)]
        other = world(elsewhere={}, project=project(nodes=[source(description="New")], exposures=[exposure("daily")]))

        def fresh() -> None:
            current.append(Site(served, admin, registry, len(current)))
            for kind in ("external_metadata", "external_lineage", "destinations"):
                served.store.documents.pop(kind, None)
            current[-1].run(world())

        def run() -> None:
            current[-1].run(other)

        assert each_fault(served.faults, run, fresh, lambda: current[-1].state(), BROKEN[-1:]) > 20
