"""Annotations for GitHub: workflow commands, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from meshport.policies.types import Report


def github(report: Report, root: str = "") -> str:
    """Return a workflow command for each violation and failed policy.

    `root` leads from the repository to the dbt project.
    """
    return "".join(f"{line}\n" for line in _lines(report, root))


def _lines(report: Report, root: str) -> Iterator[str]:
    for item in report.failed:
        path = str(PurePosixPath(root, item.path))
        yield _command("error", item.policy, f"the policy could not be asked: {item.reason}", path, item.line)
    for found in report.violations:
        place = str(PurePosixPath(root, found.path)) if found.path else None
        said = f"{found.subject}: {found.message}" + (f"\n{found.fix}" if found.fix else "")
        yield _command(found.severity, found.policy, said, place, found.line)


def _command(level: str, title: str, message: str, path: str | None, line: int | None) -> str:
    given = {"file": path, "line": line if path else None, "title": title}
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in given.items() if value is not None)
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    """Escape a message as GitHub's runner reads it back."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
