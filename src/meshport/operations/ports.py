"""What operating looks at: the ports that can be read today, and the builds that were published of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from meshport.operations.freshness import Build, build_of
from meshport.registry.types import Scope

if TYPE_CHECKING:
    from meshport.model import Port, Product
    from meshport.registry import Registry


def living(registry: Registry, scope: Scope) -> Iterator[tuple[Product, Port]]:
    """Yield every port that is not retired with its product, by key, in the product's order."""
    heads = registry.heads_of([scope.product]) if scope.product is not None else registry.heads(scope.domain)
    states = registry.port_states(scope)
    for key, head in sorted(heads.items()):
        for port in head.product.ports if head.status != "retired" else ():
            decided = states.get(key, {}).get(port.label)
            if decided is None or decided.status != "retired":
                yield head.product, port


def builds(registry: Registry, scope: Scope) -> Mapping[tuple[str, str], list[Build]]:
    """Return the published builds of every port, by product and label; those of which nobody can tell the age are left
    out.
    """
    found: dict[tuple[str, str], list[Build]] = defaultdict(list)
    for published in registry.published_builds(scope):
        build = build_of(published)
        if build is not None:
            found[published.product, published.label].append(build)
    return found
