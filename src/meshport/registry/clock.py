"""The registry's time stamps."""

from datetime import datetime, timezone


def now() -> str:
    """Return the time as ISO 8601 in UTC with microseconds: of one width, so it sorts as text."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


def age(stamp: str) -> float:
    """Return how many seconds ago a time stamp was."""
    return (datetime.now(timezone.utc) - datetime.fromisoformat(stamp)).total_seconds()
