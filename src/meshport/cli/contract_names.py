"""Which of a project's products and ports a person means."""

from __future__ import annotations

from collections.abc import Iterable

from meshport.errors import InputError
from meshport.model import Port, Product


def named(products: Iterable[Product], name: str) -> list[tuple[Product, Port]]:
    """Return the ports that a name stands for: a product (all of its ports), a port, or one version of it.

    Raises InputError with near names where it stands for none.
    """
    from difflib import get_close_matches

    known: dict[str, list[tuple[Product, Port]]] = {}
    for product in products:
        for port in product.ports:
            for said in dict.fromkeys([product.key, product.name, port.name, port.label]):
                for spelt in dict.fromkeys([said, f"{product.key}.{said}"]):
                    known.setdefault(spelt, []).append((product, port))
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "ports are public models of a product's group"
    raise InputError(f"this project has no port {name!r}", hint=hint)
