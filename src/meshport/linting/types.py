"""What the linter found, as frozen types that go to JSON as they are."""

from __future__ import annotations

import msgspec

from meshport.standards.policy import Severity


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A place that breaks a rule. `path` starts at the project, `line` and `column` at 1."""

    path: str
    line: int
    column: int
    rule: str
    name: str
    message: str
    severity: Severity
    fixable: bool


class Linted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file: what was found, or why it was not read, and what of its settings the standards overrule."""

    path: str
    findings: tuple[Finding, ...] = ()
    unread: str = ""
    overruled: tuple[str, ...] = ()
    fixed: bool = False
