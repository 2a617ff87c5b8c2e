"""ABAC policies and domains, through the real SDK."""

# ruff: noqa: TID251 - the double is tested by the real SDK
from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import (
    AlreadyExists,
    BadRequest,
    InvalidParameterValue,
    NotFound,
    PermissionDenied,
)
from databricks.sdk.service.catalog import (
    ColumnMaskOptions,
    FunctionArgument,
    MatchColumn,
    PolicyInfo,
    PolicyType,
    RowFilterOptions,
    SecurableType,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.databricks_double.rest import abac, conditions
from tests.databricks_double.rest_server import Served
from tests.databricks_double.store import TagPolicy as StoredPolicy

Client = Callable[..., WorkspaceClient]
ORDERS = ("sales", "core", "orders")


def mask(name: str = "mask email", **more: Any) -> PolicyInfo:
    chosen: dict[str, Any] = {
        "to_principals": ["account users"],
        "except_principals": ["producers"],
        "for_securable_type": SecurableType.TABLE,
        "policy_type": PolicyType.POLICY_TYPE_COLUMN_MASK,
        "on_securable_type": SecurableType.SCHEMA,
        "on_securable_fullname": "sales.core",
        "match_columns": [MatchColumn(alias="m", condition="has_tag_value('pii', 'email')")],
        "column_mask": ColumnMaskOptions("sales.core.hide", "m"),
    }
    return PolicyInfo(name=name, **(chosen | more))


@pytest.fixture
def governed(served: Served) -> Served:
    served.store.tag_policies["pii"] = StoredPolicy("pii", ("email",))
    return served


def test_policies_mask_what_is_tagged_but_not_for_the_excepted(governed: Served, client: Client) -> None:
    made = client().policies.create_policy(mask())
    assert made.created_by == "ann@x.org"
    path = quote("mask email", safe="")
    assert client().policies.get_policy("SCHEMA", "sales.core", path).column_mask == made.column_mask
    bob, ann = (governed.store.principals[f"t-{who}"] for who in ("bob", "ann"))
    assert abac.effective(governed.store, ORDERS, bob).masks == {}  # no tag yet
    governed.store.relations[ORDERS].columns["email"].tags["pii"] = "email"
    found = abac.effective(governed.store, ORDERS, bob)
    assert {c: [m.function for m in ms] for c, ms in found.masks.items()} == {"email": [("sales", "core", "hide")]}
    assert abac.effective(governed.store, ORDERS, ann).masks == {}
    inherited = client().policies.list_policies("TABLE", "sales.core.orders", include_inherited=True)
    assert [p.name for p in inherited] == ["mask email"]
    client().policies.delete_policy("SCHEMA", "sales.core", path)
    assert abac.effective(governed.store, ORDERS, bob).masks == {}


def test_row_filters_and_conditions_on_the_table(governed: Served, client: Client) -> None:
    filtering = mask(
        "rows",
        policy_type=PolicyType.POLICY_TYPE_ROW_FILTER,
        column_mask=None,
        row_filter=RowFilterOptions("sales.core.mine", [FunctionArgument(alias="m")]),
        when_condition="has_tag('pii')",
    )
    client().policies.create_policy(filtering)
    bob = governed.store.principals["t-bob"]
    governed.store.relations[ORDERS].columns["email"].tags["pii"] = "email"
    assert abac.effective(governed.store, ORDERS, bob).row_filters == []
    governed.store.catalogs["sales",].tags["pii"] = "email"  # inherited by the table, not by columns
    found = abac.effective(governed.store, ORDERS, bob)
    assert [f.using for f in found.row_filters] == [(abac.Argument(column="email"),)]
    assert found.masks == {}


def test_two_masks_on_a_column_are_a_conflict_unless_they_are_the_same(governed: Served, client: Client) -> None:
    client().policies.create_policy(mask("one"))
    client().policies.create_policy(mask("two", on_securable_type=SecurableType.CATALOG, on_securable_fullname="sales"))
    governed.store.relations[ORDERS].columns["email"].tags["pii"] = "email"
    bob = governed.store.principals["t-bob"]
    assert abac.effective(governed.store, ORDERS, bob).conflicts == []
    client().policies.create_policy(
        mask("three", column_mask=ColumnMaskOptions("sales.core.mine", "m"), except_principals=None)
    )
    assert abac.effective(governed.store, ORDERS, bob).conflicts == ["email"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"match_columns": [MatchColumn(alias="m", condition="has_tag('free')")]}, "not a governed tag"),
        ({"match_columns": [MatchColumn(alias="m", condition="tag = 'x'")]}, "Cannot read"),
        ({"match_columns": [MatchColumn(alias="other", condition="has_tag('pii')")]}, "not an alias"),
        (
            {"on_securable_type": SecurableType.TABLE, "on_securable_fullname": "sales.core.orders_v"},
            "not supported on",
        ),
        (
            {"column_mask": ColumnMaskOptions("sales.core.hide", "m", [FunctionArgument(constant="1")])},
            "takes 1 arguments",
        ),
        ({"column_mask": None}, "has column_mask"),
        ({"to_principals": ["consumers"] * 21}, "at most 20"),
    ],
)
def test_policies_that_could_not_work_are_refused(governed: Served, client: Client, wrong: Any, says: str) -> None:
    with pytest.raises(InvalidParameterValue, match=says):
        client().policies.create_policy(mask(**wrong))


def test_who_may_make_policies(governed: Served, client: Client) -> None:
    with pytest.raises(PermissionDenied):
        client("bob").policies.create_policy(mask())
    with pytest.raises(NotFound):
        client().policies.create_policy(mask(column_mask=ColumnMaskOptions("sales.core.nothing", "m")))
    client().policies.create_policy(mask())
    with pytest.raises(AlreadyExists):
        client().policies.create_policy(mask())
    with pytest.raises(PermissionDenied):
        list(client("bob").policies.list_policies("SCHEMA", "sales.core"))


def test_policies_are_updated_and_renamed(governed: Served, client: Client) -> None:
    client().policies.create_policy(mask("a"))
    changed = client().policies.update_policy(
        "SCHEMA", "sales.core", "a", mask("b", except_principals=None), update_mask="name,except_principals"
    )
    assert (changed.name, changed.except_principals) == ("b", None)
    assert [p.name for p in client().policies.list_policies("SCHEMA", "sales.core")] == ["b"]
    with pytest.raises(InvalidParameterValue, match="cannot be updated"):
        client().policies.update_policy("SCHEMA", "sales.core", "b", mask("b"), update_mask="policy_type")


@given(st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")))
def test_conditions_mean_what_they_say(tags: dict[str, str]) -> None:
    a, b_is_x = "a" in tags, tags.get("b") == "x"
    text = "has_tag('a') AND NOT hasTagValue('b', 'x') OR (has_tag_value('b','x') and not has_tag('a'))"
    assert conditions.parse(text).holds(tags) == (a != b_is_x)
    assert conditions.parse(text).tags == {"a", "b"}
    assert conditions.parse("has_tag('it''s')").tags == {"it's"}


def test_domains_stand_on_governed_tags(governed: Served, client: Client) -> None:
    api = client("admin").api_client
    with pytest.raises(InvalidParameterValue, match="not a governed tag"):
        api.do("POST", "/api/2.0/domains", body={"tag_key": "free"})
    top = api.do("POST", "/api/2.0/domains", body={"tag_key": "pii", "subtitle": "s"}, query={"domain_id": "top"})
    assert top["name"] == "domains/top"
    with pytest.raises(AlreadyExists):
        api.do("POST", "/api/2.0/domains", body={"tag_key": "pii"})
    governed.store.tag_policies["sub"] = StoredPolicy("sub")
    api.do("POST", "/api/2.0/domains", body={"tag_key": "sub", "parent_domain_id": "top"})
    listed = api.do("GET", "/api/2.0/domains", query={"parent_domain_id": "top"})["domains"]
    assert [d["tag_key"] for d in listed] == ["sub"]
    with pytest.raises(BadRequest, match="cannot be"):
        api.do("PATCH", "/api/2.0/domains/top", body={"tag_key": "sub"}, query={"update_mask": "tag_key"})
    changed = api.do(
        "PATCH", "/api/2.0/domains/top", body={"description": "d"}, query={"update_mask": "description,subtitle"}
    )
    assert changed["description"] == "d"
    assert "subtitle" not in changed
    with pytest.raises(BadRequest, match="subdomains"):
        api.do("DELETE", "/api/2.0/domains/top")
    with pytest.raises(PermissionDenied):
        client().api_client.do("GET", "/api/2.0/domains")


def test_policies_go_with_what_they_are_on(governed: Served, client: Client) -> None:
    client().policies.create_policy(mask("on schema"))
    client().policies.create_policy(
        mask("on table", on_securable_type=SecurableType.TABLE, on_securable_fullname="sales.core.orders")
    )
    client().tables.delete("sales.core.orders")
    assert list(governed.store.documents["policies"]) == ["SCHEMA/sales.core/on schema"]
    client().schemas.delete("sales.core", force=True)
    assert governed.store.documents["policies"] == {}
