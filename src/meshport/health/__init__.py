"""Whether everything that meshport needs is there: small checks, each with a result and a fix."""

from meshport.health.checks import CHECKS
from meshport.health.types import Finding, Place, Row, run

__all__ = ["CHECKS", "Finding", "Place", "Row", "run"]
