"""A data contract of the Open Data Contract Standard (ODCS 3.x) as a product with a port for each of its tables. Pure.

Reads what `odcs_write` writes without loss, and of anybody's contract what a dbt project has a place for. The rest is
returned by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from meshport.contracts.logical import declared_type
from meshport.contracts.odcs_quality import read_rule
from meshport.contracts.odcs_types import (
    CustomProperty,
    Document,
    DocumentError,
    LeftOut,
    Place,
    Property,
    Quality,
    Relationship,
    SchemaObject,
    Server,
    ServiceLevel,
    Team,
    decode,
    unread,
)
from meshport.model import (
    Column,
    Constraint,
    Contract,
    Mask,
    Owner,
    Port,
    Product,
    QualityRule,
    Relation,
    RowFilter,
    Slo,
    fold,
)

T = TypeVar("T")
_NO_PLACE = "there is no place for it in a dbt project"


class ReadContract(msgspec.Struct, frozen=True):
    """What a document says. The ports have no unique id and no source: nobody built them yet."""

    product: Product
    version: str
    left_out: tuple[LeftOut, ...]


def read_odcs(raw: Any) -> ReadContract:
    """Return what a document says, decoded from YAML or JSON.

    Raises DocumentError, with the place, where it is no contract, of another version than 3, or does not fit.
    """
    document = decode(raw)
    reader = _Reader(document)
    product = reader.product()
    left_out = [*unread(raw, document), *reader.left_out]
    return ReadContract(product, document.version, tuple(sorted(left_out, key=lambda found: str(found.place))))


class _Reader:
    """One reading: `left_out` collects what there is no place for."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left_out: list[LeftOut] = []

    def product(self) -> Product:
        document = self.document
        said = self.custom(document.custom_properties, (), ("title", "tier", "productTags", "portVersion"))
        name = document.data_product or document.name or document.id
        description = document.description
        return Product(
            domain=document.domain or "",
            name=name,
            title=self.value(said, "title", str, ()) or name,
            description=(description.purpose if description else None) or "",
            owner=self.owner(),
            tier=self.value(said, "tier", str, ()),
            slo=Slo(self.freshness(), self.quality()),
            terms=description.limitations if description else None,
            support={each.tool or "channel": each.channel for each in document.support},
            tags=self.value(said, "productTags", dict[str, str], ()) or {},
            ports=tuple(self.port(position, table, said) for position, table in enumerate(document.schema)),
        )

    def port(self, position: int, table: SchemaObject, said: dict[str, Any]) -> Port:
        place: Place = ("schema", position)
        custom = self.custom(table.custom_properties, place, ("rowFilter", "tags"))
        if not table.properties:
            raise DocumentError(f"the table `{table.name}` has no columns", place, "list them under `properties`")
        version = self.value(said, "portVersion", str, ())
        server = next(iter(self.document.servers), Server())
        return Port(
            name=table.name,
            version=version,
            unique_id="",
            source=Relation("", "", ""),
            relation=Relation(
                server.catalog or server.project or server.database or "",
                server.schema or server.dataset or "",
                table.physical_name or table.name,
            ),
            description=table.description or "",
            contract=self.contract(table, place),
            row_filter=self.value(custom, "rowFilter", RowFilter, place),
            tags=self.value(custom, "tags", dict[str, str], place) or {},
            deprecation_date=self.end_of_life(),
        )

    def contract(self, table: SchemaObject, place: Place) -> Contract:
        columns: dict[str, Column] = {}
        constraints: list[Constraint] = []
        rules: list[QualityRule] = []
        for position, entry in enumerate(table.properties):
            at = (*place, "properties", position)
            if fold(entry.name) in columns:
                raise DocumentError(f"the table `{table.name}` has two columns `{entry.name}`", at)
            columns[fold(entry.name)] = self.column(entry, at)
            constraints += self.constraints(entry, at)
            self.sort(entry.quality, entry.name, at, rules, constraints)
        key = sorted((each for each in table.properties if each.primary_key), key=lambda e: e.primary_key_position or 0)
        if key:
            constraints.append(Constraint("primary_key", tuple(each.name for each in key)))
        constraints += self.references(table.relationships, None, place)
        self.sort(table.quality, None, place, rules, constraints)
        return Contract(True, tuple(columns.values()), tuple(constraints), tuple(rules))

    def column(self, entry: Property, place: Place) -> Column:
        custom = self.custom(entry.custom_properties, place, ("mask", "tags"))
        data_type = entry.physical_type
        if data_type is None and entry.logical_type is not None:
            server = next(iter(self.document.servers), Server())
            data_type = declared_type(entry.logical_type, server.type)
        if data_type is None:
            self.left_out.append(LeftOut(place, "it has no `physicalType`: declare the data type by hand"))
        return Column(
            name=entry.name,
            data_type=data_type,
            description=entry.description or "",
            classification=entry.classification,
            mask=self.value(custom, "mask", Mask, place),
            tags=self.value(custom, "tags", dict[str, str], place) or {},
        )

    def constraints(self, entry: Property, place: Place) -> Iterator[Constraint]:
        if entry.required:
            yield Constraint("not_null", (entry.name,))
        if entry.unique:
            yield Constraint("unique", (entry.name,))
        yield from self.references(entry.relationships, entry.name, place)

    def references(self, found: list[Relationship], column: str | None, place: Place) -> Iterator[Constraint]:
        """Yield foreign keys. References that go by ids (`section/id`) are of other documents: they are left out."""
        for position, each in enumerate(found):
            sources = [("", column)] if column is not None else _split(each.from_)
            targets = _split(each.to)
            if not sources or not targets or len({table for table, _ in targets}) != 1:
                self.left_out.append(LeftOut((*place, "relationships", position), _NO_PLACE))
                continue
            columns, to_columns = (tuple(name for _, name in side) for side in (sources, targets))
            yield Constraint("foreign_key", columns, to=targets[0][0], to_columns=to_columns)

    def sort(
        self,
        found: list[Quality],
        column: str | None,
        place: Place,
        rules: list[QualityRule],
        constraints: list[Constraint],
    ) -> None:
        """Add what quality rules are to `rules` or `constraints`."""
        for position, quality in enumerate(found):
            rule = read_rule(quality, column)
            if rule is None:
                reason = "dbt has no test for it, or would run the Jinja in it: write a test by hand"
                self.left_out.append(LeftOut((*place, "quality", position), reason))
            elif isinstance(rule, Constraint):
                constraints.append(rule)
            else:
                rules.append(rule)

    def owner(self) -> Owner:
        team = self.document.team
        if team is None:
            return Owner()
        members = team.members if isinstance(team, Team) else team
        place: Place = ("team", "members") if isinstance(team, Team) else ("team",)
        named = [position for position, member in enumerate(members) if (member.role or "").lower() == "owner"]
        chosen = next(iter(named), 0)
        self.left_out += [LeftOut((*place, each), _NO_PLACE) for each in range(len(members)) if each != chosen]
        member = members[chosen] if members else None
        name = team.name if isinstance(team, Team) else None
        return Owner(name=name or (member.name if member else None), email=member.username if member else None)

    def freshness(self) -> str | None:
        level = self.level("freshness")
        return None if level is None or level.value is None else f"{level.value}{level.unit or ''}"

    def quality(self) -> float | None:
        level = self.level("quality")
        if level is None:
            return None
        if not isinstance(level.value, int | float):
            place = ("slaProperties", self.document.sla_properties.index(level))
            raise DocumentError("the service level `quality` is a number between 0 and 1", place)
        return float(level.value)

    def end_of_life(self) -> str | None:
        level = self.level("endOfLife")
        return None if level is None or level.value is None else str(level.value)

    def level(self, name: str) -> ServiceLevel | None:
        for position, level in enumerate(self.document.sla_properties):
            if level.property not in ("freshness", "quality", "endOfLife") and name == "freshness":
                self.left_out.append(LeftOut(("slaProperties", position), _NO_PLACE))
        return next((level for level in self.document.sla_properties if level.property == name), None)

    def custom(self, found: list[CustomProperty], place: Place, known: Iterable[str]) -> dict[str, Any]:
        for position, each in enumerate(found):
            if each.property not in known:
                self.left_out.append(LeftOut((*place, "customProperties", position), _NO_PLACE))
        return {each.property: each.value for each in found}

    def value(self, said: dict[str, Any], name: str, kind: type[T], place: Place) -> T | None:
        """Return a custom property that is meshport's own. Raises DocumentError where it is something else."""
        if said.get(name) is None:
            return None
        try:
            return msgspec.convert(said[name], kind)
        except msgspec.ValidationError as error:
            raise DocumentError(
                f"the custom property `{name}` does not fit: {error}", (*place, "customProperties")
            ) from error


def _split(names: str | list[str] | None) -> list[tuple[str, str]] | None:
    """Return references (`orders.id`) as (table, column), None where one is of another form."""
    listed = [names] if isinstance(names, str) else names or []
    found = [(table, column) for table, _, column in (name.partition(".") for name in listed)]
    plain = all(table and column and not set("./#") & {*table, *column} for table, column in found)
    return found if plain else None
