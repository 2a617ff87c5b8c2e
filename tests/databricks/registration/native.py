"""A domain on Databricks in memory: its dbt project, and a catalog that does what the rendered operations say.

Nothing runs: no dbt, no warehouse. What macros and SQL make of an operation is tested elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from meshport.artifacts.project import DbtColumn, Exposure, Group, Node, Project, Result, Test
from meshport.catalogs.base import Capabilities, Statement
from meshport.mesh import Mesh
from meshport.model import Owner, Relation
from meshport.plan.apply import apply_plan
from meshport.plan.make import Observed, make_plan
from meshport.plan.operations import Operation
from meshport.plan.outlook import with_outlook
from meshport.plan.site import Site
from meshport.plan.types import Plan
from meshport.products import Declared, derive
from meshport.registry import Registry
from meshport.registry.types import PortLineage
from meshport.resources import ObservedColumn, ObservedRelation, Resource
from meshport.standards import Standards, standards_of

BUILT = "2026-11-01T08:00:00Z"
NOON = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
CUSTOMERS = "model.sales.customers"
OWNER = {"name": "Sales", "email": "sales@example.com"}


TARGET = {"type": "databricks"}


class Rendered(msgspec.Struct, frozen=True):
    """Operations as statements: the macro's name, and its arguments as text."""

    statements: dict[str, tuple[Statement, ...]]
    target: dict[str, Any]


class Renderer:
    def render(self, operations: Sequence[Operation]) -> Rendered:
        return Rendered({o.id: (Statement(o.operation, json.dumps(o.arguments)),) for o in operations}, TARGET)


class Memory:
    """A published catalog in memory, and the writer to it. `did` names the operations, in order."""

    type = "databricks"
    name = "databricks:host.example/sales_published"
    capabilities = Capabilities(enforces_reads=True, native_masks=True)

    def __init__(self) -> None:
        self.relations: dict[Relation, ObservedRelation] = {}
        self.did: list[str] = []

    def observe(self) -> dict[Relation, ObservedRelation]:
        return dict(self.relations)

    def raw_copies(self, databases: Collection[str]) -> list[Relation]:
        return []

    @contextmanager
    def writer(self, target: Mapping[str, Any]) -> Iterator[Memory]:
        yield self

    def execute(self, port: str, statements: Sequence[Statement]) -> None:
        for statement in statements:
            self.did.append(statement.step)
            if do := getattr(self, f"_{statement.step}", None):
                do(json.loads(statement.sql))

    def change(self, relation: Relation, **fields: Any) -> None:
        self.relations[relation] = msgspec.structs.replace(self.relations[relation], **fields)

    def _swap_port(self, arguments: dict[str, Any]) -> None:
        port = arguments["port"]
        relation = msgspec.convert(port["target"], Relation)
        tags = {c.name: c.tags for c in self.relations[relation].columns} if relation in self.relations else {}
        columns = tuple(
            ObservedColumn(
                c["name"],
                c["data_type"],
                tags=tags.get(c["name"], {}),
                mask=".".join(c["mask"]["function"].values()) if c["mask"] else "",
            )
            for c in port["columns"]
        )
        old = self.relations.get(relation, ObservedRelation(relation, ()))
        self.relations[relation] = msgspec.structs.replace(old, columns=columns)

    def _set_properties(self, arguments: dict[str, Any]) -> None:
        there = self.relations[_place(arguments)]
        new = {**there.properties, **arguments["properties"]}
        kept = {key: value for key, value in new.items() if value and not key.startswith("previous_")}
        self.change(there.relation, properties=kept)

    def _set_comments(self, arguments: dict[str, Any]) -> None:
        there = self.relations[_place(arguments)]
        columns = tuple(
            msgspec.structs.replace(c, comment=arguments["columns"].get(c.name, c.comment)) for c in there.columns
        )
        said = arguments["comment"]
        self.change(there.relation, columns=columns, comment=there.comment if said is None else said)

    def _set_tags(self, arguments: dict[str, Any]) -> None:
        self._tag(arguments, lambda tags: {**tags, **arguments["tags"]})

    def _unset_tags(self, arguments: dict[str, Any]) -> None:
        self._tag(arguments, lambda tags: {k: v for k, v in tags.items() if k not in arguments["keys"]})

    def _tag(self, arguments: dict[str, Any], changed: Any) -> None:
        there = self.relations[_place(arguments)]
        if arguments["column"] is None:
            self.change(there.relation, tags=changed(there.tags))
            return
        self.change(
            there.relation,
            columns=tuple(
                msgspec.structs.replace(c, tags=changed(c.tags)) if c.name == arguments["column"] else c
                for c in there.columns
            ),
        )


def _place(arguments: dict[str, Any]) -> Relation:
    return Relation(*(arguments["relation"][key] for key in ("database", "schema", "identifier")))


def project(
    *,
    owner: Mapping[str, str] = OWNER,
    status: str = "pass",
    enforced: bool = True,
    access: str = "public",
    deprecation_date: str | None = None,
    product: Mapping[str, Any] | None = None,
    nodes: Sequence[Node] = (),
    exposures: Sequence[Exposure] = (),
    depends_on: tuple[str, ...] = (),
) -> Project:
    """A project of one product with one port, `customers`, and one test of it."""
    node = Node(
        unique_id=CUSTOMERS,
        resource_type="model",
        name="customers",
        package_name="sales",
        path="models/customers.sql",
        database="sales",
        schema="core",
        identifier="customers",
        relation_name="`sales`.`core`.`customers`",
        description="One row a customer.",
        columns=(
            DbtColumn("id", "bigint", "The key."),
            DbtColumn("email", "string", meta={"classification": "pii.email"}),
        ),
        materialized="table",
        group="crm",
        access=access,
        contract_enforced=enforced,
        deprecation_date=deprecation_date,
        checksum="1",
        compiled_code="select 1",
        depends_on=depends_on,
    )
    group = Group(
        unique_id="group.sales.crm",
        name="crm",
        package_name="sales",
        path="models/products.yml",
        owner=dict(owner),
        meta={"data_product": dict(product or {"title": "Customers", "tier": "gold"})},
    )
    test = Test(unique_id="test.sales.unique_id", name="unique_customers_id", kind="unique", attached_node=CUSTOMERS)
    ran = {"invocation_id": "i", "started_at": BUILT, "completed_at": BUILT}
    return Project(
        name="sales",
        adapter_type="databricks",
        dbt_version="1.10",
        generated_at=BUILT,
        invocation_id="i",
        environment={},
        nodes={CUSTOMERS: node, **{each.unique_id: each for each in nodes}},
        tests={test.unique_id: test},
        groups={group.unique_id: group},
        exposures={each.unique_id: each for each in exposures},
        results={
            CUSTOMERS: Result(unique_id=CUSTOMERS, status="success", **ran),
            test.unique_id: Result(unique_id=test.unique_id, status=status, **ran),
        },
        catalog={},
    )


class Domain:
    """A domain with a registry and a catalog of its own, publishing whatever project it is given."""

    mesh = Mesh(domain="sales", owner=Owner("Sales", "sales@example.com"))

    def __init__(self, folder: Path) -> None:
        self.registry = Registry.open(f"sqlite:///{folder}/registry.db")
        self.registry.upsert_domain("sales", "Sales", "", self.mesh.owner)
        self.catalog = Memory()
        self.standards: Standards = standards_of(folder, None)
        self.certify = True
        self.registrar: Callable[[Project], Any] = lambda _: None

    def declared(self, of: Project) -> list[Declared]:
        return derive(of, self.mesh, self.standards)

    def observe(self) -> Observed:
        ledger = self.registry.ledger(self.catalog.name, "sales")
        return Observed(
            catalog=self.catalog.name,
            catalog_type=self.catalog.type,
            relations=self.catalog.observe(),
            ledger={key.key: msgspec.json.decode(fields, type=dict[str, str]) for key, fields in ledger.items()},
            standing=self.registry.standing("sales"),
            interrupted=bool(self.registry.unfinished("sales")),
            consumers=self.registry.consumers("sales"),
        )

    def plan(self, of: Project, moment: datetime = NOON) -> Plan:
        observed = self.observe()
        made = make_plan("sales", of, self.declared(of), observed, moment=moment, certify=self.certify)
        registrar = self.registrar(of)
        return with_outlook(made, observed.standing, registrar) if registrar else made

    def site(self, of: Project) -> Site:
        return Site(
            domain="sales",
            actor="ann",
            registry=self.registry,
            catalog=self.catalog,
            renderer=Renderer(),
            observe=self.observe,
            artifacts=lambda: "",
            tell=lambda *_: None,
            lineage=lambda port: PortLineage(port.unique_id, {}),
            registrar=self.registrar(of),
        )

    def publish(self, of: Project, moment: datetime = NOON) -> Plan:
        made = self.plan(of, moment)
        apply_plan(self.site(of), made)
        return made

    def tag(self, key: str) -> str | None:
        """Return a tag of the port."""
        return self.catalog.relations[PORT].tags.get(key)

    def in_ledger(self, key: str) -> bool:
        return Resource("tag", PORT, {}, name=key).key in self.observe().ledger


PORT = Relation("sales_published", "crm", "customers")
