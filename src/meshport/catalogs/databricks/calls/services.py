"""Calls of REST services: those that register what is published, and those that make the infrastructure of a domain."""

from __future__ import annotations

from meshport.catalogs.databricks.calls.types import Rest

_CATALOG, _TAGS = "databricks.sdk.service.catalog", "databricks.sdk.service.tags"
_EXTERNAL, _POLICIES = "/api/2.0/lineage-tracking", "/api/2.1/unity-catalog/policies"
_ON = "{on_securable_type}/{on_securable_fullname}"


def _external(method: str, what: str, rest: str, purpose: str, sdk: str) -> Rest:
    return Rest(method, f"{_EXTERNAL}/{what}{rest}", purpose, _CATALOG, sdk)


def _policy(method: str, rest: str, purpose: str, sdk: str) -> Rest:
    return Rest(method, f"{_POLICIES}{rest}", purpose, _CATALOG, f"PoliciesAPI.{sdk}")


def _tag_policy(method: str, rest: str, purpose: str, sdk: str) -> Rest:
    return Rest(method, f"/api/2.1/tag-policies{rest}", purpose, _TAGS, f"TagPoliciesAPI.{sdk}")


REGISTRATION = (
    _tag_policy("GET", "", "which tags are governed", "list_tag_policies"),
    _tag_policy("POST", "", "a tag template with `governed: true`", "create_tag_policy"),
    _tag_policy("GET", "/{tag_key}", "its values, before more are added", "get_tag_policy"),
    _tag_policy("PATCH", "/{tag_key}", "more values", "update_tag_policy"),
    _policy("GET", f"/{_ON}", "the policies of the published catalog", "list_policies"),
    _policy("POST", "", "a policy that masks what is tagged", "create_policy"),
    _policy("GET", f"/{_ON}/{{name}}", "a policy that somebody changed", "get_policy"),
    _policy("PATCH", f"/{_ON}/{{name}}", "... is healed", "update_policy"),
    _policy("DELETE", f"/{_ON}/{{name}}", "a policy that no port needs", "delete_policy"),
    _external("GET", "external-metadata", "", "what is outside", "ExternalMetadataAPI.list_external_metadata"),
    _external("POST", "external-metadata", "", "sources and exposures", "ExternalMetadataAPI.create_external_metadata"),
    _external(
        "GET", "external-metadata", "/{name}", "what others added to it", "ExternalMetadataAPI.get_external_metadata"
    ),
    _external("PATCH", "external-metadata", "/{name}", "its changes", "ExternalMetadataAPI.update_external_metadata"),
    _external(
        "DELETE", "external-metadata", "/{name}", "what is no more", "ExternalMetadataAPI.delete_external_metadata"
    ),
    _external(
        "GET", "external-lineage", "", "lineage that is there", "ExternalLineageAPI.list_external_lineage_relationships"
    ),
    _external(
        "POST",
        "external-lineage",
        "",
        "lineage, with columns",
        "ExternalLineageAPI.create_external_lineage_relationship",
    ),
    _external(
        "PATCH", "external-lineage", "", "its changes", "ExternalLineageAPI.update_external_lineage_relationship"
    ),
    _external(
        "DELETE", "external-lineage", "", "what is no more", "ExternalLineageAPI.delete_external_lineage_relationship"
    ),
    Rest(
        "GET",
        "/api/3.0/rfa/destinations/{securable_type}/{full_name}",
        "whom to ask for access to a schema",
        _CATALOG,
        "RfaAPI.get_access_request_destinations",
    ),
    Rest(
        "PATCH",
        "/api/3.0/rfa/destinations",
        "... is set, or taken away",
        _CATALOG,
        "RfaAPI.update_access_request_destinations",
    ),
    Rest(
        "GET",
        "/api/2.1/unity-catalog/tables/{full_name}/exists",
        "whether a port of another workspace is in our metastore",
        _CATALOG,
        "TablesAPI.exists",
    ),
)

_UNITY, _PERMISSIONS = "/api/2.1/unity-catalog", "/api/2.0/permissions/{request_object_type}/{request_object_id}"
_GRANTS = f"{_UNITY}/permissions/{{securable_type}}/{{full_name}}"
_TAGGED = f"{_UNITY}/entity-tag-assignments/{{entity_type}}/{{entity_name}}/tags"
_CLUSTERS, _WAREHOUSES, _ROBOTS = "/api/2.0/policies/clusters", "/api/2.0/sql/warehouses", "ServicePrincipals"
_SCIM, _GROUPS = f"/api/2.0/preview/scim/v2/{_ROBOTS}", "/api/2.0/account/scim/v2/Groups"
_IAM, _SQL, _COMPUTE = (f"databricks.sdk.service.{name}" for name in ("iam", "sql", "compute"))
_ACCOUNT, _DISCOVER = "the vendor's Account SCIM API, as plain REST", "DomainsAPI of newer ones, as plain REST"

DOMAINS = (
    Rest("GET", _GROUPS, "groups of the account", "", _ACCOUNT),
    Rest("POST", _GROUPS, "... made", "", _ACCOUNT),
    Rest("DELETE", f"{_GROUPS}/{{id}}", "... removed", "", _ACCOUNT),
    Rest("GET", f"{_GROUPS}/{{id}}", "who is in one", "", _ACCOUNT),
    Rest("PATCH", f"{_GROUPS}/{{id}}", "... added and removed", "", _ACCOUNT),
    Rest("GET", "/api/2.0/account/scim/v2/Users", "developers that owners added", "", _ACCOUNT),
    Rest("GET", _SCIM, "the service principal that CI is", _IAM, "ServicePrincipalsV2API.list"),
    Rest("POST", _SCIM, "... made", _IAM, "ServicePrincipalsV2API.create"),
    Rest("DELETE", f"{_SCIM}/{{id}}", "... removed", _IAM, "ServicePrincipalsV2API.delete"),
    Rest("GET", f"{_UNITY}/catalogs/{{name}}", "catalogs of a domain", _CATALOG, "CatalogsAPI.get"),
    Rest("POST", f"{_UNITY}/catalogs", "... made", _CATALOG, "CatalogsAPI.create"),
    Rest("PATCH", f"{_UNITY}/catalogs/{{name}}", "their comments", _CATALOG, "CatalogsAPI.update"),
    Rest("DELETE", f"{_UNITY}/catalogs/{{name}}", "... removed", _CATALOG, "CatalogsAPI.delete"),
    Rest("GET", f"{_UNITY}/schemas/{{full_name}}", "schemas of a domain", _CATALOG, "SchemasAPI.get"),
    Rest("GET", f"{_UNITY}/schemas", "what is in a catalog that goes", _CATALOG, "SchemasAPI.list"),
    Rest("POST", f"{_UNITY}/schemas", "... made", _CATALOG, "SchemasAPI.create"),
    Rest("DELETE", f"{_UNITY}/schemas/{{full_name}}", "... removed", _CATALOG, "SchemasAPI.delete"),
    Rest("GET", f"{_UNITY}/table-summaries", "whether they hold tables", _CATALOG, "TablesAPI.list_summaries"),
    Rest("GET", f"{_UNITY}/metastore_summary", "the metastore's id", _CATALOG, "MetastoresAPI.summary"),
    Rest("GET", f"{_UNITY}/permissions/{{securable_type}}/{{full_name}}", "grants", _CATALOG, "GrantsAPI.get"),
    Rest(
        "PATCH",
        f"{_UNITY}/permissions/{{securable_type}}/{{full_name}}",
        "... given and taken",
        _CATALOG,
        "GrantsAPI.update",
    ),
    Rest("GET", _TAGGED, "tags of catalogs and schemas", _CATALOG, "EntityTagAssignmentsAPI.list"),
    Rest("POST", f"{_UNITY}/entity-tag-assignments", "... set", _CATALOG, "EntityTagAssignmentsAPI.create"),
    Rest("PATCH", f"{_TAGGED}/{{tag_key}}", "... changed", _CATALOG, "EntityTagAssignmentsAPI.update"),
    Rest("DELETE", f"{_TAGGED}/{{tag_key}}", "... taken away", _CATALOG, "EntityTagAssignmentsAPI.delete"),
    Rest("GET", _WAREHOUSES, "SQL warehouses", _SQL, "WarehousesAPI.list"),
    Rest("POST", _WAREHOUSES, "... made", _SQL, "WarehousesAPI.create"),
    Rest("POST", f"{_WAREHOUSES}/{{id}}/edit", "... changed", _SQL, "WarehousesAPI.edit"),
    Rest("DELETE", f"{_WAREHOUSES}/{{id}}", "... removed", _SQL, "WarehousesAPI.delete"),
    Rest("GET", f"{_CLUSTERS}/list", "cluster policies", _COMPUTE, "ClusterPoliciesAPI.list"),
    Rest("POST", f"{_CLUSTERS}/create", "... made", _COMPUTE, "ClusterPoliciesAPI.create"),
    Rest("POST", f"{_CLUSTERS}/edit", "... changed", _COMPUTE, "ClusterPoliciesAPI.edit"),
    Rest("POST", f"{_CLUSTERS}/delete", "... removed", _COMPUTE, "ClusterPoliciesAPI.delete"),
    Rest("GET", _PERMISSIONS, "who may use these", _IAM, "PermissionsAPI.get"),
    Rest("PATCH", _PERMISSIONS, "... given", _IAM, "PermissionsAPI.update"),
    Rest("PUT", _PERMISSIONS, "... taken away", _IAM, "PermissionsAPI.set"),
    Rest("GET", "/api/2.0/domains", "domains on the Discover page", "", _DISCOVER),
    Rest("POST", "/api/2.0/domains", "... made", "", _DISCOVER),
    Rest("PATCH", "/api/2.0/domains/{id}", "... changed", "", _DISCOVER),
    Rest("DELETE", "/api/2.0/domains/{id}", "... removed", "", _DISCOVER),
)
"""What `meshport domain` calls besides: the infrastructure of a domain."""
CALLS = (*REGISTRATION, *DOMAINS)
