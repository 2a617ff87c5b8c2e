"""A statement that was submitted over REST: where it is, and what came of it."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa


@dataclass
class Running:
    """A statement, from its submission on."""

    id: str
    owner: str
    form: str
    linked: bool
    rows_per_chunk: int
    row_limit: int | None
    state: str = "PENDING"
    error: dict[str, Any] | None = None
    sql_state: str | None = None
    table: pa.Table | None = None
    truncated: bool = False
    raised: BaseException | None = None
    """What a fault raised while somebody waits: it is for them."""
    done: threading.Event = field(default_factory=threading.Event)
    secret: str = field(default_factory=lambda: uuid.uuid4().hex)

    def finish(self, state: str, error: dict[str, Any] | None = None, sql_state: str | None = None) -> None:
        """Reach an end, once: what was cancelled stays so."""
        if not self.done.is_set():
            self.state, self.error, self.sql_state = state, error, sql_state
            self.done.set()

    @property
    def chunks(self) -> int:
        """Return how many chunks the result has."""
        return max(1, -(-(self.table.num_rows if self.table is not None else 0) // self.rows_per_chunk))
