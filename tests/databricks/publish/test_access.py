"""Access on Databricks, through the real connector: who is let in reads masked rows, and nobody else reads any."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshport.errors import ExitCode
from meshport.inputs import packages
from meshport.standards import AccessRule
from tests.databricks.publish.conftest import NativeDomain
from tests.databricks.publish.test_publishing import CUSTOMERS, ORDERS
from tests.databricks.publish.workspace import WorkspaceDomain
from tests.databricks_double.sql.errors import SqlError
from tests.publish.domain import Done

pytestmark = pytest.mark.dbt

KEY = "sales.customer_orders"
CONSUMER = "nobody"
CUSTOMER_PORT, ORDER_PORT = "sales_published.customer_orders.customers_v1", "sales_published.customer_orders.orders"


def access(native: NativeDomain, *arguments: str, code: int = 0) -> Done:
    done = native.run("access", *arguments)
    assert done.code == code, done
    return done


def let_in(native: NativeDomain, product: str = KEY, who: str = CONSUMER) -> Done:
    access(native, "request", product, "--as", who, "--actor", who)
    return access(native, "approve", product, who)


def reads(native: NativeDomain, port: str, who: str = CONSUMER) -> list[tuple[object, ...]] | None:
    """Return what somebody reads of a port, None where they may not."""
    try:
        rows = native.sql(f"select * from {port} order by 1", who)
    except SqlError as error:
        if "INSUFFICIENT_PERMISSIONS" not in str(error):
            raise
        return None
    return [tuple(str(cell) if cell is not None else None for cell in row) for row in rows]


def states(native: NativeDomain) -> list[str]:
    with native.registry() as registry:
        return [each.state for each in registry.subscriptions()]


def grants(native: NativeDomain, who: str = CONSUMER) -> set[str]:
    """Return what somebody holds in the published catalog."""
    own = f"where grantee = '{who}' and inherited_from = 'NONE'"
    found: set[str] = set()
    for view, name in (
        ("catalog_privileges", "catalog_name"),
        ("schema_privileges", "concat(catalog_name, '.', schema_name)"),
        ("table_privileges", "concat(table_catalog, '.', table_schema, '.', table_name)"),
    ):
        sql = f"select privilege_type, {name} as name from sales_published.information_schema.{view} {own}"
        found |= {f"{privilege.replace('_', ' ')} {name}".lower() for privilege, name in native.sql(sql)}
    return found


def test_approved_reads_masked_rows_and_revoked_is_refused(native: NativeDomain) -> None:
    native.publish()
    assert reads(native, CUSTOMER_PORT) is None
    mark = native.mark()
    done = let_in(native)
    assert f"Granted: SELECT on {ORDER_PORT} to {CONSUMER}" in done.err
    assert states(native) == ["active"]
    assert reads(native, CUSTOMER_PORT) == CUSTOMERS
    assert reads(native, ORDER_PORT) == ORDERS
    assert reads(native, "sales_published.revenue.revenue_by_country") is None
    assert sorted(native.writes(mark)) == [
        f"GRANT SELECT ON TABLE `sales_published`.`customer_orders`.`{name}` TO `{CONSUMER}`"
        for name in ("customers_v1", "orders")
    ] + [
        f"GRANT USE CATALOG ON CATALOG `sales_published` TO `{CONSUMER}`",
        f"GRANT USE SCHEMA ON SCHEMA `sales_published`.`customer_orders` TO `{CONSUMER}`",
    ]
    let_in(native, "sales.revenue")
    done = access(native, "revoke", KEY, CONSUMER, "--reason", "over")
    assert reads(native, CUSTOMER_PORT) is None
    assert reads(native, "sales_published.revenue.revenue_by_country") is not None
    assert grants(native) == {
        "use catalog sales_published",
        "use schema sales_published.revenue",
        "select sales_published.revenue.revenue_by_country",
    }
    access(native, "revoke", "sales.revenue", CONSUMER)
    assert grants(native) == set()
    assert native.in_sync()


def test_what_the_standards_approve_for_an_input_is_granted(
    native: NativeDomain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "install", lambda _: None)
    native.publish()
    with native.registry() as registry:
        registry.write_access_rules("sales", {"open": AccessRule("x", auto_approve=("domain:*",))}, actor="user:ann")
    marketing = tmp_path / "marketing"
    marketing.mkdir()
    (marketing / "mesh.yml").write_text("domain: marketing\nregistry: ../sales/registry.db\n")
    (marketing / "dbt_project.yml").write_text("name: marketing\n")
    done = WorkspaceDomain(marketing).run("inputs", "add", KEY)
    assert done.code == 0, done
    assert f"Granted: SELECT on {ORDER_PORT} to marketing" in done.err
    assert states(native) == ["active"]
    assert {f"select {CUSTOMER_PORT}", f"select {ORDER_PORT}"} < grants(native, "marketing")
    assert "Granted" not in WorkspaceDomain(marketing).run("inputs", "add", KEY).err


def test_grants_of_others_stay(native: NativeDomain) -> None:
    native.publish()
    native.sql(f"grant use catalog on catalog sales_published to `{CONSUMER}`")
    native.sql(f"grant select on table {ORDER_PORT} to `auditors`")
    let_in(native)
    done = access(native, "reconcile")
    assert f"SELECT on {ORDER_PORT} to auditors" in done.out
    assert "Revoked" not in done.err
    access(native, "revoke", KEY, CONSUMER)
    assert grants(native) == {"use catalog sales_published"}
    assert reads(native, ORDER_PORT) is None


def test_a_port_that_comes_is_granted_and_one_that_retires_is_not(native: NativeDomain) -> None:
    def declare(access: str) -> None:
        with native.editing() as manifest:
            manifest["groups"].pop("group.sales.revenue", None)
            model = manifest["nodes"]["model.sales.revenue_by_country"]
            model["group"] = model["config"]["group"] = "customer_orders"
            model["access"] = model["config"]["access"] = access

    declare("protected")
    native.publish()
    let_in(native)
    declare("public")
    done = native.publish()
    new = "sales_published.customer_orders.revenue_by_country"
    assert [line for line in done.err.splitlines() if line.startswith("Granted")] == [
        f"Granted: SELECT on {new} to {CONSUMER}"
    ]
    assert reads(native, new) == [("BE", "20.00"), ("NL", "9.50")]
    done = native.run("product", "retire", "customer_orders", "--force", "--yes")
    assert done.code == 0, done
    assert grants(native) == set()


def test_a_decision_holds_while_the_catalog_is_out_of_reach(
    native: NativeDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    native.publish()
    token = native.double.token("sales")
    monkeypatch.setenv("DATABRICKS_TOKEN", "wrong")
    done = let_in(native)
    assert "The catalog does not show it yet" in done.err
    assert "meshport access reconcile" in done.err
    assert states(native) == ["approved"]
    access(native, "reconcile", code=ExitCode.UNAVAILABLE)
    monkeypatch.setenv("DATABRICKS_TOKEN", token)
    access(native, "reconcile")
    assert states(native) == ["active"]
    assert reads(native, ORDER_PORT) == ORDERS


def test_publishing_again_asks_three_more_questions_and_writes_nothing(native: NativeDomain) -> None:
    native.publish()
    let_in(native)
    mark = native.mark()
    native.publish()
    assert native.writes(mark) == []
    assert len(native.sent(mark)) <= 15, native.sent(mark)
