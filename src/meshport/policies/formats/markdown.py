"""A report for a page or a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from meshport.policies.formats.grouped import by_policy, where
from meshport.policies.formats.summary import summary
from meshport.policies.types import Report, Violation

SHOWN = 20
"""Of one policy: comments have a limit, and readers too."""


def markdown(report: Report) -> str:
    """Return what was found, a table a policy, under a line that sums it up."""
    blocks = [f"**{summary(report)}**"]
    blocks += [
        f"### {item.policy} could not be asked\n\n{_cell(item.reason)} ({_code(where(item.path, item.line))})"
        for item in report.failed
    ]
    blocks += ["\n".join(_table(first, items)) for first, items in by_policy(report)]
    blocks += [_cell(remark) for remark in report.remarks]
    return "\n\n".join(blocks) + "\n"


def _table(first: Violation, items: list[Violation]) -> Iterator[str]:
    yield f"### {first.severity}: {first.policy}\n"
    if first.fix:
        yield f"{_cell(first.fix)}\n"
    yield "| What | Where | Why |"
    yield "| --- | --- | --- |"
    for item in items[:SHOWN]:
        yield f"| {_code(item.subject)} | {_code(where(item.path, item.line))} | {_cell(item.message)} |"
    if len(items) > SHOWN:
        yield f"| {len(items) - SHOWN} more | | |"


def _cell(text: str) -> str:
    """Return text in one line in which nothing ends a cell or acts as HTML."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    """Return text as code; a back-tick in it would end that."""
    return f"`{' '.join(text.split()).replace('`', chr(39)).replace('|', chr(92) + '|')}`" if text else ""
