"""A report in one line."""

from __future__ import annotations

from meshport.policies.types import Report


def summary(report: Report) -> str:
    """Return what a report comes to: `37 policies: 2 errors, 1 warning; 4 known before.`"""
    errors = sum(item.severity == "error" for item in report.violations)
    counted = [_count(errors, "error"), _count(len(report.violations) - errors, "warning")]
    others = [
        f"{len(report.known)} known before" if report.known else "",
        f"{len(report.excused)} excused" if report.excused else "",
        f"{_count(len(report.failed), 'policy', 'policies')} could not be asked" if report.failed else "",
    ]
    return "; ".join(
        [f"{_count(len(report.policies), 'policy', 'policies')}: {', '.join(counted)}", *filter(None, others)]
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
