"""Which policies to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from meshport.errors import InputError
from meshport.policies.checks import PREFIX
from meshport.standards.policy import Policy, PolicyType, Severity


def choose(
    policies: Iterable[Policy],
    names: Sequence[str] = (),
    *,
    kind: PolicyType | None = None,
    severity: Severity | None = None,
) -> list[Policy]:
    """Return the policies that queries over the information schema can answer: all but data policies.

    `names` are globs, each of which must fit one at least; a check of dbt's goes by its own name too.
    Raises InputError, with near names, for one that fits nothing.
    """
    known = [policy for policy in policies if policy.type != "data"]
    for name in names:
        if not any(_fits(policy, name) for policy in known):
            near = get_close_matches(name, [policy.name for policy in known], n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(p.name for p in known)}"
            raise InputError(f"there is no policy {name!r}", hint=hint)
    return [
        policy
        for policy in known
        if (not names or any(_fits(policy, name) for name in names))
        and kind in (None, policy.type)
        and severity in (None, policy.severity)
    ]


def _fits(policy: Policy, name: str) -> bool:
    return fnmatchcase(policy.name, name) or fnmatchcase(policy.name.removeprefix(PREFIX), name)
