"""docs/reference/policies.md: the policies that ship with meshport, from their own files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs._generate import ROOT
from docs._generate.markdown import code, codes, document, prose, table
from meshport.policies import REFS
from meshport.standards import load_standards
from meshport.standards.policy import TYPES, Policy


def page() -> str:
    """Return the reference of the policies that ship."""
    policies = [*load_standards(ROOT / "standards").policies.values()]
    blocks = [
        "What `meshport check` asks by default, from [`standards/policies/`](../../standards/policies). A policy is a "
        "query over the mesh information schema that returns violations; how to write, tighten and except them is in "
        "[the guide for the central team](../guides/central-team.md#policies). An **error** fails a check, a "
        "**warning** is told.",
        prose(
            f"One rule is no query, because files that dbt cannot parse are in no table: `{REFS.name}`. "
            f"{REFS.spec.description} {REFS.spec.rationale}"
        ),
    ]
    for kind in TYPES:
        blocks += _type(kind, [policy for policy in policies if policy.type == kind])
    return document("Policies", blocks)


def _type(kind: str, policies: list[Policy]) -> Iterator[str]:
    if policies:
        yield f"## {kind.capitalize()}"
        rows = [(f"[{code(p.name)}](#{p.name})", p.severity, prose(p.spec.description)) for p in policies]
        yield table(("Policy", "Severity", "What holds"), rows)
    for policy in policies:
        yield from _policy(policy)


def _policy(policy: Policy) -> Iterator[str]:
    spec = policy.spec
    yield f"### {policy.name}"
    link = Path("../..") / Path(policy.path).relative_to(ROOT)
    yield prose(f"{spec.description} {spec.rationale}")
    yield prose(f"Fix: {spec.fix}") if spec.fix else ""
    yield f"{policy.severity.capitalize()}; owner: {prose(spec.owner)}; [SQL]({link.as_posix()})."
    settings = [(code(name), codes(_texts(value)), spec.tighten.get(name, "")) for name, value in spec.settings.items()]
    yield table(("Setting", "Value", "A domain may make it"), settings)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {item}" for key, item in value.items()]
    return [str(item) for item in value] if isinstance(value, tuple) else [str(value)]
