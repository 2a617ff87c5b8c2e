"""The contracts of a project beside earlier ones: which product and port is compared with which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from meshport.cli.contract_against import Base, Earlier
from meshport.contracts import ContractChange, PortDiff, ProductDiff
from meshport.model import Port, Product

if TYPE_CHECKING:
    from meshport.cli.workspace import Workspace


class Compared(msgspec.Struct, frozen=True):
    """A product of the project beside an earlier one. `next` is the version that this makes, where one is known."""

    product: str
    against: str | None
    next: str | None
    changes: tuple[ContractChange, ...]
    ports: tuple[PortDiff, ...]

    @property
    def breaking(self) -> bool:
        """Whether anything in it is."""
        found = [*self.changes, *(each for port in self.ports for each in port.changes)]
        return any(change.severity == "breaking" for change in found)


def wanted(workspace: Workspace, port: str | None) -> Callable[[str], bool]:
    """Return which products a name may stand for: all of them, where it is no declared port's."""
    from meshport.cli.contract_names import named
    from meshport.errors import InputError

    try:
        declared = [item.product for item in workspace.declared]
        keys = {product.key for product, _ in named(declared, port)} if port is not None else set()
    except InputError:
        keys = set()
    return lambda key: not keys or key in keys


def compare(workspace: Workspace, base: Base, port: str | None) -> Iterator[Compared]:
    """Yield how each product that is asked for differs from what it is compared with, by key.

    Raises InputError, with near names, where no port is called `port`.
    """
    from meshport.contracts import diff_products

    dialect = workspace.project.adapter_type
    declared = {item.product.key: item.product for item in workspace.declared}
    asked: dict[str, set[str]] | None = None
    if port is not None:
        asked, base = _asked(declared, base, port)
    for key in sorted(base.products if not base.whole else {*declared, *base.products}):
        if asked is not None and key not in asked:
            continue
        before = base.products.get(key)
        now = _now(declared.get(key), before, base)
        found = diff_products(before.product if before else None, now, dialect)
        ports = tuple(
            each
            for each in found.ports
            if each.port not in base.retired.get(key, ()) and (asked is None or each.port in asked[key])
        )
        following = _next(base, before, now, found, dialect)
        yield Compared(key, before.name if before else None, following, found.changes, ports)


def _now(product: Product | None, before: Earlier | None, base: Base) -> Product:
    """Return the product to compare: of a single file only the ports in it, of a product that is gone none."""
    from meshport.errors import InputError

    if before is None or (product is not None and base.whole):
        assert product is not None
        return product
    if product is None and not base.whole:
        ports = ", ".join(port.label for port in before.product.ports)
        raise InputError(
            f"this project declares no product {before.product.key}",
            where=before.name,
            hint=f"name the port that {ports} is to be compared with: meshport contract diff PORT --against FILE",
        )
    labels = {port.label for port in before.product.ports}
    ports_now = tuple(port for port in product.ports if port.label in labels) if product else ()
    return msgspec.structs.replace(product or before.product, ports=ports_now)


def _next(base: Base, before: Earlier | None, now: Product, found: ProductDiff, dialect: str) -> str | None:
    """Return the version that publishing gives, or that follows the one compared with; None where none is known."""
    from meshport.contracts import next_version
    from meshport.plan.make import version_of

    if base.heads is not None:
        return version_of(now, base.heads.get(now.key), dialect)
    if before is None or before.version is None:
        return None
    differ = found.changes or any(port.state != "unchanged" for port in found.ports)
    return next_version(before.version, before.product, now, dialect) if differ else before.version


def _asked(declared: dict[str, Product], base: Base, name: str) -> tuple[dict[str, set[str]], Base]:
    """Return the labels asked for by product. Raises InputError with near names for an unknown port.

    A port beside a file with one contract is compared with that, whatever the contract calls it.
    """
    from meshport.cli.contract_names import named

    earlier = [item.product for item in base.products.values()]
    found = named([*declared.values(), *earlier] if base.whole else declared.values(), name)
    if not base.whole and sum(len(product.ports) for product in earlier) == 1:
        product, port = found[0]
        (item,) = base.products.values()
        base = msgspec.structs.replace(base, products={product.key: _as(item, product, port)})
        found = found[:1]
    asked: dict[str, set[str]] = {}
    for product, port in found:
        asked.setdefault(product.key, set()).add(port.label)
    return asked, base


def _as(item: Earlier, product: Product, port: Port) -> Earlier:
    """Return the contract of a file under the names of the port that it is compared with."""
    same = msgspec.structs.replace(item.product.ports[0], name=port.name, version=port.version)
    renamed = msgspec.structs.replace(item.product, domain=product.domain, name=product.name, ports=(same,))
    return msgspec.structs.replace(item, product=renamed)
