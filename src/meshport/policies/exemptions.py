"""Dated exceptions: which violations they cover, and which of them are of no use any more. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase

import msgspec

from meshport.policies.types import Excused, Violation
from meshport.standards.policy import Policy


class Split(msgspec.Struct, frozen=True):
    """What counts, what is excused, and remarks on exceptions that have expired or cover nothing."""

    violations: tuple[Violation, ...]
    excused: tuple[Excused, ...]
    remarks: tuple[str, ...]


def excuse(policy: Policy, violations: Iterable[Violation], today: date) -> Split:
    """Return what the exceptions of a policy leave of its violations. The last day of an exception is `until`."""
    counted: list[Violation] = []
    excused: list[Excused] = []
    used: set[int] = set()
    for violation in violations:
        covering = {
            number: each
            for number, each in enumerate(policy.spec.exceptions)
            if fnmatchcase(violation.subject, each.subject)
        }
        used |= covering.keys()
        valid = next((each for each in covering.values() if today <= each.until), None)
        if valid is None:
            counted.append(violation)
        else:
            excused.append(Excused(violation, valid))
    remarks = []
    for number, each in enumerate(policy.spec.exceptions):
        what = f"{policy.name}: the exception for {each.subject} (approved by {each.approved_by})"
        if number not in used:
            remarks.append(f"{what} covers nothing: remove it")
        elif each.until < today:
            remarks.append(f"{what} expired on {each.until.isoformat()}: what it covered counts again")
    return Split(tuple(counted), tuple(excused), tuple(remarks))
