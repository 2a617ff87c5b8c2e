"""What the registry knows, read once: nothing where there is no registry."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from meshport.model import Port

if TYPE_CHECKING:
    from meshport.registry import Registry
    from meshport.registry.types import (
        Charge,
        Domain,
        PortLineage,
        PortStatus,
        ProductVersion,
        PublicationCounts,
        QueryDay,
        Rating,
        RunRecord,
        RunResult,
        Scope,
        Subscription,
        TestedVersion,
    )


class Facts:
    """The registry as tables need it, as far as `scope` goes. Every method may raise UnavailableError."""

    def __init__(self, registry: Registry | None, scope: Scope) -> None:
        self._registry = registry
        self._scope = scope

    @cached_property
    def heads(self) -> dict[str, ProductVersion]:
        """The newest version of every product, by key."""
        if self._registry is None:
            return {}
        if self._scope.product is not None:
            return self._registry.heads_of([self._scope.product])
        return self._registry.heads(self._scope.domain)

    @cached_property
    def domains(self) -> list[Domain]:
        """Every domain, as it described itself."""
        found = self._registry.domains() if self._registry else []
        only = self._scope.domain or (self._scope.product or "").partition(".")[0]
        return [each for each in found if only in ("", each.domain)]

    @cached_property
    def subscriptions(self) -> list[Subscription]:
        """Every subscription, oldest first."""
        scope = self._scope
        return self._registry.subscriptions(scope.product, domain=scope.domain) if self._registry else []

    @cached_property
    def publications(self) -> list[PublicationCounts]:
        """Every publication, by product, oldest first."""
        return self._registry.publication_counts(self._scope) if self._registry else []

    @cached_property
    def newest_results(self) -> dict[str, TestedVersion]:
        """The results of each product's newest publication that was tested."""
        return self._registry.newest_results(self._scope) if self._registry else {}

    def costs(self) -> list[Charge]:
        """What was spent lately, by day."""
        from meshport.registry.costs import lately

        return self._registry.costs(self._scope, lately()) if self._registry else []

    @cached_property
    def newest_builds(self) -> dict[str, dict[str, str]]:
        """The build that each port holds, by product and label."""
        return self._registry.newest_builds(self._scope) if self._registry else {}

    @cached_property
    def ratings(self) -> list[Rating]:
        """Every rating, by product."""
        return self._registry.ratings_of(self._scope) if self._registry else []

    @cached_property
    def lineages(self) -> dict[str, dict[str, PortLineage]]:
        """The column lineage of ports as it was recorded, by product and label."""
        return self._registry.column_lineages(self._scope) if self._registry else {}

    @cached_property
    def runs(self) -> list[RunRecord]:
        """Every run of dbt that was recorded, the newest first."""
        return self._registry.runs(self._scope) if self._registry else []

    def run_results(self) -> list[tuple[str, RunResult]]:
        """Return what became of every node in these runs, with the run's invocation id."""
        return self._registry.run_results([each.invocation_id for each in self.runs]) if self._registry else []

    def query_days(self) -> list[QueryDay]:
        """Return the queries of the days that count as use."""
        from meshport.registry.statistics import since

        return self._registry.query_days(self._scope, since()) if self._registry else []

    def port_status(self, key: str, label: str) -> str:
        """Return how a port stands: `published`, `deprecated`, `retired`, or `unpublished`."""
        head = self.heads.get(key)
        if head is None or all(port.label != label for port in head.product.ports):
            return "unpublished"
        decided = self._states.get(key, {}).get(label)
        if head.status == "retired" or decided is None:
            return head.status
        return decided.status if decided.status != "published" else head.status

    def deprecation(self, key: str, port: Port) -> str | None:
        """Return the day a port goes (ISO 8601): what the registry says comes before what dbt said."""
        decided = self._states.get(key, {}).get(port.label)
        text = (decided.deprecation_date if decided else None) or port.deprecation_date
        return text[:10] if text else None

    @cached_property
    def _states(self) -> dict[str, dict[str, PortStatus]]:
        return self._registry.port_states(self._scope) if self._registry else {}
