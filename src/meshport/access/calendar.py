"""Which day it is for subscriptions: the same everywhere, so in UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from meshport.errors import InputError


def today() -> date:
    """Return the day."""
    return datetime.now(timezone.utc).date()


def is_over(until: str | None) -> bool:
    """Tell whether a last day (an ISO date; None: there is none) has passed."""
    return until is not None and until < today().isoformat()


def day_after(days: int) -> str:
    """Return the last of so many days from today on. Raises InputError where no calendar has it."""
    try:
        return (today() + timedelta(days=days)).isoformat()
    except OverflowError as error:
        raise InputError(f"{days} days from now is beyond every calendar", hint="leave it out: no end") from error


def days_left(until: str) -> int:
    """Return how many days after today a last day is."""
    return (date.fromisoformat(until) - today()).days
