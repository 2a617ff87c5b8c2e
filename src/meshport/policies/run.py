"""Run policies: render, ask one sealed database, report. A policy that cannot be asked is reported, never raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from meshport.errors import InputError
from meshport.information_schema import TABLES, Answer, Outline, Sources, open_outlined, run_limited, seal, tables_named
from meshport.policies.exemptions import excuse
from meshport.policies.lines import Lines
from meshport.policies.places import Places
from meshport.policies.render import RenderError, render
from meshport.policies.rows import violations_of
from meshport.policies.scope import Scope
from meshport.policies.types import Failed, Report, Violation
from meshport.standards.policy import Policy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SECONDS = 20.0
"""What one policy may take."""
MAX_ROWS = 10_000
"""What one policy may return: nobody reads more."""

Tell = Callable[[str, int, int], None]
GiveUp = Callable[[Policy], None]
"""Called with a policy that cannot be stopped: DuckDB is in a step that nothing interrupts."""
_LINE = re.compile(r"\s*\nLINE (\d+):.*", re.DOTALL)


def run_policies(
    sources: Sources,
    policies: Iterable[Policy],
    *,
    today: date,
    scope: Scope | None = None,
    seconds: float = SECONDS,
    tell: Tell = lambda name, done, total: None,
    give_up: GiveUp | None = None,
) -> Report:
    """Ask these policies of a project (code and infrastructure ones), and report what they found.

    `today` decides which exceptions hold, `scope` what Jinja may name, `seconds` is what each policy may take. `tell`
    hears at most once a second which policy is asked: its name, how many are done, how many there are.
    Raises InputError where the project itself cannot be read.
    """
    ordered = sorted(policies, key=lambda policy: (policy.type, policy.name))
    prepared = [(policy, _prepare(policy, scope or Scope(TABLES), seconds)) for policy in ordered]
    queries = [query for _, query in prepared if isinstance(query, str)]
    connection, outline = open_outlined(sources, set().union(*map(tables_named, queries)))
    with connection:
        results = list(_ask(connection, prepared, seconds, tell, give_up))
    answers = [(policy, result) for policy, result in results if isinstance(result, Answer)]
    splits = [excuse(policy, found, today) for policy, found in _violations(sources, outline, answers)]
    remarks = [f"{policy.name}: only the first {MAX_ROWS} are told" for policy, answer in answers if answer.more]
    return Report(
        policies=tuple(ordered),
        violations=tuple(chain.from_iterable(split.violations for split in splits)),
        excused=tuple(chain.from_iterable(split.excused for split in splits)),
        failed=tuple(_placed(result, sources.project_dir) for _, result in results if isinstance(result, Failed)),
        remarks=(*remarks, *chain.from_iterable(split.remarks for split in splits)),
    )


def _violations(
    sources: Sources, outline: Callable[[], Outline], answers: list[tuple[Policy, Answer]]
) -> list[tuple[Policy, list[Violation]]]:
    """Return the violations of each policy. Where things stand is asked for only where there are any."""
    if not any(answer.rows for _, answer in answers):
        return [(policy, []) for policy, _ in answers]
    places, lines = Places(outline(), sources.declared()), Lines(sources.project_dir)
    return [(policy, violations_of(policy, answer, places, lines)) for policy, answer in answers]


def _prepare(policy: Policy, scope: Scope, seconds: float) -> str | Failed:
    """Return the policy's query, or why there is none."""
    try:
        return render(policy.sql, policy.spec.settings, scope, seconds).sql
    except RenderError as error:
        return _failed(policy, error.reason, error.line)


def _ask(
    connection: DuckDBPyConnection,
    prepared: list[tuple[Policy, str | Failed]],
    seconds: float,
    tell: Tell,
    give_up: GiveUp | None,
) -> Iterator[tuple[Policy, Answer | Failed]]:
    seal(connection)
    told = monotonic()
    for number, (policy, query) in enumerate(prepared):
        if monotonic() - told > 1.0:
            tell(policy.name, number, len(prepared))
            told = monotonic()
        if isinstance(query, Failed):
            yield policy, query
            continue
        try:
            stop = partial(give_up, policy) if give_up is not None else None
            yield policy, run_limited(connection, query, seconds, MAX_ROWS, give_up=stop)
        except InputError as error:
            line = _LINE.search(error.message)
            reason = " ".join(_LINE.sub("", error.message).split())
            yield policy, _failed(policy, reason, int(line[1]) if line else None)


def _failed(policy: Policy, reason: str, line: int | None = None) -> Failed:
    return Failed(policy=policy.name, type=policy.type, reason=reason, path=policy.path, line=line)


def _placed(failed: Failed, project_dir: Path) -> Failed:
    """Return it with its file told from the project's root, as those of violations are, if it is one of the project."""
    path = Path(failed.path)
    inside = path.is_relative_to(project_dir)
    return msgspec.structs.replace(failed, path=path.relative_to(project_dir).as_posix()) if inside else failed
