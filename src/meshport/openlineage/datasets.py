"""What is said of a dataset wherever it is named: its columns, what it is about, who owns it, its other names."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from meshport.artifacts.project import Node, Project
from meshport.lineage.dialects import Dialect
from meshport.lineage.types import Lineage
from meshport.model import fold
from meshport.openlineage.naming import UNITY_CATALOG, Naming, Place
from meshport.openlineage.types import (
    Dataset,
    DatasetFacets,
    Documentation,
    Identifier,
    Owner,
    Ownership,
    Schema,
    SchemaField,
    Symlinks,
)


class Datasets:
    """The datasets of a project, each described once."""

    def __init__(self, project: Project, lineage: Lineage, naming: Naming) -> None:
        self._project = project
        self._lineage = lineage
        self._naming = naming
        self._key = Dialect(project.adapter_type).key
        self._known: dict[str, Dataset | None] = {}
        self._owners = {group.name: _owner(group.owner, group.name) for group in project.groups.values()}

    def place(self, origin: str) -> Place | None:
        """Return the namespace and name of a node or of a relation written by hand; None where nobody can know."""
        dataset = self.of(origin)
        return None if dataset is None else (dataset.namespace, dataset.name)

    def of(self, origin: str) -> Dataset | None:
        """Return a node, or a relation written by hand, as a dataset with all that is said of it."""
        if origin not in self._known:
            place = self._naming.place(self._project, origin)
            node = self._project.nodes.get(origin)
            facets = DatasetFacets() if node is None else self._facets(node)
            self._known[origin] = None if place is None else Dataset(*place, facets)
        return self._known[origin]

    def _facets(self, node: Node) -> DatasetFacets:
        fields = tuple(self._fields(node))
        owner = self._owners.get(node.group or "")
        unity = self._naming.unity_name(node)
        return DatasetFacets(
            schema=Schema(fields=fields) if fields else UNSET,
            documentation=Documentation(description=node.description) if node.description else UNSET,
            ownership=Ownership(owners=(owner,)) if owner else UNSET,
            symlinks=Symlinks(identifiers=(Identifier(UNITY_CATALOG, unity),)) if unity else UNSET,
        )

    def _fields(self, node: Node) -> Iterator[SchemaField]:
        """Yield the columns: as the catalog has them, then what lineage knows besides, then what is only declared.

        A catalog may be older than the code. Types are the catalog's, else as declared.
        """
        real = dict(self._project.catalog.get(node.unique_id, ()))
        found = self._lineage.nodes.get(node.unique_id)
        names = {self._key(name): name for name in real}
        for column in found.columns if found else ():
            names.setdefault(self._key(column.name), column.name)
        declared = {fold(column.name): column for column in node.columns}  # people write names in any case
        missing = declared.keys() - set(map(fold, names.values()))
        everything = [*names.values(), *(column.name for key, column in declared.items() if key in missing)]
        ordered = found is not None and found.complete and len(real) in (0, len(everything))
        for position, name in enumerate(everything, 1):
            said = declared.get(fold(name))
            data_type = real.get(name) or (said.data_type if said else None)
            description = said.description if said else ""
            yield SchemaField(name, data_type or UNSET, description or UNSET, position if ordered else UNSET)


def _owner(owner: dict[str, object], group: str) -> Owner:
    """Return a group's owner as a URN: OpenLineage recommends the kind before the name."""
    return Owner(f"team:{owner.get('name') or owner.get('email') or group}")
