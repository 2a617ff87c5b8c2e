"""What happens, as events for a log: one JSON object a line on standard error, where somebody asked for it.

An event has a name and facts. Whoever writes one leaves out what could be a secret: arguments, addresses, URLs, rows.
"""

from __future__ import annotations

import logging
import sys
import time
from datetime import datetime, timezone
from typing import Any

import msgspec

_LOGGER = logging.getLogger("meshport")
_FACTS = "meshport_facts"


def event(name: str, *, level: int = logging.INFO, **facts: Any) -> None:
    """Write an event; nobody hears of it where no log was asked for. Facts that are None are left out."""
    _LOGGER.log(level, name, extra={_FACTS: {key: fact for key, fact in facts.items() if fact is not None}})


class Lines(logging.Formatter):
    """A record as one line of JSON: `time` (ISO 8601, UTC), `level`, `event`, and the facts of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        head = {"time": moment, "level": record.levelname.lower(), "event": record.getMessage()}
        if record.exc_info:
            head["trace"] = self.formatException(record.exc_info)
        facts = getattr(record, _FACTS, {"logger": record.name})
        return msgspec.json.encode({**head, **facts}, enc_hook=str).decode()


class Command:
    """The command that is run, told of when it begins and when it ends."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._started = 0.0
        self._handler: logging.Handler | None = None

    @property
    def logged(self) -> bool:
        """Whether what happens is written as events: then nothing else is written to standard error."""
        return self._handler is not None

    def log(self) -> None:
        """Write events from now on."""
        if self._handler is None:
            self._handler = logging.StreamHandler(sys.stderr)
            self._handler.setFormatter(Lines())
            _LOGGER.addHandler(self._handler)
            _LOGGER.setLevel(logging.INFO)
            _LOGGER.propagate = False

    def begin(self, name: str) -> None:
        """Tell that a command begins."""
        self._name, self._started = name, time.monotonic()
        event("command.begin", command=name)

    def end(self, code: int) -> None:
        """Tell how the command ended, and stop writing events."""
        if self._name is not None:
            seconds = round(time.monotonic() - self._started, 3)
            event("command.end", command=self._name, exit_code=code, seconds=seconds)
        self._name = None
        if self._handler is not None:
            _LOGGER.removeHandler(self._handler)
            _LOGGER.setLevel(logging.NOTSET)
            _LOGGER.propagate = True
            self._handler = None


command = Command()
"""The one of this process."""
