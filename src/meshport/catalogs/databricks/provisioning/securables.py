"""Catalogs and schemas, their tags and grants, and the grants on the metastore.

Source: `catalog.CatalogsAPI`, `SchemasAPI`, `EntityTagAssignmentsAPI`, `TablesAPI.list_summaries` of the
SDK.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from meshport.catalogs.databricks.provisioning.calls import ensure
from meshport.catalogs.databricks.provisioning.people import People
from meshport.catalogs.databricks.registration.client import explained, in_path, once
from meshport.model import Relation
from meshport.resources import BOOKKEEPING, Resource
from meshport.resources.grant import KIND as GRANT
from meshport.resources.grant import full_name, grant
from meshport.resources.infrastructure import CATALOG, NOWHERE, SCHEMA, catalog, schema
from meshport.resources.tag import KIND as TAG
from meshport.resources.tag import tag

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

MARK = "meshport_domain"
"""The property of catalogs and schemas that says that meshport made them."""
PERMISSIONS = "/api/2.1/unity-catalog/permissions"
"""Called as it is: the SDK knows the privileges of its time, and leaves out what it does not know."""
OWN_SCHEMAS = ("information_schema", BOOKKEEPING)


class Securables:
    """What is in Unity Catalog, of one metastore."""

    def __init__(self, client: WorkspaceClient, people: People) -> None:
        self._client = client
        self._people = people

    def observe(self, asked: Sequence[Resource]) -> Iterator[Resource]:
        """Yield those of these catalogs and schemas that there are, with all tags and grants on them; of grants on the
        metastore only those that were asked about.
        """
        there = []
        for each in asked:
            if each.kind in (CATALOG, SCHEMA) and (found := self._container(each)) is not None:
                there.append(found)
                yield found
        for place in there:
            yield from self._grants(place.relation)
            yield from self._tags(place.relation)
        ours = {each.key for each in asked if each.kind == GRANT and each.relation == NOWHERE}
        if ours:
            yield from (each for each in self._grants(NOWHERE) if each.key in ours)

    def contents(self, there: Iterable[Resource]) -> dict[str, tuple[str, ...]]:
        """Return what each of these catalogs and schemas holds, by its key: tables and views, bookkeeping left out."""
        found: dict[str, list[str]] = defaultdict(list)
        places = {each.relation: each.key for each in there if each.kind in (CATALOG, SCHEMA)}
        for place in [each for each in places if not each.schema]:
            with explained(f"reading what {place.database} holds"):
                for one in self._client.tables.list_summaries(place.database, max_results=1000):
                    database, name, relation = (one.full_name or "").split(".", 2)
                    if name not in OWN_SCHEMAS:
                        found[places[place]].append(f"{name}.{relation}")
                        if (within := places.get(Relation(database, name, ""))) is not None:
                            found[within].append(relation)
        return {key: tuple(names) for key, names in found.items()}

    def make(self, resources: Sequence[Resource]) -> None:
        """Make a catalog, a schema or a tag, or grant privileges in one place."""
        first = resources[0]
        place, name = first.relation, full_name(first.relation)
        if first.kind == GRANT:
            self._change_grants(resources, add=True)
        elif first.kind == TAG:
            self._set_tag(first)
        elif first.kind == CATALOG:
            fields = {key: value for key, value in first.fields.items() if value}
            with explained(f"making the catalog {name}", "CREATE CATALOG on the metastore"):
                ensure(
                    lambda: self._client.catalogs.create(
                        name,
                        comment=fields.get("comment"),
                        storage_root=fields.get("storage"),
                        properties={MARK: "yes"},
                    ),
                    lambda: (self._client.catalogs.get(in_path(name)).properties or {}).get(MARK) is not None,
                )
        else:
            with explained(f"making the schema {name}", "CREATE SCHEMA on the catalog"):
                ensure(
                    lambda: self._client.schemas.create(place.schema, place.database, properties={MARK: "yes"}),
                    lambda: (self._client.schemas.get(in_path(name)).properties or {}).get(MARK) is not None,
                )

    def change(self, resource: Resource) -> None:
        """Give a catalog its comment, or a tag its value."""
        if resource.kind == TAG:
            self._set_tag(resource)
            return
        name = full_name(resource.relation)
        with explained(f"changing the catalog {name}", "MANAGE on it"):
            self._client.catalogs.update(in_path(name), comment=resource.fields["comment"])

    def remove(self, resources: Sequence[Resource], *, force: bool) -> None:
        """Remove a catalog, a schema or a tag, or revoke privileges in one place.

        What holds anything is refused by Unity Catalog itself, unless `force`.
        """
        first = resources[0]
        name = full_name(first.relation)
        if first.kind == GRANT:
            self._change_grants(resources, add=False)
        elif first.kind == TAG:
            kind = _tagged(first.relation)
            with explained(f"removing the tag {first.name} of {name}", "APPLY TAG on it"):
                once(
                    lambda: self._client.entity_tag_assignments.delete(kind, in_path(name), in_path(first.name)),
                    making=False,
                )
        elif first.kind == SCHEMA:
            self._drop_schema(name, force=force)
        else:
            with explained(f"dropping the catalog {name}", "MANAGE on it"):
                if not force:
                    self._drop_empty_schemas(name)
                once(lambda: self._client.catalogs.delete(in_path(name), force=force), making=False)

    def _drop_empty_schemas(self, database: str) -> None:
        """Drop what publishing and dbt left behind: our bookkeeping, and schemas that are empty."""
        from databricks.sdk.errors import NotFound

        try:
            names = [str(each.name) for each in self._client.schemas.list(database)]
        except NotFound:
            return
        for name in names:
            if name != "information_schema":
                self._drop_schema(f"{database}.{name}", force=name == BOOKKEEPING)

    def _drop_schema(self, name: str, *, force: bool) -> None:
        with explained(f"dropping the schema {name}", "MANAGE on it, and that it is empty"):
            once(lambda: self._client.schemas.delete(in_path(name), force=force), making=False)

    def _container(self, asked: Resource) -> Resource | None:
        from databricks.sdk.errors import NotFound

        place, name = asked.relation, full_name(asked.relation)
        with explained(f"reading {name}", "to see it: ownership, or USE CATALOG"):
            try:
                if asked.kind == SCHEMA:
                    self._client.schemas.get(in_path(name))
                    return schema(place.database, place.schema)
                held = self._client.catalogs.get(in_path(name))
            except NotFound:
                return None
        return catalog(place.database, (held.storage_root or "").rstrip("/"), held.comment or "")

    def _grants(self, place: Relation) -> Iterator[Resource]:
        path, token = self._permissions(place), ""
        while True:
            query = {"max_results": 0, **({"page_token": token} if token else {})}
            needs = "to be an admin of the metastore" if place == NOWHERE else "MANAGE on it"
            with explained(f"reading the grants on {full_name(place)}", needs):
                page: Any = self._client.api_client.do("GET", path, query=query)
            for each in page.get("privilege_assignments", ()):
                for privilege in each.get("privileges", ()):
                    yield grant(place, privilege.replace("_", " "), self._people.read(each["principal"]))
            token = page.get("next_page_token")
            if not token:
                return

    def _change_grants(self, resources: Sequence[Resource], *, add: bool) -> None:
        by_principal: dict[str, list[str]] = defaultdict(list)
        for each in resources:
            privilege = each.fields["privilege"].replace(" ", "_")
            by_principal[self._people.written(each.fields["to"])].append(privilege)
        changes = [{"principal": who, "add" if add else "remove": what} for who, what in by_principal.items()]
        place = resources[0].relation
        path = self._permissions(place)
        with explained(
            f"changing grants on {full_name(place)}", "MANAGE on it, and that the account knows the principals"
        ):
            once(lambda: self._client.api_client.do("PATCH", path, body={"changes": changes}), making=add)

    def _permissions(self, place: Relation) -> str:
        """Return the path of the grants on something."""
        if place == NOWHERE:
            with explained("looking for the metastore"):
                return f"{PERMISSIONS}/metastore/{in_path(str(self._client.metastores.summary().metastore_id))}"
        return f"{PERMISSIONS}/{'schema' if place.schema else 'catalog'}/{in_path(full_name(place))}"

    def _tags(self, place: Relation) -> Iterator[Resource]:
        name = full_name(place)
        with explained(f"reading the tags of {name}"):
            for each in self._client.entity_tag_assignments.list(_tagged(place), in_path(name)):
                yield tag(place, "", each.tag_key, each.tag_value or "")

    def _set_tag(self, resource: Resource) -> None:
        from databricks.sdk.service.catalog import EntityTagAssignment

        kind, name = _tagged(resource.relation), full_name(resource.relation)
        tags = self._client.entity_tag_assignments
        wanted = EntityTagAssignment(
            entity_type=kind, entity_name=name, tag_key=resource.name, tag_value=resource.fields["value"]
        )
        with explained(f"tagging {name} with {resource.name}", "APPLY TAG on it, and ASSIGN on a governed tag"):
            if not once(lambda: tags.create(wanted), making=True):
                tags.update(kind, in_path(name), in_path(resource.name), wanted, "tag_value")


def _tagged(place: Relation) -> str:
    return "schemas" if place.schema else "catalogs"
