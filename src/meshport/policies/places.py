"""Where the subject of a violation is declared, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from meshport.information_schema import Declaration, Outline
from meshport.products import Declared


class Place(msgspec.Struct, frozen=True):
    """Where a subject stands: the files of its SQL and of its YAML from the project's root, and where in the YAML.

    `names` are a section of the file (`models`), a name in it, and a column of that where it is about one. `product` is
    the key of the product it belongs to.
    """

    sql: str | None = None
    yaml: str | None = None
    names: tuple[str, ...] = ()
    product: str | None = None


class Places:
    """The places of a project's nodes, groups, products and ports, and of their columns."""

    def __init__(self, project: Outline, declared: Iterable[Declared]) -> None:
        self._project = project
        self._groups = {group.name: group for group in project.groups.values() if group.package_name == project.name}
        products = [item.product for item in declared]
        self._products = {product.key: product.name for product in products}
        self._keys = {product.name: product.key for product in products}
        self._ports = {f"{product.key}.{port.label}": port.unique_id for product in products for port in product.ports}

    @property
    def project(self) -> str:
        """The project's name: the subject of what is about all of it."""
        return self._project.name

    def find(self, subject: str) -> Place:
        """Return the place of `model.shop.orders`, `sales.orders.orders.v1`, `sales.orders`, `group.shop.orders`, or of
        a column of one of them; an empty one for anything else.
        """
        name, column = subject, ""
        while name:
            found = self._whole(name)
            if found is not None:
                return msgspec.structs.replace(found, names=(*found.names, column)) if column else found
            name, _, last = name.rpartition(".")
            column = f"{last}.{column}" if column else last
        return Place()

    def _whole(self, name: str) -> Place | None:
        node = self._project.node(self._ports.get(name, name))
        if node is not None:
            return self._node(node)
        group = self._groups.get(self._products.get(name, "")) or self._project.groups.get(name)
        return None if group is None else self._group(group)

    def _node(self, node: Declaration) -> Place:
        path = self._from_root(node.package_name, node.path)
        declared = node.patch_path.rpartition("://")[2] if node.patch_path else None
        if node.resource_type == "source":
            return Place(yaml=path, names=("sources", node.name))
        yaml = self._from_root(node.package_name, declared) if declared else None
        return Place(
            sql=path, yaml=yaml, names=(f"{node.resource_type}s", node.name), product=self._keys.get(node.group or "")
        )

    def _group(self, group: Declaration) -> Place:
        path = self._from_root(group.package_name, group.path)
        return Place(yaml=path, names=("groups", group.name), product=self._keys.get(group.name))

    def _from_root(self, package: str, path: str) -> str:
        return path if package == self._project.name else f"dbt_packages/{package}/{path}"
