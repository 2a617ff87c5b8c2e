"""`meshport ops`: running a mesh after it was published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from meshport.cli.lazy import LazyGroup

if TYPE_CHECKING:
    from meshport.registry.types import Scope

COMMANDS = {
    "status": ("meshport.cli.ops_status:status", "Show how ports stand: last runs, tests, freshness, incidents."),
    "slo": ("meshport.cli.ops_slo:slo", "Show what was kept of service levels, and what may still go wrong."),
    "incidents": ("meshport.cli.ops_incidents:incidents", "Show what is wrong with products, and since when."),
    "check": ("meshport.cli.ops_incidents:check", "Look at what is known now, keep incidents, send alerts."),
    "alerts": ("meshport.cli.ops_alerts:alerts", "Show by which routes alerts go, and what waits to be sent."),
    "cost": ("meshport.cli.ops_cost:cost", "Show what models, products, domains and consumers cost."),
    "record": ("meshport.cli.ops_record:record", "Record the runs of dbt that its artifacts tell of."),
}
F = TypeVar("F", bound=Callable[..., Any])

product: Callable[[F], F] = click.argument("product", required=False)


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def ops() -> None:
    """Runs, service levels, incidents and alerts."""


def scope_of(project_dir: Path, name: str | None) -> Scope:
    """Return the products that a command is about: the one named, else those of the domain here, else all.

    A product without its domain is one of the domain here.
    """
    from meshport.mesh import FILE_NAME, load_mesh
    from meshport.registry.types import Scope

    if name is not None and "." in name:
        return Scope(product=name)
    domain = load_mesh(project_dir).domain if name is not None or (project_dir / FILE_NAME).is_file() else None
    return Scope(domain=domain) if name is None else Scope(product=f"{domain}.{name}")
