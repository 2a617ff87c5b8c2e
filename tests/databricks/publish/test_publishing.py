"""Publishing to Databricks through the real connector: what is written, what is read, and by whom."""

from __future__ import annotations

import pytest

from meshport.errors import ExitCode
from tests.databricks.publish.conftest import NativeDomain
from tests.databricks_double.sql.errors import SqlError
from tests.databricks_double.store import TagPolicy
from tests.publish import toy
from tests.publish.domain import UNCHANGED

pytestmark = pytest.mark.dbt

CUSTOMERS = [tuple(str(cell) for cell in row) for row in toy.CUSTOMERS]
ORDERS = [("10", "1", "9.50"), ("11", "2", "20.00"), ("12", None, "1.25")]
REVENUE = [("BE", "20.00"), ("NL", "9.50")]
ALL = dict(zip(toy.PORTS, (CUSTOMERS, ORDERS, REVENUE), strict=True))
CLONE = "MANAGED_SHALLOW_CLONE"


def kinds(native: NativeDomain) -> dict[str, str]:
    """Return what each port is in the catalog."""
    view = "sales_published.information_schema.tables where table_schema in ('customer_orders', 'revenue')"
    return dict(native.sql(f"select table_name, table_type from {view}"))


def columns(native: NativeDomain, port: str) -> list[str]:
    """Return the columns of a port, in order."""
    view = f"sales_published.information_schema.columns where table_name = '{port}'"
    return [name for (name,) in native.sql(f"select column_name from {view} order by ordinal_position")]


def test_consumers_read_masked_and_filtered_rows_and_owners_the_same(native: NativeDomain) -> None:
    native.publish()
    assert native.seen() == ALL
    assert native.seen("sales") == ALL  # nobody is in a group that sees through
    assert native.in_sync()


def test_publishing_again_reads_a_constant_number_of_times_and_writes_nothing(native: NativeDomain) -> None:
    native.publish()
    mark = native.mark()
    done = native.run("publish", "--yes")
    assert (done.code, UNCHANGED in done.out) == (0, True), done
    assert native.writes(mark) == []
    assert len(native.sent(mark)) <= 12, native.sent(mark)


def test_what_others_changed_is_healed_and_what_is_theirs_stays(native: NativeDomain) -> None:
    native.publish()
    port = "sales_published.customer_orders.customers_v1"
    native.sql(f"comment on table {port} is 'do not use'")
    native.sql(f"alter table {port} set tags ('tier' = 'bronze', 'theirs' = 'hands off')")
    native.sql(f"alter table {port} alter column email drop mask")
    native.sql(f"alter table {port} drop row filter")
    plan = native.run("plan")
    assert "drift" in plan.out
    assert "tier value: bronze → gold" in plan.out
    native.publish()
    assert native.seen() == ALL
    tags = dict(
        native.sql(
            "select tag_name, tag_value from sales_published.information_schema.table_tags "
            "where table_name = 'customers_v1'"
        )
    )
    assert (tags["tier"], tags["theirs"]) == ("gold", "hands off")
    assert native.in_sync()


def test_a_rollback_brings_back_the_version_before(native: NativeDomain) -> None:
    native.publish()
    native.sql("update sales.internal.orders set amount = 99 where order_id = 10")
    native.rebuild()
    native.publish()
    assert native.seen()["customer_orders.orders"] == [("10", "1", "99.00"), *ORDERS[1:]]
    done = native.run("product", "rollback", "customer_orders", "--yes")
    assert done.code == 0, done
    assert native.seen() == ALL
    assert native.publish(code=ExitCode.BLOCKED).out.count("was rolled back") >= 1


def test_a_classification_that_goes_takes_tag_and_mask_along(native: NativeDomain) -> None:
    native.publish()
    with native.editing_model("customers.v1") as model:
        model["columns"]["email"]["config"]["meta"] = {"classification": "internal"}
    native.publish("--override-contract", "the addresses are made up")
    masks = native.sql("select column_name from sales_published.information_schema.column_masks")
    assert masks == [("born",)]
    assert native.seen()["customer_orders.customers_v1"] == [
        ("1", "ann@example.com", "NL", "1980-01-01"),
        ("2", "bob@example.org", "BE", "1990-01-01"),
    ]
    assert native.in_sync()


def test_what_hides_is_a_copy_unless_its_model_says_clone(native: NativeDomain) -> None:
    plan = native.run("plan")
    assert {line.split()[-1] for line in plan.out.splitlines() if " mode " in line and "customers_v1" in line} == {
        "overwritten"
    }
    with native.editing_model("customers.v1") as model:
        model["config"]["meta"] = {**model["config"]["meta"], "port_mode": "clone"}
    native.publish()
    assert native.seen() == ALL
    assert kinds(native) == {"customers_v1": CLONE, "orders": CLONE, "revenue_by_country": CLONE}
    with native.editing_model("customers.v1") as model:
        del model["config"]["meta"]["port_mode"]
    mark = native.mark()
    native.publish()
    assert any(each.startswith("insert overwrite") for each in native.writes(mark))
    assert native.seen() == ALL
    assert native.in_sync()
    # What was a clone is not what a copy goes back to.
    back = native.run("product", "rollback", "customer_orders", "--port", "customers.v1", "--yes")
    assert back.code == ExitCode.BLOCKED
    assert "there is no previous version" in back.err


def test_a_copy_has_the_columns_that_are_declared_and_no_others(native: NativeDomain) -> None:
    with native.editing_model("orders") as model:
        model["config"]["meta"] = {**model["config"]["meta"], "port_mode": "copy"}
    native.publish()
    native.double.store.tag_policies["theirs"] = TagPolicy("theirs")  # a governed tag keeps a column from being dropped
    native.sql("alter table sales_published.customer_orders.orders alter column amount set tags ('theirs' = 'x')")
    native.sql("alter table sales_published.customer_orders.orders add columns (extra string)")
    with native.editing_model("orders") as model:
        amount = model["columns"].pop("amount")
    native.rebuild()
    native.publish("--override-contract", "nobody reads it yet")
    assert columns(native, "orders") == ["order_id", "customer_id"]
    assert native.seen()["customer_orders.orders"] == [row[:2] for row in ORDERS]
    assert native.in_sync()
    with native.editing_model("orders") as model:
        model["columns"]["amount"] = amount
    assert native.run("product", "rollback", "customer_orders", "--port", "orders", "--yes").code == 0
    assert native.seen()["customer_orders.orders"] == ORDERS


def test_a_version_whose_files_are_gone_does_not_keep_the_next_from_being_published(native: NativeDomain) -> None:
    native.publish()
    for amount, lost in ((99, True), (98, False)):
        native.sql(f"update sales.internal.orders set amount = {amount} where order_id = 10")
        if lost:
            native.sql("vacuum sales.internal.orders retain 0 hours")
        native.rebuild(hours=100 - amount)
        done = native.publish()
        said = "No version to roll back to is kept of sales_published.customer_orders.orders: Databricks refused"
        assert (said in done.err) == lost, done.err
        assert native.seen()["customer_orders.orders"] == [("10", "1", f"{amount}.00"), *ORDERS[1:]]
        assert native.in_sync()
        back = native.run("product", "rollback", "customer_orders", "--port", "orders", "--yes")
        assert back.code == (ExitCode.BLOCKED if lost else ExitCode.OK), back
    assert native.seen()["customer_orders.orders"] == [("10", "1", "99.00"), *ORDERS[1:]]


@pytest.mark.parametrize("gone", ["declassified", "dropped"])
def test_what_a_port_hid_is_not_read_in_its_past(native: NativeDomain, gone: str) -> None:
    native.publish()
    with native.editing_model("customers.v1") as model:
        for meta in (model["meta"], model["config"]["meta"]):
            meta.pop("row_filter", None)
        for name in ("email", "born"):
            column = model["columns"].pop(name)
            if gone == "declassified":
                column["config"]["meta"] = {"classification": "internal"}
                model["columns"][name] = column
    native.rebuild()
    done = native.publish("--override-contract", "nobody minds", code=ExitCode.BLOCKED)
    assert "could read what older versions of its table hid" in done.out
    assert native.seen() == ALL
    with pytest.raises(SqlError, match="mask"):
        native.sql("select email from sales_published.customer_orders.customers_v1 version as of 1", "analyst")


@pytest.mark.parametrize("mode", ["copy", "view"])
def test_the_other_modes_show_the_same(native: NativeDomain, mode: str) -> None:
    for name in ("customers.v1", "orders", "revenue_by_country"):
        with native.editing_model(name) as model:
            model["config"]["meta"] = {**model["config"]["meta"], "port_mode": mode}
    native.publish()
    assert native.seen() == ALL
    native.sql("update sales.internal.orders set amount = 99 where order_id = 10")
    native.rebuild()
    native.publish()
    assert native.seen()["customer_orders.orders"] == [("10", "1", "99.00"), *ORDERS[1:]]
    assert native.in_sync()


def test_audited_copies_that_nothing_goes_back_to_are_dropped(native: NativeDomain) -> None:
    with native.editing_model("orders") as model:
        model["config"]["meta"] = {**model["config"]["meta"], "port_mode": "copy"}
    native.publish()
    native.sql("create table sales.meshport.customer_orders__orders__mine as select 1 as theirs")
    for number in (97, 98, 99):
        native.sql(f"update sales.internal.orders set amount = {number} where order_id = 10")
        native.rebuild(hours=number - 96)
        native.publish()
    kept = native.sql("select table_name from sales.information_schema.tables where table_schema = 'meshport'")
    names = [name for (name,) in kept if name.startswith("customer_orders__orders__")]
    assert len(names) == 3, names  # of what is shown, and of what a rollback brings back; and somebody else's
    assert "customer_orders__orders__mine" in names
    assert native.run("product", "rollback", "customer_orders", "--yes").code == 0
    assert native.seen()["customer_orders.orders"] == [("10", "1", "98.00"), *ORDERS[1:]]


def test_a_retired_port_is_gone(native: NativeDomain) -> None:
    native.publish()
    done = native.run("product", "retire", "revenue", "--force", "--yes")
    assert done.code == 0, done
    assert native.seen() == {**ALL, "revenue.revenue_by_country": None}


def test_a_token_that_is_refused_and_a_catalog_that_is_not_there(
    native: NativeDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "wrong")
    done = native.run("plan")
    assert done.code == ExitCode.UNAVAILABLE
    assert "Databricks" in done.err
    assert "wrong" not in done.err
    monkeypatch.setenv("DATABRICKS_TOKEN", native.double.token("sales"))
    mesh = native.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + "published: {database: elsewhere}\n")
    done = native.run("plan")
    assert done.code == ExitCode.UNAVAILABLE
    assert "elsewhere" in done.err
