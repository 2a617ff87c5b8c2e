"""A plan for a domain in a file."""

from __future__ import annotations

from pathlib import Path

from meshport.domains.types import FORMAT, DomainPlan
from meshport.plan.files import load_saved


def load_plan(path: Path) -> DomainPlan:
    """Read a saved plan for a domain. Raises what `plan.files.load_saved` does."""
    return load_saved(path, DomainPlan, FORMAT, "meshport domain plan NAME --out FILE")
