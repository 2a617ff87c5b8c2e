"""When something runs: at times, as cron says them, or when what it reads has been published."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

_RANGES = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Either `cron`, five fields as POSIX has them, in a `timezone`; or `after_inputs`: when `any` or `all` of the
    products of other domains that are read have been published, and nothing more came for `quiet_minutes`.
    """

    cron: str | None = None
    timezone: str = "UTC"
    after_inputs: Literal["any", "all"] | None = None
    quiet_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 5

    def __post_init__(self) -> None:
        if (self.cron is None) == (self.after_inputs is None):
            raise ValueError("a schedule says `cron` or `after_inputs`, one of the two")
        if self.cron is not None:
            _check(self.cron)
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone `{self.timezone}`") from None


def quartz(cron: str) -> str:
    """Return a cron expression as Quartz has it, which Databricks schedules by: with seconds, one of the two days open,
    and days of the week by name, because it counts them from 1.
    """
    minute, hour, day, month, weekday = cron.split()
    names = "?" if weekday == "*" else re.sub(r"\d", lambda found: _DAYS[int(found[0])], weekday)
    return f"0 {minute} {hour} {day if names == '?' else '?'} {month} {names}"


def _check(cron: str) -> None:
    fields = cron.split()
    if len(fields) != len(_RANGES):
        raise ValueError(f"`{cron}` is no cron expression: it has five fields, minute to day of the week")
    for field, (name, low, high) in zip(fields, _RANGES, strict=True):
        for part in field.split(","):
            found = _PART.fullmatch(part)
            numbers = [int(each) for each in found.groups()[:2] if each] if found else []
            if found is None or any(not low <= each <= high for each in numbers) or numbers != sorted(numbers):
                raise ValueError(
                    f"`{part}` is no {name} of a cron expression: {low} to {high}, lists, ranges and steps"
                )
    day, weekday = fields[2], fields[4]
    if "*" not in (day, weekday):
        raise ValueError(f"`{cron}` names days of the month and of the week: Databricks takes one of the two")
    if "/" in weekday:
        raise ValueError(f"`{weekday}`: name the days of the week, without steps")
