"""Ask the rules of ports of their rows, and say how they turned out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timezone
from fnmatch import fnmatchcase
from typing import Any, Protocol

import msgspec

from meshport.catalogs.base import Statement
from meshport.errors import UnavailableError
from meshport.quality.questions import Question, ask_rows, questions, sample, sample_relation
from meshport.quality.types import PortResult, PortRules, Rule, RuleResult, Status
from meshport.standards import Standards

Answer = tuple[Any, ...] | UnavailableError
"""The row that answers a question, or why there is none."""


class Rendered(Protocol):
    """Statements by the id of a question, and what dbt connects to."""

    @property
    def target(self) -> dict[str, Any]:
        """What dbt connects to."""

    @property
    def statements(self) -> Mapping[str, tuple[Statement, ...]]:
        """The statements by the id of a question."""


class Zone(Protocol):
    """An open internal zone."""

    def run(self, statements: Sequence[Statement]) -> list[tuple[Any, ...]]:
        """Run statements, all or nothing, and return the rows of the last."""


class Site(msgspec.Struct, frozen=True):
    """How questions are rendered and where they are asked: dbt, and `open_zone(target, write)` of the internal zone."""

    render: Callable[[Sequence[Question]], Rendered]
    open_zone: Callable[[Mapping[str, Any], bool], AbstractContextManager[Zone]]
    tell: Callable[[str, int, int], None] = lambda label, done, total: None


def run(
    site: Site, ports: Sequence[PortRules], builds: Mapping[str, str], standards: Standards, rows: int | None = None
) -> list[PortResult]:
    """Ask the rules of some ports and return how they turned out, in the same order.

    `builds` says by unique id which build the ports have (`plan.evidence`); with `rows`, as many rows for each broken
    rule are written into a table, and the table of a port without any is dropped. A rule that cannot be asked is a
    result with the status `error`, not an exception. Raises InputError or UnavailableError where nothing can be asked.
    """
    asked = {checked.port.unique_id: list(questions(checked)) for checked in ports}
    answers = _answers(site, [question for each in asked.values() for question in each])
    for checked in ports:
        _ask_singly(site, checked, asked[checked.port.unique_id], answers)
    results = [_result(checked, asked[checked.port.unique_id], answers, builds) for checked in ports]
    return results if rows is None else _sampled(site, ports, results, standards, rows)


def rules_digest(checked: PortRules) -> str:
    """Return a digest of what is asked of a port: results of other rules are no evidence."""
    said = [checked.port.source, checked.port.row_filter, checked.rules]
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()


def _answers(site: Site, asked: Sequence[Question], *, write: bool = False) -> dict[str, Answer]:
    rendered = site.render(asked)
    answers: dict[str, Answer] = {}
    with site.open_zone(rendered.target, write) as zone:
        for number, question in enumerate(asked, start=1):
            site.tell("checking the data", number, len(asked))
            try:
                answers[question.id] = (*zone.run(rendered.statements[question.id]), ())[0]
            except UnavailableError as error:
                answers[question.id] = error
    return answers


def _ask_singly(site: Site, checked: PortRules, asked: list[Question], answers: dict[str, Answer]) -> None:
    """Where one statement for all row rules fails, ask each for itself, to know which of them it was."""
    together = asked[0]
    if isinstance(answers[together.id], UnavailableError) and len(together.rules) > 1:
        single = [ask_rows(checked, [rule]) for rule in together.rules]
        answers.update(_answers(site, single))
        asked[:1] = single


def _result(
    checked: PortRules, asked: Sequence[Question], answers: Mapping[str, Answer], builds: Mapping[str, str]
) -> PortResult:
    outcomes: dict[str, int | str] = {rule.id: rule.problem for rule in checked.rules if rule.problem}
    for question in asked:
        answer = answers[question.id]
        for number, rule in enumerate(question.rules, start=1):
            outcomes[rule.id] = answer.message if isinstance(answer, UnavailableError) else int(answer[number])
    told = [answers[question.id] for question in asked if question.operation == "count_violations"]
    rows = next((int(answer[0]) for answer in told if not isinstance(answer, UnavailableError)), None)
    return PortResult(
        product=checked.product,
        port=checked.port.label,
        unique_id=checked.port.unique_id,
        build=builds.get(checked.port.unique_id, ""),
        digest=rules_digest(checked),
        executed_at=datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        rows=rows,
        statements=len(asked),
        results=tuple(_judged(rule, outcomes[rule.id], date.today()) for rule in checked.rules),
        left=checked.left,
    )


def _judged(rule: Rule, outcome: int | str, today: date) -> RuleResult:
    """Return how a rule turned out: a number of violations, or why it could not be asked."""
    status: Status
    reason = ""
    if isinstance(outcome, str):
        status, reason = "error", outcome
    elif outcome == 0:
        status = "pass"
    else:
        status = "fail" if rule.severity == "error" else "warn"
        for exception in rule.exceptions:
            if fnmatchcase(rule.subject, exception.subject):
                if today <= exception.until:
                    status, reason = "warn", f"exception until {exception.until}: {exception.reason}"
                    break
                reason = f"its exception expired on {exception.until}"
    return RuleResult(
        rule=rule.id,
        name=rule.name,
        source=rule.source,
        kind=rule.kind,
        columns=rule.columns,
        severity=rule.severity,
        status=status,
        violations=outcome if isinstance(outcome, int) else None,
        reason=reason,
    )


def _sampled(
    site: Site, ports: Sequence[PortRules], results: list[PortResult], standards: Standards, rows: int
) -> list[PortResult]:
    """Write the samples of all ports and return the results with where they are."""
    broken = [
        [rule for rule, found in zip(checked.rules, result.results, strict=True) if found.violations]
        for checked, result in zip(ports, results, strict=True)
    ]
    asked = [sample(checked, rules, standards, rows) for checked, rules in zip(ports, broken, strict=True)]
    for answer in _answers(site, asked, write=True).values():
        if isinstance(answer, UnavailableError):
            raise answer
    return [
        msgspec.structs.replace(result, sample=sample_relation(checked.port)) if rules else result
        for checked, result, rules in zip(ports, results, broken, strict=True)
    ]
