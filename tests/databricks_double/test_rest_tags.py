"""Grants, tags, and governed tags, through the real SDK."""

# ruff: noqa: TID251 - the double is tested by the real SDK
from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import (
    AlreadyExists,
    InvalidParameterValue,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
)
from databricks.sdk.service.catalog import (
    EntityTagAssignment,
    PermissionsChange,
    Privilege,
)
from databricks.sdk.service.tags import TagPolicy, Value

from tests.databricks_double.conftest import ODD_COLUMNS
from tests.databricks_double.rest import Pages
from tests.databricks_double.rest_server import Served

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
