"""Every policy that ships: a project without a fault passes it, and one fault is found, named and placed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from meshport import bundled
from tests.policies.shop import (
    ACCOUNTS,
    GROUP,
    INPUT,
    OLD_ORDERS,
    ORDERS,
    SOURCE,
    STAGING,
    Shop,
    column,
    node,
    source,
)

SHIPPED = sorted(
    path.stem for kind in ("code", "infrastructure") for path in (bundled.standards() / "policies" / kind).glob("*.sql")
)
Fault = Callable[[Shop], None]


def config(unique_id: str, **values: Any) -> Fault:
    def change(shop: Shop) -> None:
        found = shop.models[unique_id]
        found["config"] |= values
        found.update({key: value for key, value in values.items() if key in found})

    return change


def said(unique_id: str, **values: Any) -> Fault:
    return lambda shop: shop.models[unique_id].update(values)


def of_column(unique_id: str, name: str, **values: Any) -> Fault:
    return lambda shop: shop.models[unique_id]["columns"][name].update(values)


def unclassified(unique_id: str, name: str) -> Fault:
    return of_column(unique_id, name, meta={}, config={})


def of_source(**values: Any) -> Fault:
    return lambda shop: shop.manifest["sources"][SOURCE].update(values)


def of_group(**values: Any) -> Fault:
    return lambda shop: shop.manifest["groups"][GROUP].update(values)


def more(*made: dict[str, Any]) -> Fault:
    def change(shop: Shop) -> None:
        for each in made:
            section = "sources" if each["resource_type"] == "source" else "nodes"
            shop.manifest[section][each["unique_id"]] = each

    return change


def warehouse(**values: Any) -> Fault:
    return lambda shop: shop.mesh["warehouses"]["shop_small"].update(values)


def product(**values: Any) -> Fault:
    def change(shop: Shop) -> None:
        declared = shop.manifest["groups"][GROUP]["config"]["meta"]["data_product"]
        declared.clear()
        declared.update(values)

    return change


def without_tests(shop: Shop) -> None:
    for name in [each for each in shop.models if each.startswith("test.")]:
        del shop.models[name]


def renamed(shop: Shop) -> None:
    shop.models["model.shop.Accounts"] = {**shop.models.pop(ACCOUNTS), "name": "Accounts"}


def of_other_group(shop: Shop) -> None:
    shop.manifest["groups"]["group.shop.money"] = {**shop.manifest["groups"][GROUP], "name": "money"}
    config(STAGING, group="money")(shop)


def old_columns_of(shop: Shop, *names: str) -> None:
    shop.models[ORDERS]["columns"] = {name: column(name) for name in names}


def many_columns(shop: Shop) -> None:
    shop.models[ACCOUNTS]["columns"] = {f"c{number}": column(f"c{number}") for number in range(200)}


def chain_of_views(shop: Shop) -> None:
    ids = [STAGING, *(f"model.shop.view_{number}" for number in range(6))]
    more(
        *(
            node(unique_id, "select 1 as a", parent, config={"materialized": "view"})
            for parent, unique_id in pairwise(ids)
        )
    )(shop)


def children(shop: Shop) -> None:
    more(*(node(f"model.shop.child_{number}", "select 1 as a", STAGING) for number in range(40)))(shop)


def copied_under_another_name(shop: Shop) -> None:
    """The e-mail address comes to the port as `contact`, which nothing classifies."""
    port = shop.models[ORDERS]
    port["columns"] = {each["name"]: each for each in (column("order_id"), column("contact", "", data_type="string"))}
    port["compiled_code"] = "select order_id, lower(email) as contact from `dev`.`shop`.`stg_orders`"


def hard_coded(shop: Shop) -> None:
    shop.models[STAGING]["compiled_code"] = "select order_id, customer_id, email from legacy.dbo.orders"


def hard_coded_port(shop: Shop) -> None:
    shop.models[ACCOUNTS]["compiled_code"] = (
        "select customer_id as order_id, 'x' as email from sales_published.customer_360.customers_all"
    )
    shop.sales = msgspec.structs.replace(
        shop.sales,
        ports=(
            *shop.sales.ports,
            msgspec.structs.replace(
                shop.sales.ports[0],
                name="customers_all",
                relation=msgspec.structs.replace(shop.sales.ports[0].relation, identifier="customers_all"),
            ),
        ),
    )


def deprecated_input(shop: Shop) -> None:
    ports = tuple(msgspec.structs.replace(port, deprecation_date="2026-12-31") for port in shop.sales.ports)
    shop.sales = msgspec.structs.replace(shop.sales, ports=ports)


def retired_input(shop: Shop) -> None:
    shop.sales_status = "retired"


def slow(shop: Shop) -> None:
    shop.run_results["results"][0]["execution_time"] = 5000.0


def statistic(name: str, value: float) -> Fault:
    return lambda shop: shop.catalog["nodes"][ORDERS]["stats"][name].update(value=value)


FAULTS: list[tuple[str, Fault, str]] = [
    ("model_names", renamed, "model.shop.Accounts"),
    (
        "layer_names",
        lambda s: s.models.update(
            {"model.shop.raw_orders": {**s.models[STAGING], "name": "raw_orders", "unique_id": "model.shop.raw_orders"}}
        ),
        "model.shop.raw_orders",
    ),
    ("port_column_names", lambda s: s.models[ORDERS]["columns"].update(OrderId=column("OrderId")), f"{ORDERS}.OrderId"),
    ("group_owned", of_group(owner={"name": "Shop"}), GROUP),
    ("group_owned", of_group(owner={"name": "Shop", "email": "the shop"}), GROUP),
    ("public_model_grouped", config(ORDERS, group=None), ORDERS),
    ("product_described", of_group(description=" "), "shop.orders"),
    ("port_described", said(ORDERS, description="Orders"), ORDERS),
    ("port_columns_described", of_column(ORDERS, "email", description=""), f"{ORDERS}.email"),
    ("model_described", said(STAGING, description=""), STAGING),
    ("port_tested", without_tests, ORDERS),
    ("port_keyed", without_tests, ORDERS),
    ("port_contracted", config(ORDERS, contract={"enforced": False}), ORDERS),
    ("port_size", many_columns, ACCOUNTS),
    ("access_across_groups", of_other_group, ORDERS),
    ("access_across_packages", config(INPUT, meta={}), ACCOUNTS),
    (
        "exposure_reads_ports",
        lambda s: s.manifest["exposures"]["exposure.shop.board"]["depends_on"].update(nodes=[ACCOUNTS]),
        "exposure.shop.board",
    ),
    ("input_deprecated", deprecated_input, INPUT),
    ("input_retired", retired_input, INPUT),
    ("source_freshness", of_source(freshness=None), SOURCE),
    (
        "source_freshness",
        of_source(freshness={"warn_after": {"count": None, "period": None}, "error_after": {}}),
        SOURCE,
    ),
    ("source_used", more(source("source.shop.raw.unread", "unread")), "source.shop.raw.unread"),
    (
        "source_declared_once",
        more(source("source.shop.again.orders", "ORDERS", relation_name="`dev`.`raw`.`ORDERS`")),
        SOURCE,
    ),
    ("slo_declared", product(title="Orders", slo={"freshness": "24h"}), "shop.orders"),
    ("port_columns_classified", unclassified(ORDERS, "customer_id"), "shop.orders.orders.v2.customer_id"),
    ("personal_columns_classified", unclassified(ORDERS, "email"), f"{ORDERS}.email"),
    ("no_classified_column_unmasked", copied_under_another_name, "shop.orders.orders.v2.contact"),
    ("mask_ignored_by_adapter", lambda s: s.project.update(flags={}), f"{ACCOUNTS}.email"),
    (
        "column_tags_misplaced",
        of_column(ACCOUNTS, "order_id", config={"meta": {"classification": "internal"}, "databricks_tags": {"a": "b"}}),
        f"{ACCOUNTS}.order_id",
    ),
    (
        "mask_function_unqualified",
        of_column(ACCOUNTS, "email", column_mask={"function": "masks.email"}),
        f"{ACCOUNTS}.email",
    ),
    ("mask_function_unqualified", config(ACCOUNTS, row_filter={"function": "only_ours", "columns": []}), ACCOUNTS),
    ("mask_on_view", config(ACCOUNTS, materialized="view"), f"{ACCOUNTS}.email"),
    ("mask_on_view", config(STAGING, row_filter={"function": "a.b.c", "columns": []}), STAGING),
    ("relations_hard_coded", hard_coded, STAGING),
    ("relations_hard_coded", hard_coded_port, ACCOUNTS),
    ("mart_reads_source", lambda s: s.models[ORDERS]["depends_on"].update(nodes=[SOURCE]), ORDERS),
    ("model_without_parents", lambda s: s.models[ACCOUNTS]["depends_on"].update(nodes=[]), ACCOUNTS),
    ("model_fan_out", children, STAGING),
    ("view_chains", chain_of_views, "model.shop.view_4"),
    ("old_version_dated", said(OLD_ORDERS, deprecation_date=None), OLD_ORDERS),
    ("deprecated_has_successor", said(ORDERS, deprecation_date="2099-12-31T00:00:00+00:00"), ORDERS),
    ("deprecation_overdue", said(OLD_ORDERS, deprecation_date="2020-01-01T00:00:00+00:00"), OLD_ORDERS),
    ("model_too_slow", slow, ORDERS),
    ("large_table_rebuilt", statistic("row_count", 1e9), ORDERS),
    ("relation_too_large", statistic("bytes", 2e12), ORDERS),
    ("warehouse_size", warehouse(size="4X-Large"), "shop_small"),
    ("warehouse_size", warehouse(size=None), "shop_small"),
    ("warehouse_stops", warehouse(auto_stop_minutes=0), "shop_small"),
    ("warehouse_stops", warehouse(auto_stop_minutes=240), "shop_small"),
    ("warehouse_budget", warehouse(budget=None), "shop_small"),
    ("warehouse_budget", warehouse(budget=1e6), "shop_small"),
    ("warehouse_names", lambda s: s.mesh.update(warehouses={"big": s.mesh["warehouses"]["shop_small"]}), "big"),
]


def test_a_project_without_a_fault_passes_every_policy(shop: Shop) -> None:
    report = shop.check()
    assert {policy.name for policy in report.policies} == set(SHIPPED)
    assert len(SHIPPED) >= 25
    assert report.failed == ()
    assert [(item.policy, item.subject, item.message) for item in report.violations] == []
    assert report.remarks == ()


@pytest.mark.parametrize(
    ("policy", "fault", "subject"), FAULTS, ids=[f"{name}-{number}" for number, (name, *_) in enumerate(FAULTS)]
)
def test_a_fault_is_found(shop: Shop, policy: str, fault: Fault, subject: str) -> None:
    fault(shop)
    report = shop.check(policy)
    assert report.failed == ()
    assert subject in [item.subject for item in report.violations]
    assert all(item.message and item.policy == policy for item in report.violations)


def test_every_policy_has_a_fault_that_it_finds() -> None:
    assert {name for name, *_ in FAULTS} == set(SHIPPED)
