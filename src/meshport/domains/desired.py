"""What a domain file comes to: the resources that should be there. Pure.

Who may do what, as grants (the vendor's reference of Unity Catalog privileges; what publishing itself needs is what
`meshport doctor --probe` tries):

| | internal catalog | its schemas | published catalog |
|---|---|---|---|
| owner group | MANAGE, ALL PRIVILEGES | | MANAGE, and reading |
| developer group, `write` | USE CATALOG, CREATE SCHEMA | USE SCHEMA, and reading, writing, creating | reading |
| developer group, `read` | USE CATALOG | USE SCHEMA, SELECT | reading |
| service principal of CI | USE CATALOG, CREATE SCHEMA | as developers that write | USE CATALOG, CREATE SCHEMA, MANAGE |

Schemas that dbt makes itself belong to whoever made them. The service principal may make external metadata, too, which
lineage is registered by. Developers read ports of their own domain as others do: masked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from meshport.domains.file import DomainFile, Environment
from meshport.model import Relation
from meshport.resources import Resource
from meshport.resources.grant import SELECT, USE_CATALOG, USE_SCHEMA, grant
from meshport.resources.infrastructure import (
    BUDGET_TAG,
    CLUSTER_POLICY,
    DISCOVERED,
    DOMAIN_TAG,
    ENTRY,
    GOVERNED,
    GROUP,
    NOWHERE,
    PRINCIPAL,
    WAREHOUSE,
    catalog,
    member,
    named,
    permission,
    schema,
)
from meshport.resources.tag import tag

MANAGE, ALL, CREATE_SCHEMA = "MANAGE", "ALL PRIVILEGES", "CREATE SCHEMA"
READING = (USE_CATALOG, USE_SCHEMA, SELECT)
WRITING = (USE_SCHEMA, SELECT, "MODIFY", "EXECUTE", "CREATE TABLE", "CREATE FUNCTION")


def desired(said: DomainFile) -> list[Resource]:
    """Return everything that a domain file asks for, whatever the platform can do, in the order in which it is made."""
    return [
        *_people(said),
        *_catalogs(said),
        *_tags(said),
        *_grants(said),
        *_discovered(said),
        *_computing(said),
        named(ENTRY, said.name, {"owner_group": said.owner.group, "developer_group": said.developers}),
    ]


def needed(said: DomainFile) -> list[Resource]:
    """Return what a domain file only names: it has to be there, and is nobody's to make here."""
    found = [] if said.groups == "create" else [named(GROUP, name) for name in _groups(said)]
    if said.ci is not None and said.ci.application_id is not None:
        found.append(named(PRINCIPAL, said.ci.application_id))
    return found


def members(said: DomainFile, people: Iterable[str]) -> list[Resource]:
    """Return who is in the developer group because an owner added them (`user:ann@example.com`): users of the account.

    Who is in a group that an identity provider brings is that provider's to say.
    """
    names = (person.partition(":")[2] for person in people) if said.groups == "create" else ()
    return [member(said.developers, name) for name in names]


def _groups(said: DomainFile) -> tuple[str, str]:
    return said.owner.group, said.developers


def _people(said: DomainFile) -> Iterator[Resource]:
    if said.groups == "create":
        yield from (named(GROUP, name) for name in _groups(said))
    if said.ci is not None and said.ci.application_id is None:
        yield named(PRINCIPAL, said.ci.name)


def _catalogs(said: DomainFile) -> Iterator[Resource]:
    for name, each in said.environments.items():
        for zone, database in zip(("internal zone", "data products"), each.catalogs, strict=False):
            comment = f"{said.title}: {zone} ({name})" if said.platform == "databricks" else None
            yield catalog(database, said.storage(each).rstrip("/"), comment)
        yield from (schema(each.catalog, one) for one in each.schemas)


def _tags(said: DomainFile) -> Iterator[Resource]:
    pairs = dict(said.tags)
    if said.discover_tag is not None:
        yield named(GOVERNED, said.discover_tag)
        pairs[said.discover_tag] = ""
    for each in said.environments.values():
        for database in each.catalogs:
            yield from (tag(Relation(database, "", ""), "", key, value) for key, value in pairs.items())


def _grants(said: DomainFile) -> Iterator[Resource]:
    for each in said.environments.values():
        internal = Relation(each.catalog, "", "")
        yield from (grant(internal, privilege, said.owner.group) for privilege in (MANAGE, ALL))
        if each.developers == "write":
            yield from _writing(each, said.developers)
        elif each.developers == "read":
            yield grant(internal, USE_CATALOG, said.developers)
            for one in each.schemas:
                for privilege in (USE_SCHEMA, SELECT):
                    yield grant(Relation(each.catalog, one, ""), privilege, said.developers)
        if said.ci is not None:
            yield from _writing(each, said.ci.principal)
        if each.published is not None:
            published = Relation(each.published, "", "")
            yield from (grant(published, privilege, said.owner.group) for privilege in (MANAGE, *READING))
            yield from (grant(published, privilege, said.developers) for privilege in READING)
            if said.ci is not None:
                for privilege in (USE_CATALOG, CREATE_SCHEMA, MANAGE):
                    yield grant(published, privilege, said.ci.principal)
    if said.ci is not None and said.publishing is not None:
        yield grant(NOWHERE, "CREATE EXTERNAL METADATA", said.ci.principal)


def _writing(each: Environment, principal: str) -> Iterator[Resource]:
    yield from (grant(Relation(each.catalog, "", ""), what, principal) for what in (USE_CATALOG, CREATE_SCHEMA))
    for one in each.schemas:
        yield from (grant(Relation(each.catalog, one, ""), what, principal) for what in WRITING)


def _discovered(said: DomainFile) -> Iterator[Resource]:
    if said.discover_tag is not None:
        yield named(DISCOVERED, said.discover_tag, {"subtitle": said.title, "description": said.description})


def _computing(said: DomainFile) -> Iterator[Resource]:
    for name, each in said.warehouses.items():
        tags = {**said.tags, DOMAIN_TAG: said.name, BUDGET_TAG: f"{each.budget or 0:g}"}
        fields = {
            "size": (each.size or "").lower(),
            "auto_stop_minutes": str(each.auto_stop_minutes or 0),
            "tags": json.dumps(tags, sort_keys=True, ensure_ascii=False),
        }
        yield named(WAREHOUSE, name, fields)
        yield from _using(said, WAREHOUSE, name)
    for name, definition in said.cluster_policies.items():
        text = json.dumps(definition, sort_keys=True, ensure_ascii=False)
        yield named(CLUSTER_POLICY, name, {"definition": text})
        yield from _using(said, CLUSTER_POLICY, name)


def _using(said: DomainFile, target: str, name: str) -> Iterator[Resource]:
    manage = "CAN_MANAGE" if target == WAREHOUSE else "CAN_USE"  # a cluster policy is the central team's to change
    yield permission(target, name, said.owner.group, manage)
    yield permission(target, name, said.developers, "CAN_USE")
    if said.ci is not None:
        yield permission(target, name, said.ci.principal, "CAN_USE")
