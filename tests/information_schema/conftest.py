from __future__ import annotations

from tests.artifacts.conftest import write

__all__ = ["write"]
