"""Check one project: the policies that hold for it, its refs, and what was there before a change to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from meshport.errors import InputError
from meshport.information_schema import TABLES, Sources
from meshport.model import Product
from meshport.policies.checks import load_checks, read_dbt_project
from meshport.policies.choose import choose
from meshport.policies.known import without_known
from meshport.policies.macros import read_macros
from meshport.policies.refs import defined_names, unparsed_refs
from meshport.policies.run import SECONDS, GiveUp, Tell, run_policies
from meshport.policies.scope import Scope
from meshport.policies.strays import REFS, stray_refs, with_strays
from meshport.policies.types import Report, Violation
from meshport.standards import Standards
from meshport.standards.policy import Policy, PolicyType, Severity


def check_project(
    sources: Sources,
    names: Sequence[str] = (),
    *,
    kind: PolicyType | None = None,
    severity: Severity | None = None,
    state: Sources | None = None,
    today: date,
    tell: Tell = lambda name, done, total: None,
    give_up: GiveUp | None = None,
) -> Report:
    """Ask the policies of a project that are chosen (see `choose`), and report what they find.

    What a `state` (the artifacts of the main branch) violates too is known in the report. Where dbt could not parse the
    project, refs that lead nowhere are all that is told. Raises InputError for what cannot be read, and for names of
    policies that do not exist.
    """
    policies, scope = project_policies(sources.project_dir, sources.artifacts, sources.standards())
    chosen = choose([REFS, *policies], names, kind=kind, severity=severity)
    asked = [policy for policy in chosen if policy is not REFS]
    strays = _strays(sources) if REFS in chosen else []
    try:
        report = run_policies(sources, asked, today=today, scope=scope, tell=tell, give_up=give_up)
        if state is not None:
            report = without_known(report, known_in(state, report, scope, today))
    except InputError as error:
        if not strays:
            raise
        report = Report(policies=(), remarks=(f"Only refs were checked: {error.message} ({error.where})",))
    return with_strays(report, strays) if REFS in chosen else report


def project_policies(project_dir: Path, artifacts: Path, standards: Standards) -> tuple[list[Policy], Scope]:
    """Return the policies that hold for a project, those of the standards and its checks for dbt 2, and what they may
    name. Raises InputError for files that cannot be read.
    """
    project = read_dbt_project(project_dir)
    patterns = {name: found.detect for name, found in standards.classifications.items()}
    macros = cache(lambda: read_macros(artifacts))
    scope = Scope(tables=TABLES, variables=project.variables, patterns=patterns, macros=macros)
    return [*standards.policies.values(), *load_checks(project_dir, project, scope, SECONDS)], scope


def known_in(state: Sources, report: Report, scope: Scope, today: date) -> frozenset[str]:
    """Return the fingerprints of what a state violates of the policies that found something in a report.

    Raises InputError where the state cannot be read.
    """
    found = {(item.type, item.policy) for item in report.violations}
    again = [policy for policy in report.policies if (policy.type, policy.name) in found]
    if not again:
        return frozenset()
    before = run_policies(state, again, today=today, scope=scope)
    excused = (item.violation for item in before.excused)
    return frozenset(item.fingerprint for item in (*before.violations, *excused))


def _strays(sources: Sources) -> list[Violation]:
    """Return the refs that dbt would refuse, in files that it has not parsed as they are now."""
    manifest = sources.artifacts / "manifest.json"
    parsed_at = manifest.stat().st_mtime if manifest.is_file() else 0.0
    refs = list(unparsed_refs(sources.project_dir, parsed_at))
    if not refs:
        return []
    project = sources.project() if manifest.is_file() else None
    return stray_refs(refs, defined_names(sources.project_dir), project, _published(sources))


def _published(sources: Sources) -> list[Product]:
    """Return what every domain publishes, as far as there is a registry."""
    if sources.registry is None:
        return []
    with sources.registry() as registry:
        return [version.product for version in registry.heads().values()] if registry else []
