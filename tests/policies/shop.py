"""A domain's project that violates no policy, as its artifacts, `mesh.yml` and registry; tests change one thing in it."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import yaml

from meshport.access.principals import Actor
from meshport.access.subscriptions import approve, request
from meshport.cli.output import Progress
from meshport.cli.schema import sources_of
from meshport.cli.workspace import Workspace
from meshport.model import Column, Contract, Owner, Port, Product, Relation, Slo, Status
from meshport.policies import Report, choose, project_policies, run_policies
from meshport.registry import Registry
from meshport.registry.types import PublicationRecord
from meshport.standards import Policy, Spec, standards_of
from tests.artifacts.builders import manifest, result, run_results, schema

Data = dict[str, Any]
TODAY = date(2026, 11, 21)
ORDERS = "model.shop.orders.v2"
OLD_ORDERS = "model.shop.orders.v1"
STAGING = "model.shop.stg_orders"
ACCOUNTS = "model.shop.accounts"
SOURCE = "source.shop.raw.orders"
INPUT = "model.sales.customers"
GROUP = "group.shop.orders"


class Shop:
    """The project's files as data, until `write` makes files of them.

    `sales` is what the other domain publishes; None leaves the registry out.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _manifest()
        self.run_results = run_results(result(ORDERS, end="2026-11-20T10:00:00Z"))
        self.catalog = _catalog()
        self.mesh: Data = {
            "domain": "shop",
            "registry": "registry.db",
            "warehouses": {"shop_small": {"size": "Small", "auto_stop_minutes": 10, "budget": 100.0}},
        }
        self.project: Data = {"name": "shop", "flags": {"use_materialization_v2": True}}
        self.sales = _sales()
        self.sales_status: Status = "published"
        self.files: dict[str, str] = {}

    @property
    def models(self) -> dict[str, Data]:
        nodes: dict[str, Data] = self.manifest["nodes"]
        return nodes

    def write(self) -> Path:
        """Write everything and return the project's folder."""
        everything = {**self.manifest["nodes"], **self.manifest["exposures"]}
        self.manifest["parent_map"] = {key: each["depends_on"]["nodes"] for key, each in everything.items()}
        _json(self.folder / "target" / "manifest.json", self.manifest)
        _json(self.folder / "target" / "run_results.json", self.run_results)
        _json(self.folder / "target" / "catalog.json", self.catalog)
        files = {"mesh.yml": yaml.safe_dump(self.mesh), "dbt_project.yml": yaml.safe_dump(self.project), **self.files}
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.folder / "registry.db").write_bytes(_registry(msgspec.json.encode(self.sales), self.sales_status))
        return self.folder

    def check(self, *names: str, today: date = TODAY, seconds: float = 20.0) -> Report:
        """Write the project and ask policies of it, all by default."""
        self.write()
        policies, scope = project_policies(self.folder, self.folder / "target", standards_of(self.folder))
        return self.run(*choose(policies, names), today=today, scope=scope, seconds=seconds)

    def run(self, *policies: Policy, today: date = TODAY, seconds: float = 20.0, **more: Any) -> Report:
        """Ask these policies of the project as it was written last."""
        return run_policies(
            sources_of(Workspace(self.folder), None, Progress()), policies, today=today, seconds=seconds, **more
        )


@cache
def _registry(encoded: bytes, status: Status) -> bytes:
    """Return the registry's file in which a product is published, and this domain may read it."""
    product = msgspec.json.decode(encoded, type=Product)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "registry.db"
        with Registry.open(f"sqlite:///{path}") as registry:
            registry.upsert_domain("sales", "Sales", "", Owner("Sales", "sales@example.com"))
            registry.record_publication(_record(product))
            request(registry, product.key, "domain:shop", actor=Actor.named("user:ann"))
            approve(registry, product.key, "domain:shop", actor=Actor.named("domain:sales"))
            if status != "published":
                registry.set_product_status(product.key, status, actor="domain:sales")
        return path.read_bytes()


def _json(path: Path, content: Data) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def column(name: str, classification: str = "internal", **more: Any) -> Data:
    meta = {"classification": classification} if classification else {}
    return {
        "name": name,
        "data_type": "bigint",
        "description": f"The {name}.",
        "meta": meta,
        "config": {"meta": meta},
        "constraints": [],
        **more,
    }


def node(unique_id: str, sql: str, *parents: str, columns: tuple[Data, ...] = (), **more: Any) -> Data:
    kind, package, name, *_ = unique_id.split(".")
    config = {
        "materialized": "table",
        "access": "protected",
        "group": None,
        "contract": {"enforced": False},
        "meta": {},
    }
    config |= more.pop("config", {})
    return {
        "unique_id": unique_id,
        "resource_type": kind,
        "name": name,
        "package_name": package,
        "original_file_path": f"models/{name}.sql",
        "path": f"{name}.sql",
        "patch_path": f"{package}://models/models.yml",
        "fqn": [package, name],
        "database": "dev",
        "schema": "shop",
        "alias": name,
        "relation_name": f"`dev`.`shop`.`{name}`",
        "description": f"One row of {name}, whatever that is.",
        "columns": {each["name"]: each for each in columns},
        "constraints": [],
        "tags": [],
        "access": config["access"],
        "group": config["group"],
        "contract": config["contract"],
        "meta": config["meta"],
        "config": config,
        "depends_on": {"nodes": list(parents), "macros": []},
        "compiled_code": sql,
        "raw_code": sql,
        "language": "sql",
        "primary_key": [],
        **more,
    }


def source(unique_id: str, identifier: str, columns: tuple[Data, ...] = (), **more: Any) -> Data:
    _, package, group, name = unique_id.split(".")
    return {
        "unique_id": unique_id,
        "resource_type": "source",
        "name": name,
        "source_name": group,
        "package_name": package,
        "original_file_path": "models/sources.yml",
        "database": "dev",
        "schema": group,
        "identifier": identifier,
        "relation_name": f"`dev`.`{group}`.`{identifier}`",
        "description": "As it comes.",
        "columns": {each["name"]: each for each in columns},
        "freshness": {"warn_after": {"count": 24, "period": "hour"}},
        "loaded_at_field": "loaded_at",
        "config": {"enabled": True},
        "fqn": [package, group, name],
        **more,
    }


def unique(name: str, of: str, column_name: str) -> Data:
    unique_id = f"test.shop.{name}"
    return {
        "unique_id": unique_id,
        "resource_type": "test",
        "name": name,
        "package_name": "shop",
        "original_file_path": "models/models.yml",
        "attached_node": of,
        "column_name": column_name,
        "test_metadata": {"name": "unique", "namespace": None, "kwargs": {"column_name": column_name}},
        "config": {"severity": "ERROR"},
        "depends_on": {"nodes": [of], "macros": []},
        "fqn": ["shop", name],
    }


def orders(unique_id: str, version: int, **more: Any) -> Data:
    columns = (column("order_id"), column("customer_id"), column("email", "pii.email", data_type="string"))
    config = {"access": "public", "group": "orders", "contract": {"enforced": True}, "materialized": "table"}
    sql = "select order_id, customer_id, email from `dev`.`shop`.`stg_orders`"
    made = node(unique_id, sql, STAGING, columns=columns, config=config)
    return {**made, "alias": f"orders_v{version}", "version": version, "latest_version": 2, **more}


def _manifest() -> Data:
    ids = (column("order_id"), column("customer_id"), column("email", "pii.email", data_type="string"))
    mask = {"function": "dev.masks.email"}
    inputs = node(
        INPUT,
        "select customer_id from `sales_published`.`customer_360`.`customers`",
        "source.sales.p.customers",
        columns=(column("customer_id"),),
        config={"materialized": "ephemeral", "meta": {"meshport_input": "sales.customer_360"}},
    )
    accounts = node(
        ACCOUNTS,
        # As dbt compiles a ref to an ephemeral model.
        "with __dbt__cte__customers as (select customer_id from `sales_published`.`customer_360`.`customers`)"
        " select o.order_id, o.email from `dev`.`shop`.`stg_orders` as o"
        " inner join __dbt__cte__customers as c on o.customer_id = c.customer_id",
        STAGING,
        INPUT,
        columns=(column("order_id"), column("email", "pii.email", data_type="string", column_mask=mask)),
    )
    staging = node(
        STAGING,
        "select order_id, customer_id, email from `dev`.`raw`.`orders`",
        SOURCE,
        columns=ids,
        config={"materialized": "view"},
        original_file_path="models/staging/stg_orders.sql",
    )
    nodes = [
        staging,
        inputs,
        accounts,
        orders(OLD_ORDERS, 1, deprecation_date="2099-12-31T00:00:00+00:00"),
        orders(ORDERS, 2),
        unique("unique_orders_v1", OLD_ORDERS, "order_id"),
        unique("unique_orders_v2", ORDERS, "order_id"),
    ]
    sources = [
        source(SOURCE, "orders", ids),
        source(
            "source.sales.p.customers",
            "customers",
            (column("customer_id"),),
            database="sales_published",
            schema="customer_360",
            relation_name="`sales_published`.`customer_360`.`customers`",
        ),
    ]
    group = {
        "unique_id": GROUP,
        "name": "orders",
        "package_name": "shop",
        "original_file_path": "models/models.yml",
        "description": "What was ordered.",
        "owner": {"name": "Shop", "email": "shop@example.com"},
        "config": {"meta": {"data_product": {"title": "Orders", "slo": {"freshness": "24h", "quality": 0.99}}}},
    }
    exposure = {
        "unique_id": "exposure.shop.board",
        "name": "board",
        "type": "dashboard",
        "package_name": "shop",
        "original_file_path": "models/exposures.yml",
        "owner": {"name": "Ann"},
        "fqn": ["shop", "board"],
        "depends_on": {"nodes": [ORDERS], "macros": []},
        "config": {},
        "tags": [],
        "description": "",
    }
    made = manifest(
        nodes={each["unique_id"]: each for each in nodes},
        sources={each["unique_id"]: each for each in sources},
        groups={GROUP: group},
        exposures={exposure["unique_id"]: exposure},
    )
    made["metadata"] |= {"adapter_type": "databricks", "generated_at": "2026-11-20T09:00:00Z"}
    return made


def _catalog() -> Data:
    stats = {
        "bytes": {"id": "bytes", "value": 1000.0, "include": True},
        "row_count": {"id": "row_count", "value": 10.0, "include": True},
    }
    table = {
        "metadata": {"type": "table", "database": "dev", "schema": "shop", "name": "orders_v2"},
        "columns": {},
        "stats": stats,
        "unique_id": ORDERS,
    }
    return {"metadata": {"dbt_schema_version": schema("catalog", 1)}, "nodes": {ORDERS: table}, "sources": {}}


def _sales() -> Product:
    port = Port(
        name="customers",
        unique_id="model.sales.customers",
        source=Relation("sales", "main", "customers"),
        relation=Relation("sales_published", "customer_360", "customers"),
        description="One row a customer.",
        contract=Contract(enforced=True, columns=(Column("customer_id", "bigint", "The key.", "internal"),)),
    )
    return Product(
        domain="sales",
        name="customer_360",
        title="Customer 360",
        description="Customers.",
        owner=Owner("Sales", "sales@example.com"),
        slo=Slo("24h", 0.9),
        ports=(port,),
    )


def _record(product: Product) -> PublicationRecord:
    return PublicationRecord(
        product=product,
        version="1.0.0",
        digest="d",
        plan_digest="p",
        actor="user:ann",
        catalog="x",
        catalog_type="duckdb",
        builds={},
        evidence={},
    )


def policy(sql: str, name: str = "rule", **spec: Any) -> Policy:
    """A policy as standards hold it."""
    told = {"description": "A rule.", "severity": "error", **spec}
    return Policy(name=name, type="code", path=f"policies/code/{name}.sql", sql=sql, spec=msgspec.convert(told, Spec))
