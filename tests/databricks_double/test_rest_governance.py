"""Grants, tags, governed tags, ABAC policies, and domains, through the real SDK."""

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
    ResourceExhausted,
)
from databricks.sdk.service.catalog import (
    ColumnMaskOptions,
    EntityTagAssignment,
    FunctionArgument,
    MatchColumn,
    PermissionsChange,
    PolicyInfo,
    PolicyType,
    Privilege,
    RowFilterOptions,
    SecurableType,
)
from databricks.sdk.service.tags import TagPolicy, Value
from hypothesis import given
from hypothesis import strategies as st

from tests.databricks_double.conftest import ODD_COLUMNS
from tests.databricks_double.rest import Pages, abac, conditions
from tests.databricks_double.rest_server import Served
from tests.databricks_double.store import TagPolicy as StoredPolicy

Client = Callable[..., WorkspaceClient]
ORDERS = ("sales", "core", "orders")


def grant(
    client: WorkspaceClient, kind: str, name: str, who: str, *add: Privilege, remove: tuple[Privilege, ...] = ()
) -> Any:
    change = PermissionsChange(principal=who, add=list(add) or None, remove=list(remove) or None)
    return client.grants.update(kind, name, changes=[change])


def test_grants_are_changes_and_leave_others_alone(served: Served, client: Client) -> None:
    grant(client(), "TABLE", "sales.core.orders", "consumers", Privilege.SELECT)
    grant(client(), "table", "sales.core.orders", "bob@x.org", Privilege.MODIFY, Privilege.SELECT)
    grant(client(), "TABLE", "sales.core.orders", "bob@x.org", remove=(Privilege.MODIFY, Privilege.APPLY_TAG))
    assert served.store.relations[ORDERS].grants == {"consumers": {"SELECT"}, "bob@x.org": {"SELECT"}}
    held = client().grants.get("TABLE", "sales.core.orders").privilege_assignments or []
    assert {a.principal for a in held} == {"consumers", "bob@x.org"}


def test_effective_grants_say_where_they_come_from(client: Client) -> None:
    grant(client(), "CATALOG", "sales", "consumers", Privilege.USE_CATALOG, Privilege.SELECT)
    grant(client(), "TABLE", "sales.core.orders", "consumers", Privilege.SELECT)
    found = (
        client().grants.get_effective("TABLE", "sales.core.orders", principal="consumers").privilege_assignments or []
    )
    inherited = {(p.privilege, p.inherited_from_name) for p in found[0].privileges or []}
    assert inherited == {(Privilege.SELECT, None), (Privilege.SELECT, "sales"), (Privilege.USE_CATALOG, "sales")}


@pytest.mark.parametrize(
    ("kind", "name", "privilege"),
    [
        ("TABLE", "sales.core.orders", Privilege.USE_CATALOG),
        ("TABLE", "sales.core.orders", Privilege.EXECUTE),
        ("FUNCTION", "sales.core.hide", Privilege.SELECT),
        ("SCHEMA", "sales.core", Privilege.USE_CATALOG),
        ("SCHEMA", "sales.core", Privilege.CREATE_SCHEMA),
        ("CATALOG", "sales", Privilege.CREATE_CATALOG),
    ],
)
def test_a_privilege_that_does_not_fit_is_refused_and_nothing_changes(
    client: Client, kind: str, name: str, privilege: Privilege
) -> None:
    with pytest.raises(InvalidParameterValue, match="not applicable"):
        grant(client(), kind, name, "consumers", Privilege.MANAGE, privilege)
    assert not client().grants.get(kind, name).privilege_assignments


def test_who_may_grant(client: Client) -> None:
    with pytest.raises(PermissionDenied):
        grant(client("bob"), "TABLE", "sales.core.orders", "bob@x.org", Privilege.SELECT)
    with pytest.raises(NotFound, match="Could not find principal"):
        grant(client(), "TABLE", "sales.core.orders", "nobody", Privilege.SELECT)
    grant(client(), "SCHEMA", "sales.core", "bob@x.org", Privilege.MANAGE)
    grant(client("bob"), "TABLE", "sales.core.orders", "eve@x.org", Privilege.SELECT)
    # MANAGE is not part of ALL PRIVILEGES.
    grant(client(), "SCHEMA", "sales.core", "eve@x.org", Privilege.ALL_PRIVILEGES)
    with pytest.raises(PermissionDenied):
        grant(client("eve"), "TABLE", "sales.core.orders", "eve@x.org", Privilege.MODIFY)


def test_pages_of_grants_must_be_long(served: Served, client: Client) -> None:
    with pytest.raises(InvalidParameterValue, match="at least 150"):
        client().grants.get("TABLE", "sales.core.orders", max_results=10)
    for who in ("consumers", "bob@x.org", "producers"):
        grant(client(), "TABLE", "sales.core.orders", who, Privilege.SELECT)
    served.rest.pages = Pages(size=1)
    seen, token = [], None
    while True:
        page = client().grants.get("TABLE", "sales.core.orders", max_results=0, page_token=token)
        seen += [a.principal for a in page.privilege_assignments or []]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen) == ["bob@x.org", "consumers", "producers"]


def test_on_the_metastore(client: Client) -> None:
    admin = client("admin")
    metastore = admin.metastores.summary().metastore_id or ""
    grant(admin, "METASTORE", metastore, "producers", Privilege.CREATE_CATALOG)
    assert client().catalogs.create("second").owner == "ann@x.org"


def tag(kind: str, name: str, key: str, value: str | None = None) -> EntityTagAssignment:
    return EntityTagAssignment(entity_type=kind, entity_name=name, tag_key=key, tag_value=value)


def test_tags_are_the_store_s_own(served: Served, client: Client) -> None:
    tags = client().entity_tag_assignments
    tags.create(tag("tables", "sales.core.orders", "meshport_build", "abc"))
    tags.create(tag("columns", "sales.core.orders.email", "pii"))
    tags.create(tag("schemas", "sales.core", "team", "core"))
    assert served.store.relations[ORDERS].tags == {"meshport_build": "abc"}
    assert served.store.relations[ORDERS].columns["email"].tags == {"pii": ""}
    served.store.relations[ORDERS].tags["by_sql"] = "1"
    assert [t.tag_key for t in tags.list("tables", "sales.core.orders")] == ["by_sql", "meshport_build"]
    tags.update("tables", "sales.core.orders", "by_sql", tag("tables", "sales.core.orders", "by_sql", "2"), "tag_value")
    tags.delete("tables", "sales.core.orders", "meshport_build")
    assert served.store.relations[ORDERS].tags == {"by_sql": "2"}
    assert tags.get("columns", "sales.core.orders.email", "pii").tag_value is None


@pytest.mark.parametrize("column", ODD_COLUMNS)
def test_odd_names_are_encoded_by_the_caller(served: Served, client: Client, column: str) -> None:
    tags = client().entity_tag_assignments
    name = f"sales.core.odd.{column}"
    tags.create(tag("columns", name, "größe & <maß>", "x"))
    path, key = quote(name, safe=""), quote("größe & <maß>", safe="")
    assert tags.get("columns", path, key).entity_name == name
    assert [t.tag_value for t in tags.list("columns", path)] == ["x"]
    tags.delete("columns", path, key)
    assert served.store.relations["sales", "core", "odd"].columns[column].tags == {}


def test_a_slash_that_is_not_encoded_goes_elsewhere(served: Served, client: Client) -> None:
    with pytest.raises(NotFound, match="No API found"):
        list(client().entity_tag_assignments.list("columns", "sales.core.odd.a.b/c"))


@pytest.mark.parametrize("kind", ["table", "column", "TABLES", "functions"])
def test_types_of_tagged_things_are_plural(client: Client, kind: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Invalid entity_type"):
        client().entity_tag_assignments.create(tag(kind, "sales.core.orders", "k"))


@pytest.mark.parametrize("key", ["a.b", "a-b", "a/b", "a:b", "a=b", "a,b", " a", "", "x" * 256])
def test_keys_that_cannot_be(client: Client, key: str) -> None:
    with pytest.raises(InvalidParameterValue):
        client().entity_tag_assignments.create(tag("tables", "sales.core.orders", key, "v"))


def test_tags_go_once_by_whom_may_and_not_on_columns_that_are_not_there(client: Client) -> None:
    tags = client().entity_tag_assignments
    tags.create(tag("tables", "sales.core.orders", "k", "v"))
    with pytest.raises(AlreadyExists):
        tags.create(tag("tables", "sales.core.orders", "k", "v"))
    with pytest.raises(NotFound):
        tags.create(tag("columns", "sales.core.orders.nothing", "k"))
    with pytest.raises(NotFound):
        tags.delete("tables", "sales.core.orders", "other")
    grant(client(), "TABLE", "sales.core.orders", "consumers", Privilege.APPLY_TAG)
    with pytest.raises(PermissionDenied, match="USE CATALOG"):
        client("bob").entity_tag_assignments.create(tag("tables", "sales.core.orders", "b"))
    grant(client(), "CATALOG", "sales", "consumers", Privilege.USE_CATALOG, Privilege.USE_SCHEMA)
    client("bob").entity_tag_assignments.create(tag("tables", "sales.core.orders", "b"))
    with pytest.raises(PermissionDenied, match="APPLY TAG"):
        client("bob").entity_tag_assignments.create(tag("tables", "sales.core.odd", "b"))


def test_no_more_than_fifty_tags(client: Client) -> None:
    tags = client().entity_tag_assignments
    for number in range(50):
        tags.create(tag("tables", "sales.core.orders", f"k{number}"))
    with pytest.raises(ResourceExhausted, match="At most 50"):
        tags.create(tag("tables", "sales.core.orders", "one_more"))
    assert len(list(tags.list("tables", "sales.core.orders"))) == 50


def test_governed_tags_have_values_and_assigners(served: Served, client: Client) -> None:
    with pytest.raises(PermissionDenied):
        client().tag_policies.create_tag_policy(TagPolicy("pii"))
    admin = client("admin")
    made = admin.tag_policies.create_tag_policy(
        TagPolicy("pii", description="d", values=[Value("email"), Value("name")])
    )
    assert [v.name for v in made.values or []] == ["email", "name"]
    assert served.store.tag_policies["pii"].values == ("email", "name")
    with pytest.raises(AlreadyExists):
        admin.tag_policies.create_tag_policy(TagPolicy("pii"))
    with pytest.raises(InvalidParameterValue):
        admin.tag_policies.create_tag_policy(TagPolicy("a%b"))
    tags = client().entity_tag_assignments
    with pytest.raises(InvalidParameterValue, match="not an allowed value"):
        tags.create(tag("columns", "sales.core.orders.email", "pii", "phone"))
    admin.tag_policies.update_tag_policy("pii", TagPolicy("pii", values=[Value("phone")]), "values")
    tags.create(tag("columns", "sales.core.orders.email", "pii", "phone"))
    served.store.documents["tag_assigners"] = {"pii": {"principals": ["stewards"]}}
    with pytest.raises(PermissionDenied, match="ASSIGN"):
        tags.delete("columns", "sales.core.orders.email", "pii")
    assert {p.tag_key for p in admin.tag_policies.list_tag_policies()} == {"pii", "system.certification_status"}
    admin.tag_policies.delete_tag_policy("pii")
    with pytest.raises(NotFound):
        admin.tag_policies.get_tag_policy("pii")


def test_certification_is_a_tag_of_the_system(client: Client) -> None:
    tags = client().entity_tag_assignments
    tags.create(tag("tables", "sales.core.orders", "system.certification_status", "certified"))
    with pytest.raises(InvalidParameterValue, match="not an allowed value"):
        tags.create(tag("tables", "sales.core.odd", "system.certification_status", "fine"))


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
