"""External metadata and lineage, requests for access, monitors, and secrets, through the real SDK."""

# ruff: noqa: TID251 - the double is tested by the real SDK
from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import (
    AlreadyExists,
    InvalidParameterValue,
    NotFound,
    PermissionDenied,
    ResourceAlreadyExists,
)
from databricks.sdk.service.catalog import (
    AccessRequestDestinations,
    ColumnRelationship,
    CreateAccessRequest,
    CreateRequestExternalLineage,
    DeleteRequestExternalLineage,
    DestinationType,
    ExternalLineageExternalMetadata,
    ExternalLineageObject,
    ExternalLineageTable,
    ExternalMetadata,
    LineageDirection,
    NotificationDestination,
    Principal,
    PrincipalType,
    Securable,
    SecurablePermissions,
    SecurableType,
    SystemType,
    UpdateRequestExternalLineage,
)
from databricks.sdk.service.dataquality import AnomalyDetectionConfig, DataProfilingConfig, Monitor, SnapshotConfig

from tests.databricks_double.rest_server import Served

Client = Callable[..., WorkspaceClient]
ODD = "dbt://shop/models/order items (ü)?#%"
TABLE = ExternalLineageObject(table=ExternalLineageTable("sales.core.orders"))


def outside(name: str = ODD) -> ExternalLineageObject:
    return ExternalLineageObject(external_metadata=ExternalLineageExternalMetadata(name))


@pytest.fixture
def maker(served: Served, client: Client) -> WorkspaceClient:
    served.store.documents.setdefault("metastore", {})["self"] = {
        "owner": "admins",
        "grants": {"producers": {"CREATE_EXTERNAL_METADATA"}},
    }
    return client()


def test_external_metadata_with_an_odd_name(served: Served, client: Client, maker: WorkspaceClient) -> None:
    new = ExternalMetadata(ODD, SystemType.OTHER, "model", columns=["id", "email"], properties={"k": "v"})
    made = maker.external_metadata.create_external_metadata(new)
    assert (made.owner, made.system_type) == ("ann@x.org", SystemType.OTHER)
    path = quote(ODD, safe="")
    assert client("eve").external_metadata.get_external_metadata(path).columns == ["id", "email"]  # BROWSE for all
    with pytest.raises(PermissionDenied):
        client("eve").external_metadata.delete_external_metadata(path)
    changed = ExternalMetadata(ODD, SystemType.OTHER, "model", description="d")
    assert maker.external_metadata.update_external_metadata(path, changed, "description").description == "d"
    with pytest.raises(AlreadyExists):
        maker.external_metadata.create_external_metadata(new)
    assert [m.name for m in maker.external_metadata.list_external_metadata()] == [ODD]
    maker.external_metadata.delete_external_metadata(path)
    with pytest.raises(NotFound):
        maker.external_metadata.get_external_metadata(path)


def test_dbt_is_no_system_type_and_not_everybody_may(client: Client, maker: WorkspaceClient) -> None:
    body = {"name": "x", "system_type": "DBT", "entity_type": "model"}
    with pytest.raises(InvalidParameterValue, match="DBT"):
        maker.api_client.do("POST", "/api/2.0/lineage-tracking/external-metadata", body=body)
    with pytest.raises(PermissionDenied, match="CREATE EXTERNAL METADATA"):
        client("bob").external_metadata.create_external_metadata(ExternalMetadata("x", SystemType.OTHER, "model"))


def test_lineage_goes_both_ways(maker: WorkspaceClient) -> None:
    maker.external_metadata.create_external_metadata(
        ExternalMetadata(ODD, SystemType.OTHER, "exposure", columns=["total"])
    )
    lineage = maker.external_lineage
    pairs = [ColumnRelationship("price", "total")]
    made = lineage.create_external_lineage_relationship(CreateRequestExternalLineage(TABLE, outside(), columns=pairs))
    assert made.id
    down = list(lineage.list_external_lineage_relationships(TABLE, LineageDirection.DOWNSTREAM))
    assert [d.external_metadata_info.name for d in down if d.external_metadata_info] == [ODD]
    assert down[0].external_lineage_info is not None
    assert down[0].external_lineage_info.columns == pairs
    up = list(lineage.list_external_lineage_relationships(outside(), LineageDirection.UPSTREAM))
    assert [u.table_info.name for u in up if u.table_info] == ["orders"]
    assert list(lineage.list_external_lineage_relationships(TABLE, LineageDirection.UPSTREAM)) == []
    update = UpdateRequestExternalLineage(TABLE, outside(), properties={"a": "b"})
    assert lineage.update_external_lineage_relationship(update, "properties").properties == {"a": "b"}
    with pytest.raises(AlreadyExists):
        lineage.create_external_lineage_relationship(CreateRequestExternalLineage(TABLE, outside()))
    lineage.delete_external_lineage_relationship(DeleteRequestExternalLineage(TABLE, outside()))
    with pytest.raises(NotFound):
        lineage.delete_external_lineage_relationship(DeleteRequestExternalLineage(TABLE, outside()))


def test_lineage_that_cannot_be(client: Client, maker: WorkspaceClient) -> None:
    maker.external_metadata.create_external_metadata(ExternalMetadata("m", SystemType.OTHER, "model", columns=["c"]))
    lineage = maker.external_lineage
    other = ExternalLineageObject(table=ExternalLineageTable("sales.core.odd"))
    with pytest.raises(InvalidParameterValue, match="must be an external metadata"):
        lineage.create_external_lineage_relationship(CreateRequestExternalLineage(TABLE, other))
    wrong = CreateRequestExternalLineage(TABLE, outside("m"), columns=[ColumnRelationship("nothing", "c")])
    with pytest.raises(InvalidParameterValue, match="Column nothing"):
        lineage.create_external_lineage_relationship(wrong)
    with pytest.raises(NotFound):
        lineage.create_external_lineage_relationship(CreateRequestExternalLineage(TABLE, outside("other")))
    with pytest.raises(PermissionDenied):
        client("eve").external_lineage.create_external_lineage_relationship(
            CreateRequestExternalLineage(TABLE, outside("m"))
        )


def wanted(name: str = "sales.core.orders", *permissions: str) -> list[SecurablePermissions]:
    return [SecurablePermissions(list(permissions or ("SELECT",)), Securable(full_name=name, type=SecurableType.TABLE))]


def test_requests_go_where_the_schema_or_catalog_says(served: Served, client: Client) -> None:
    ask = client("bob").rfa.batch_create_access_requests
    answer = ask(requests=[CreateAccessRequest(comment="for the report", securable_permissions=wanted())])
    assert answer.responses
    found = (answer.responses[0].request_destinations or [])[0]
    assert found.destination_source_securable == Securable(full_name="sales", type=SecurableType.CATALOG)
    mail = NotificationDestination("team@x.org", DestinationType.EMAIL)
    schema = Securable(full_name="sales.core", type=SecurableType.SCHEMA)
    client().rfa.update_access_request_destinations(
        AccessRequestDestinations(schema, destinations=[mail]), "destinations"
    )
    got = client().rfa.get_access_request_destinations("table", "sales.core.orders")
    assert got.destinations == [mail]
    kept = served.store.documents["access_requests"]["1"]
    assert (kept["principal"], kept["comment"]) == ("bob@x.org", "for the report")


def test_destinations_have_rules(client: Client) -> None:
    def put(who: str, name: str, kind: SecurableType, *types: DestinationType) -> None:
        given = [NotificationDestination(f"d{at}", each) for at, each in enumerate(types)]
        destinations = AccessRequestDestinations(Securable(full_name=name, type=kind), destinations=given)
        client(who).rfa.update_access_request_destinations(destinations, "destinations")

    with pytest.raises(InvalidParameterValue, match="inherited"):
        put("ann", "sales.core.orders", SecurableType.TABLE, DestinationType.EMAIL)
    with pytest.raises(InvalidParameterValue, match="At most 5"):
        put("ann", "sales.core", SecurableType.SCHEMA, *[DestinationType.EMAIL] * 6)
    with pytest.raises(InvalidParameterValue, match="URL"):
        put("ann", "sales.core", SecurableType.SCHEMA, DestinationType.URL, DestinationType.EMAIL)
    with pytest.raises(PermissionDenied):
        put("bob", "sales.core", SecurableType.SCHEMA, DestinationType.EMAIL)


def test_requests_have_limits(client: Client) -> None:
    ask = client("bob").rfa.batch_create_access_requests
    ids = [user.id for user in client().users_v2.list()]
    many = [CreateAccessRequest(securable_permissions=wanted())] * 31
    with pytest.raises(InvalidParameterValue, match="At most 30"):
        ask(requests=many)
    with pytest.raises(InvalidParameterValue, match="200"):
        ask(requests=[CreateAccessRequest(comment="x" * 201, securable_permissions=wanted())])
    with pytest.raises(InvalidParameterValue, match="letters"):
        ask(requests=[CreateAccessRequest(comment="für mich", securable_permissions=wanted())])
    with pytest.raises(InvalidParameterValue, match="unique"):
        ask(requests=many[:2])
    with pytest.raises(InvalidParameterValue, match="only be requested once"):
        ask(requests=[CreateAccessRequest(securable_permissions=[*wanted(), *wanted()])])
    with pytest.raises(InvalidParameterValue, match="not applicable"):
        ask(requests=[CreateAccessRequest(securable_permissions=wanted("sales.core.orders", "USE CATALOG"))])
    for_all = [
        CreateAccessRequest(Principal(each, PrincipalType.USER_PRINCIPAL), securable_permissions=wanted())
        for each in ids
    ]
    assert len(ask(requests=for_all).responses or []) == len(ids)


def test_monitors_know_objects_by_id(client: Client) -> None:
    ann = client()
    schema, table = ann.schemas.get("sales.core").schema_id or "", ann.tables.get("sales.core.orders").table_id or ""
    made = ann.data_quality.create_monitor(
        Monitor("table", table, data_profiling_config=DataProfilingConfig(schema, snapshot=SnapshotConfig()))
    )
    assert made.data_profiling_config is not None
    assert made.data_profiling_config.monitored_table_name == "sales.core.orders"
    ann.data_quality.create_monitor(Monitor("schema", schema, anomaly_detection_config=AnomalyDetectionConfig()))
    assert len(list(ann.data_quality.list_monitor())) == 2
    with pytest.raises(InvalidParameterValue, match="has data_profiling_config"):
        ann.data_quality.create_monitor(Monitor("table", table, anomaly_detection_config=AnomalyDetectionConfig()))
    with pytest.raises(NotFound):
        ann.data_quality.get_monitor("table", schema)
    change = Monitor("table", table, data_profiling_config=DataProfilingConfig(schema, slicing_exprs=["price > 1"]))
    changed = ann.data_quality.update_monitor("table", table, change, "data_profiling_config.slicing_exprs")
    assert changed.data_profiling_config is not None
    assert changed.data_profiling_config.slicing_exprs == ["price > 1"]
    with pytest.raises(PermissionDenied):
        client("bob").data_quality.delete_monitor("table", table)
    ann.data_quality.delete_monitor("table", table)


def test_secrets_are_the_ones_that_sql_reads(served: Served, client: Client) -> None:
    secrets = client().secrets
    secrets.create_scope("meshport")
    with pytest.raises(ResourceAlreadyExists):
        secrets.create_scope("meshport")
    secrets.put_secret("meshport", "key", string_value="hush")
    secrets.put_secret("meshport", "raw", bytes_value=base64.b64encode(b"bytes").decode())
    assert served.store.secrets == {("meshport", "key"): "hush", ("meshport", "raw"): "bytes"}
    assert [s.key for s in secrets.list_secrets("meshport")] == ["key", "raw"]
    assert base64.b64decode(secrets.get_secret("meshport", "key").value or "") == b"hush"
    with pytest.raises(PermissionDenied):
        client("bob").secrets.put_secret("meshport", "key", string_value="mine")
    with pytest.raises(NotFound):
        secrets.put_secret("nothing", "key", string_value="x")
    secrets.delete_scope("meshport")
    assert served.store.secrets == {}
