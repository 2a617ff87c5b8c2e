"""What was there before: a baseline file, and how a report is told from it. Only the rest is new."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import msgspec

from meshport.errors import InputError
from meshport.policies.types import Report

HEAD = """\
# Violations that were here before: `meshport check --baseline FILE` fails on none of them.
# Write it anew with --write-baseline; a line goes with its violation.
"""
_ENTRY = re.compile(r"(?P<fingerprint>[0-9a-f]{20})\s+\S+\s+\S.*")


def without_known(report: Report, known: Collection[str]) -> Report:
    """Return the report with the violations of these fingerprints moved to `known`."""
    new = tuple(item for item in report.violations if item.fingerprint not in known)
    old = tuple(item for item in report.violations if item.fingerprint in known)
    return msgspec.structs.replace(report, violations=new, known=(*report.known, *old))


def baseline_text(report: Report) -> str:
    """Return the baseline that knows every violation of a report, one a line, ordered so that differences are small."""
    items = sorted((*report.violations, *report.known), key=lambda item: (item.policy, item.subject, item.fingerprint))
    return HEAD + "".join(f"{item.fingerprint} {item.policy} {' '.join(item.subject.split())}\n" for item in items)


def read_baseline(path: Path) -> frozenset[str]:
    """Return the fingerprints in a baseline. Raises InputError, with the line, for what is none."""
    hint = "write it anew: meshport check --baseline FILE --write-baseline"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the baseline cannot be read: {error}", where=str(path), hint=hint) from error
    found = set()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line.strip())
        if entry is None:
            raise InputError("this is no line of a baseline", where=f"{path}:{number}", hint=hint)
        found.add(entry["fingerprint"])
    return frozenset(found)
