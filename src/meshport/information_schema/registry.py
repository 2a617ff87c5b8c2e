"""What the registry knows, read once: nothing where there is no registry."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from meshport.model import Evidence, Port

if TYPE_CHECKING:
    from meshport.registry import Registry
    from meshport.registry.types import Domain, PortStatus, ProductVersion, Subscription


class Facts:
    """The registry as tables need it. Every method may raise UnavailableError."""

    def __init__(self, registry: Registry | None) -> None:
        self._registry = registry
        self._decided: dict[str, dict[str, PortStatus]] = {}

    @cached_property
    def heads(self) -> dict[str, ProductVersion]:
        """The newest version of every product, by key."""
        return self._registry.heads() if self._registry else {}

    @cached_property
    def domains(self) -> list[Domain]:
        """Every domain, as it described itself."""
        return self._registry.domains() if self._registry else []

    @cached_property
    def subscriptions(self) -> list[Subscription]:
        """Every subscription, oldest first."""
        return self._registry.subscriptions() if self._registry else []

    def port_status(self, key: str, label: str) -> str:
        """Return how a port stands: `published`, `deprecated`, `retired`, or `unpublished`."""
        head = self.heads.get(key)
        if head is None or all(port.label != label for port in head.product.ports):
            return "unpublished"
        decided = self._of(key).get(label)
        if head.status == "retired" or decided is None:
            return head.status
        return decided.status if decided.status != "published" else head.status

    def deprecation(self, key: str, port: Port) -> str | None:
        """Return the day a port goes (ISO 8601): what the registry says comes before what dbt said."""
        decided = self._of(key).get(port.label)
        text = (decided.deprecation_date if decided else None) or port.deprecation_date
        return text[:10] if text else None

    def newest_evidence(self, key: str) -> tuple[str | None, dict[str, tuple[Evidence, ...]]]:
        """Return the version of a product's newest publication that was tested, and the results by port label."""
        if self._registry is None:
            return None, {}
        history = self._registry.publications(key)
        tested = next((each for each in history if each.passed or each.warned or each.failed), None)
        return (tested.version, self._registry.evidence(key, tested.number)) if tested else (None, {})

    def _of(self, key: str) -> dict[str, PortStatus]:
        if key not in self._decided:
            published = self._registry is not None and key in self.heads
            self._decided[key] = self._registry.port_status(key) if self._registry and published else {}
        return self._decided[key]
