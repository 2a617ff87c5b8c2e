"""Shares and recipients, through the real SDK."""

# ruff: noqa: TID251 - the double is tested by the real SDK
from __future__ import annotations

from collections.abc import Callable

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import AlreadyExists, BadRequest, InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.sharing import (
    AuthenticationType,
    PermissionsChange,
    SharedDataObject,
    SharedDataObjectDataObjectType,
    SharedDataObjectUpdate,
    SharedDataObjectUpdateAction,
)

from tests.databricks_double.rest_server import Served
from tests.databricks_double.store import MaskUse, Relation, RowFilterUse, TagPolicy

Client = Callable[..., WorkspaceClient]
ADD, REMOVE = SharedDataObjectUpdateAction.ADD, SharedDataObjectUpdateAction.REMOVE
TABLE, VIEW = SharedDataObjectDataObjectType.TABLE, SharedDataObjectDataObjectType.VIEW


def update(
    name: str,
    action: SharedDataObjectUpdateAction = ADD,
    kind: SharedDataObjectDataObjectType = TABLE,
    shared_as: str | None = None,
) -> SharedDataObjectUpdate:
    return SharedDataObjectUpdate(action, SharedDataObject(name, data_object_type=kind, shared_as=shared_as))


@pytest.fixture
def ann(served: Served, client: Client) -> WorkspaceClient:
    """Ann may share."""
    served.store.documents.setdefault("metastore", {})["self"] = {
        "owner": "admins",
        "grants": {"producers": {"CREATE_SHARE", "CREATE_RECIPIENT"}},
    }
    client().shares.create("orders")
    return client()


def shared(client: WorkspaceClient) -> dict[str, str | None]:
    return {o.name: o.shared_as for o in client.shares.get("orders", include_shared_data=True).objects or []}


def test_tables_and_views_are_added_and_removed(ann: WorkspaceClient) -> None:
    assert shared(ann) == {}
    ann.shares.update(
        "orders", updates=[update("sales.core.orders"), update("sales.core.orders_v", kind=VIEW, shared_as="a.b")]
    )
    assert shared(ann) == {"sales.core.orders": "core.orders", "sales.core.orders_v": "a.b"}
    with pytest.raises(AlreadyExists):
        ann.shares.update("orders", updates=[update("sales.core.orders")])
    ann.shares.update("orders", updates=[update("sales.core.orders", REMOVE)])
    assert list(shared(ann)) == ["sales.core.orders_v"]
    assert [s.name for s in ann.shares.list_shares()] == ["orders"]
    ann.shares.delete("orders")
    with pytest.raises(NotFound):
        ann.shares.get("orders")


@pytest.mark.parametrize("protection", ["mask", "filter"])
def test_what_is_masked_or_filtered_is_not_shared(served: Served, ann: WorkspaceClient, protection: str) -> None:
    orders = served.store.relations["sales", "core", "orders"]
    if protection == "mask":
        orders.columns["email"].mask = MaskUse(("sales", "core", "hide"))
    else:
        orders.row_filter = RowFilterUse(("sales", "core", "mine"), ("email",))
    with pytest.raises(InvalidParameterValue, match="cannot be shared"):
        ann.shares.update("orders", updates=[update("sales.core.odd"), update("sales.core.orders")])
    assert shared(ann) == {}  # all or nothing
    with pytest.raises(InvalidParameterValue, match="cannot be shared"):
        ann.shares.update("orders", updates=[update("sales.core", kind=SharedDataObjectDataObjectType.SCHEMA)])


def test_abac_lets_only_the_excepted_share(served: Served, ann: WorkspaceClient) -> None:
    served.store.tag_policies["pii"] = TagPolicy("pii")
    served.store.relations["sales", "core", "orders"].columns["email"].tags["pii"] = ""
    policy = {
        "name": "p",
        "on_securable_type": "CATALOG",
        "on_securable_fullname": "sales",
        "to_principals": ["account users"],
        "match_columns": [{"alias": "m", "condition": "has_tag('pii')"}],
        "column_mask": {"function_name": "sales.core.hide", "on_column": "m"},
    }
    served.store.documents["policies"] = {"CATALOG/sales/p": policy}
    with pytest.raises(PermissionDenied, match="do not except"):
        ann.shares.update("orders", updates=[update("sales.core.orders")])
    policy["except_principals"] = ["ann@x.org"]
    ann.shares.update("orders", updates=[update("sales.core.orders")])


def test_an_update_has_limits(served: Served, ann: WorkspaceClient) -> None:
    for number in range(101):
        served.store.relations["sales", "core", f"t{number}"] = Relation("ann@x.org")
    updates = [update(f"sales.core.t{number}") for number in range(101)]
    with pytest.raises(InvalidParameterValue, match="At most 100"):
        ann.shares.update("orders", updates=updates)
    ann.shares.update("orders", updates=updates[:100])
    assert len(shared(ann)) == 100
    with pytest.raises(InvalidParameterValue, match="must be unique"):
        ann.shares.update("orders", updates=[update("sales.core.t100", shared_as="core.t1")])
    with pytest.raises(InvalidParameterValue, match=r"schema\.table"):
        ann.shares.update("orders", updates=[update("sales.core.t100", shared_as="a.b.c")])
    with pytest.raises(InvalidParameterValue, match="is a VIEW"):
        ann.shares.update("orders", updates=[update("sales.core.orders_v")])


def test_who_may_share(client: Client, ann: WorkspaceClient) -> None:
    with pytest.raises(PermissionDenied):
        client("bob").shares.create("mine")
    with pytest.raises(PermissionDenied):
        client("bob").shares.get("orders")
    admin = client("admin")
    with pytest.raises(PermissionDenied):
        admin.shares.update("orders", updates=[update("sales.core.orders")])
    admin.shares.update("orders", owner="bob@x.org")
    with pytest.raises(PermissionDenied, match="SELECT"):
        client("bob").shares.update("orders", updates=[update("sales.core.orders")])


def test_recipients_get_shares(client: Client, ann: WorkspaceClient) -> None:
    ann.recipients.create("partner", AuthenticationType.DATABRICKS, data_recipient_global_metastore_id="aws:eu:1")
    ann.recipients.create("paper", AuthenticationType.TOKEN)
    with pytest.raises(BadRequest, match="who need it"):
        ann.recipients.create("x", AuthenticationType.DATABRICKS)
    with pytest.raises(AlreadyExists):
        ann.recipients.create("paper", AuthenticationType.TOKEN)
    give = [PermissionsChange(principal="partner", add=["SELECT"])]
    ann.shares.update_permissions("orders", changes=give)
    held = ann.shares.share_permissions("orders").privilege_assignments or []
    assert [a.principal for a in held] == ["partner"]
    assert [p.share_name for p in ann.recipients.share_permissions("partner").permissions_out or []] == ["orders"]
    with pytest.raises(NotFound):
        ann.shares.update_permissions("orders", changes=[PermissionsChange(principal="nobody", add=["SELECT"])])
    with pytest.raises(PermissionDenied):
        client("bob").shares.update_permissions("orders", changes=give)
    ann.recipients.update("partner", comment="c")
    assert [(r.name, r.comment) for r in ann.recipients.list()] == [("paper", None), ("partner", "c")]
    ann.recipients.delete("partner")
    assert not ann.shares.share_permissions("orders").privilege_assignments
