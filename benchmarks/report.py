"""What a benchmark has to say: rows that were measured, and goals that hold or do not."""

from __future__ import annotations

from typing import Any

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One thing measured. `seconds` and `peak_mb` are medians of `runs` fresh processes; `counts`, what else."""

    subject: str
    what: str
    seconds: float
    peak_mb: float
    runs: int
    counts: dict[str, int] = {}


class Goal(msgspec.Struct, frozen=True):
    """A number and the bound it is to keep: `at_most` or `at_least`."""

    text: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        return (self.at_most is None or self.value < self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )


class Report(msgspec.Struct, frozen=True):
    """The outcome of one benchmark. `notes` are sentences for the reader."""

    name: str
    rows: list[Row]
    goals: list[Goal]
    notes: list[str] = []


def as_text(report: Report) -> str:
    """Lay a report out for reading; ratios are to the first row of the same subject."""
    first: dict[str, Row] = {}
    counted = list(dict.fromkeys(name for row in report.rows for name in row.counts))
    table: list[tuple[Any, ...]] = [("subject", "what", "seconds", "x", "peak MB", "x", "runs", *counted)]
    for row in report.rows:
        base = first.setdefault(row.subject, row)
        times = f"{row.seconds / base.seconds:.2f}", f"{row.peak_mb / base.peak_mb:.2f}"
        counts = [row.counts.get(name, 0) for name in counted]
        measured = f"{row.seconds:.3f}", times[0], f"{row.peak_mb:.0f}", times[1]
        table.append((row.subject, row.what, *measured, row.runs, *counts))
    widths = [max(len(str(cell)) for cell in column) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(str(cell).ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table
    ]
    goals = []
    for goal in report.goals:
        bound = f"below {goal.at_most:g}" if goal.at_most is not None else f"at least {goal.at_least:g}"
        goals.append(f"{'holds' if goal.holds else 'MISSED':7} {goal.text}: {goal.value:.2f} (goal: {bound})")
    return "\n".join([f"== {report.name}", *lines, "", *goals, *report.notes])


def as_data(report: Report) -> dict[str, Any]:
    """Return a report for programs, with what each goal came to."""
    goals = [{**msgspec.structs.asdict(goal), "holds": goal.holds} for goal in report.goals]
    return {**msgspec.to_builtins(report), "goals": goals}
