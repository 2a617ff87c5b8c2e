"""From the rows that a policy returns to violations. Pure but for the files that `Lines` reads."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from meshport.information_schema import Answer
from meshport.policies.lines import Lines
from meshport.policies.places import Place, Places
from meshport.policies.types import Violation
from meshport.standards.policy import Policy

SUBJECTS = ("subject", "unique_id")
TOLD = {"message", "path", "line"}


def violations_of(policy: Policy, answer: Answer, places: Places, lines: Lines) -> list[Violation]:
    """Return a violation for each row, ordered by subject and message.

    A row's subject is its column `subject`, else `unique_id`, else its first column, as long as that is text; without
    one it is about the whole project. `message`, `path` and `line` are taken as they are; every other column is told in
    the message where the policy has none of its own.
    """
    names = [name.lower() for name, _ in answer.columns]
    texts = {name.lower() for name, kind in answer.columns if kind == "VARCHAR"}
    subject = next((name for name in (*SUBJECTS, names[0]) if name in texts), None)
    seen: Counter[tuple[str, ...]] = Counter()
    rows = (dict(zip(names, row, strict=True)) for row in answer.rows)
    told = [
        (str(row[subject] or places.project) if subject else places.project, _message(policy, row, subject), row)
        for row in rows
    ]
    found = []
    for about, message, row in sorted(told, key=lambda each: each[:2]):
        # Numbers come and go; texts say which of several violations of one subject this is.
        identity = (about, *(str(row[name]) for name in names if name in texts and name not in TOLD | {subject}))
        seen[identity] += 1
        place = places.find(about)
        path, line = _where(row, place, lines)
        found.append(
            Violation(
                policy=policy.name,
                type=policy.type,
                severity=policy.severity,
                subject=about,
                message=message,
                fingerprint=_fingerprint(policy, *identity, str(seen[identity])),
                path=path,
                line=line,
                product=place.product,
                owner=policy.spec.owner,
                rationale=policy.spec.rationale,
                fix=policy.spec.fix,
            )
        )
    return found


def _message(policy: Policy, row: dict[str, Any], subject: str | None) -> str:
    if row.get("message") is not None:
        return str(row["message"])
    others = [f"{name} {value}" for name, value in row.items() if name not in TOLD | {subject} and value is not None]
    return f"{policy.spec.description} ({', '.join(others)})" if others else policy.spec.description


def _where(row: dict[str, Any], place: Place, lines: Lines) -> tuple[str | None, int | None]:
    path, line = row.get("path"), row.get("line")
    path = str(path) if path else place.yaml or place.sql
    if path is None or (isinstance(line, int) and line > 0):
        return path, line
    return path, lines.find(path, *place.names) if place.names and path == place.yaml else None


def _fingerprint(policy: Policy, *identity: str) -> str:
    parts = [policy.type, policy.name, *identity]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=10).hexdigest()
