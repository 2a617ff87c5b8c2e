"""Catalogs, schemas, tables, functions, volumes, and who there is, through the real SDK."""

# ruff: noqa: TID251 - the double is tested by the real SDK
from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, Unauthenticated
from databricks.sdk.service.catalog import TableType, VolumeType
from hypothesis import given
from hypothesis import strategies as st

from tests.databricks_double.conftest import filled
from tests.databricks_double.http import Request
from tests.databricks_double.rest import Pages, RestApi
from tests.databricks_double.rest_server import Served, Statements
from tests.databricks_double.store import MaskUse, Relation, RowFilterUse, TagPolicy

Client = Callable[..., WorkspaceClient]


def test_who_calls_is_known_by_the_token(client: Client) -> None:
    me = client("bob").current_user.me()
    assert me.user_name == "bob@x.org"
    assert [group.display for group in me.groups or []] == ["consumers"]


def test_a_token_that_nobody_has_is_refused(client: Client) -> None:
    with pytest.raises(Unauthenticated):
        client("nobody").current_user.me()


def test_users_groups_and_service_principals_are_found_by_name(client: Client) -> None:
    ann = client()
    assert [u.user_name for u in ann.users_v2.list(filter='userName eq "bob@x.org"')] == ["bob@x.org"]
    groups = list(ann.groups_v2.list(filter='displayName eq "consumers"'))
    assert [[m.display for m in g.members or []] for g in groups] == [["bob@x.org"]]
    robots = list(ann.service_principals_v2.list())
    assert [r.application_id for r in robots] == ["5a0e4d53-9a0b-4a83-8e0c-6a0f1d3f5b11"]
    assert ann.groups_v2.get(groups[0].id or "").display_name == "consumers"


def test_a_table_shows_what_the_store_holds(served: Served, client: Client) -> None:
    orders = served.store.relations["sales", "core", "orders"]
    orders.columns["email"].mask = MaskUse(("sales", "core", "hide"), ("id",))
    orders.row_filter = RowFilterUse(("sales", "core", "mine"), ("email",))
    table = client().tables.get("Sales.Core.ORDERS")
    assert table.full_name == "sales.core.orders"
    assert table.table_type == TableType.MANAGED
    columns = {c.name: c for c in table.columns or []}
    assert [c.type_text for c in columns.values()] == ["bigint", "string", "decimal(10,2)"]
    assert (columns["price"].type_precision, columns["price"].type_scale) == (10, 2)
    assert columns["id"].nullable is False
    assert columns["email"].mask is not None
    assert columns["email"].mask.as_dict() == {"function_name": "sales.core.hide", "using_column_names": ["id"]}
    assert table.row_filter is not None
    assert table.row_filter.input_column_names == ["email"]
    assert table.table_constraints is not None
    assert table.table_constraints[0].primary_key_constraint is not None


def test_views_and_clones_say_so(served: Served, client: Client) -> None:
    served.store.relations["sales", "core", "copy"] = Relation("ann@x.org", clone_of=("sales", "core", "orders"))
    assert client().tables.get("sales.core.orders_v").table_type == TableType.VIEW
    assert client().tables.get("sales.core.copy").table_type == TableType.MANAGED_SHALLOW_CLONE
    assert client().tables.exists("sales.core.nothing").table_exists is False


@pytest.mark.parametrize("name", ["sales.core.nothing", "sales.nothing.orders", "nothing.core.orders"])
def test_what_is_not_there_is_not_found(client: Client, name: str) -> None:
    with pytest.raises(NotFound):
        client().tables.get(name)


def test_lists_go_on_over_empty_pages(served: Served, client: Client) -> None:
    for number in range(9):
        served.store.relations["sales", "core", f"t{number}"] = Relation("ann@x.org")
    served.rest.pages = Pages(size=2)
    listed = [t.name for t in client().tables.list("sales", "core")]
    assert listed == sorted(listed)
    assert len(listed) == len(set(listed)) == 12
    assert len([r for r in served.requests if r.path.endswith("/tables")]) == 12  # every second one empty


def test_lists_leave_out_what_is_asked(client: Client) -> None:
    listed = {t.name: t for t in client().tables.list("sales", "core", omit_properties=True, omit_columns=True)}
    assert listed["orders"].properties is None
    assert not listed["orders"].columns
    assert not listed["orders"].table_constraints  # never in lists
    assert listed["orders"].owner == "ann@x.org"


def test_who_may_not_see_a_table_is_told_why(served: Served, client: Client) -> None:
    with pytest.raises(PermissionDenied, match="USE CATALOG"):
        client("bob").tables.get("sales.core.orders")
    served.store.catalogs["sales",].grants["consumers"] = {"USE_CATALOG"}
    served.store.schemas["sales", "core"].grants["consumers"] = {"USE_SCHEMA"}
    assert list(client("bob").tables.list("sales", "core")) == []
    served.store.relations["sales", "core", "orders"].grants["consumers"] = {"SELECT"}
    assert [t.name for t in client("bob").tables.list("sales", "core")] == ["orders"]
    served.store.catalogs["sales",].grants["eve@x.org"] = {"BROWSE"}
    assert client("eve").tables.get("sales.core.orders", include_browse=True).name == "orders"


def test_summaries_by_pattern(client: Client) -> None:
    found = client().tables.list_summaries("sales", table_name_pattern="orders%")
    assert [s.full_name for s in found] == ["sales.core.orders", "sales.core.orders_v"]


def test_catalogs_and_schemas_are_made_once_by_whom_may(served: Served, client: Client) -> None:
    with pytest.raises(PermissionDenied):
        client("ann").catalogs.create("other")
    admin = client("admin")
    admin.catalogs.create("Other", comment="c", properties={"a": "b"})
    assert admin.catalogs.get("other").properties == {"a": "b"}
    with pytest.raises(BadRequest, match="already exists") as refused:
        admin.catalogs.create("other")
    assert refused.value.error_code == "CATALOG_ALREADY_EXISTS"
    with pytest.raises(PermissionDenied, match="USE CATALOG"):
        client("ann").schemas.create("mine", "other")
    served.store.catalogs["other",].grants["producers"] = {"USE_CATALOG", "CREATE_SCHEMA"}
    assert client("ann").schemas.create("mine", "other").owner == "ann@x.org"
    assert ("other", "mine") in served.store.schemas
    assert [s.name for s in admin.schemas.list("other")] == ["default", "mine"]
    with pytest.raises(BadRequest, match="not a valid name"):
        admin.schemas.create("a b", "other")


def test_what_is_not_empty_goes_only_by_force(served: Served, client: Client) -> None:
    with pytest.raises(BadRequest, match="not empty"):
        client().schemas.delete("sales.core")
    client().tables.delete("sales.core.odd")
    assert ("sales", "core", "odd") not in served.store.relations
    client().schemas.delete("sales.core", force=True)
    assert not served.store.relations
    client().catalogs.delete("sales")
    assert not served.store.catalogs


def test_owners_and_comments_change(served: Served, client: Client) -> None:
    client().schemas.update("sales.core", comment="new", owner="producers")
    assert served.store.schemas["sales", "core"].owner == "producers"
    with pytest.raises(NotFound, match="Could not find principal"):
        client().tables.update("sales.core.orders", owner="nobody")
    with pytest.raises(PermissionDenied):
        client("bob").tables.update("sales.core.orders", owner="bob@x.org")


def test_functions_show_their_parameters(client: Client) -> None:
    function = client().functions.get("sales.core.hide")
    assert function.routine_definition == "'***'"
    assert function.input_params is not None
    assert [p.type_text for p in function.input_params.parameters or []] == ["string"]
    assert [f.name for f in client().functions.list("sales", "core")] == ["hide", "mine"]
    client().functions.delete("sales.core.mine")
    assert [f.name for f in client().functions.list("sales", "core")] == ["hide"]


def test_volumes(client: Client) -> None:
    client().volumes.create("sales", "core", "Files", VolumeType.MANAGED)
    assert [v.full_name for v in client().volumes.list("sales", "core")] == ["sales.core.files"]
    assert client().volumes.read("sales.core.files").owner == "ann@x.org"
    client().volumes.delete("sales.core.files")
    with pytest.raises(NotFound):
        client().volumes.read("sales.core.files")


def test_wrong_calls_are_refused_and_recorded(served: Served, client: Client) -> None:
    api = client().api_client
    with pytest.raises(NotFound, match="No API found"):
        api.do("GET", "/api/2.1/unity-catalog/nonsense")
    assert served.rest.unknown == ["GET /api/2.1/unity-catalog/nonsense"]
    with pytest.raises(BadRequest, match="Unknown field"):
        api.do("POST", "/api/2.1/unity-catalog/schemas", body={"name": "x", "catalog_name": "sales", "coment": "typo"})
    with pytest.raises(BadRequest, match="wrong type"):
        api.do("POST", "/api/2.1/unity-catalog/schemas", body={"name": 5, "catalog_name": "sales"})
    with pytest.raises(BadRequest, match="Unknown query parameters"):
        api.do("GET", "/api/2.1/unity-catalog/catalogs", query={"max": 3})
    token = api.do("GET", "/api/2.1/unity-catalog/catalogs", query={"max_results": 0})["next_page_token"]
    with pytest.raises(BadRequest, match="of another list"):
        api.do("GET", "/api/2.1/tag-policies", query={"page_token": token})
    assert len(served.rest.refused) == 5


def test_a_service_principal_gets_its_token(served: Served) -> None:
    robot = "5a0e4d53-9a0b-4a83-8e0c-6a0f1d3f5b11"
    served.store.documents["oauth_clients"] = {robot: {"secret": "s"}}

    def connected(secret: str) -> WorkspaceClient:
        config = Config(host=served.url, client_id=robot, client_secret=secret, auth_type="oauth-m2m")
        return WorkspaceClient(config=config)

    assert connected("s").current_user.me().user_name == robot
    with pytest.raises(ValueError, match="invalid_client"):
        connected("wrong").current_user.me()


@given(
    count=st.integers(0, 30),
    size=st.integers(1, 7),
    empty_every=st.sampled_from([0, 2, 3, 5]),
    empty_first=st.booleans(),
)
def test_every_way_to_cut_a_list_gives_all_of_it_once(
    count: int, size: int, empty_every: int, empty_first: bool
) -> None:
    store = filled()
    for number in range(count):
        store.tag_policies[f"k{number:02}"] = TagPolicy(f"k{number:02}")
    rest = RestApi(store, Statements(), pages=Pages(size, empty_every, empty_first))
    query: dict[str, list[str]] = {}
    seen: list[str] = []
    for _ in range(200):
        body = rest(Request("GET", "/api/2.1/tag-policies", query, principal=store.principals["t-ann"])).body
        assert isinstance(body, dict)
        seen += [each["tag_key"] for each in body.get("tag_policies", [])]
        if "next_page_token" not in body:
            break
        query = {"page_token": [body["next_page_token"]]}
    assert seen == ["system.certification_status", *(f"k{number:02}" for number in range(count))]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_no_body_makes_the_double_crash(method: str) -> None:
    store = filled()
    rest = RestApi(store, Statements())
    bodies = [
        b"",
        b"[]",
        b"{",
        b'{"changes": [1]}',
        b'{"name": "x", "columns": {}}',
        b'{"securable": 1, "requests": [[]]}',
    ]
    names = [
        {},
        {"type": "table", "name": "sales.core.orders", "on": "sales.core.orders", "id": "double", "chunk": "0"},
    ]
    names += [{"type": "columns", "name": "sales.core.orders.id", "key": "k"}, {"type": "schema", "name": "sales.core"}]
    for route in [route for route in rest.router.routes if route.method == method]:
        for body, named in product(bodies, names):
            parts = [named.get(part.strip("{}"), "x") if part.startswith("{") else part for part in route.parts]
            query = {"update_mask": ["*"]} if method == "PATCH" else {}
            request = Request(method, "/" + "/".join(parts), query, {}, body, store.principals["t-admin"])
            assert rest(request).status < 500, (request, rest.crashes)
    assert rest.crashes == []
