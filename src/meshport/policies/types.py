"""What policies find, and a report of it, as frozen types that go to JSON as they are. No I/O.

What a policy itself is, stands in `meshport.standards.policy`: standards are where policies come from.
"""

from __future__ import annotations

import msgspec

from meshport.standards.policy import Exemption, Policy, PolicyType, Severity


class Violation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row that a policy returned.

    `path` and `line` say where the subject is declared, from the root of the dbt project, as far as that is known;
    `product` whose it is. `fingerprint` stays the same as long as it is the same violation, whatever the numbers in
    its message. `owner` answers for the policy.
    """

    policy: str
    type: PolicyType
    severity: Severity
    subject: str
    message: str
    fingerprint: str
    path: str | None = None
    line: int | None = None
    product: str | None = None
    owner: str = ""
    rationale: str = ""
    fix: str = ""


class Failed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A policy that could not be asked: it does not compile, does what it may not, or takes too long.

    `path` is its file, from the root of the dbt project where it is in it, and `line` the one at fault.
    """

    policy: str
    type: PolicyType
    reason: str
    path: str
    line: int | None = None


class Excused(msgspec.Struct, frozen=True):
    """A violation that a dated exception covers."""

    violation: Violation
    exemption: Exemption


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of policies found, ordered by policy and subject.

    `violations` count, `excused` do not, `known` were there before (a baseline, or the state compared with).
    `remarks` are for people: exceptions that have expired, or cover nothing.
    """

    policies: tuple[Policy, ...]
    violations: tuple[Violation, ...] = ()
    known: tuple[Violation, ...] = ()
    excused: tuple[Excused, ...] = ()
    failed: tuple[Failed, ...] = ()
    remarks: tuple[str, ...] = ()

    def fails(self, on: Severity = "error") -> bool:
        """Tell whether this is a no: a policy failed, or a violation is at least as severe as `on`."""
        return bool(self.failed) or any(on == "warning" or item.severity == "error" for item in self.violations)
