"""Events in a file: one JSON object a line, written at once or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from meshport.errors import UnavailableError


def write_events(events: Iterable[bytes], path: Path) -> int:
    """Write encoded events as NDJSON, replacing the file whole, and return how many.

    Raises UnavailableError where the file cannot be written; it is then as it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        with beside.open("wb") as file:
            for event in events:
                file.write(event + b"\n")
                count += 1
        beside.replace(path)
    except OSError as error:
        raise UnavailableError(f"the events cannot be written: {error.strerror}", where=str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
    return count
