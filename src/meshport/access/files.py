"""Subscriptions as files of the owning domain's repository: `access/*.yml`. See docs/decisions/0017-access.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from meshport.access.calendar import is_over
from meshport.access.principals import parse_principal
from meshport.access.states import ALIVE
from meshport.errors import InputError
from meshport.git import find_repository
from meshport.registry.types import Subscription
from meshport.standards.yaml_file import YamlFile

FOLDER = "access"
TAKEN_OUT = "taken out of "
"""How the reason begins with which a subscription ends that no file asks for any more."""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One subscription as a file has it. `until` is its last day."""

    product: str
    principal: str
    purpose: str | None = None
    until: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class Declared(msgspec.Struct, frozen=True):
    """A line with what was made of it: the product's key, the principal in full, the file from the project on, and
    where in it the line stands.
    """

    product: str
    principal: str
    purpose: str | None
    until: str | None
    source: str
    where: str


class Move(msgspec.Struct, frozen=True):
    """What is to be done about one subscription, and why. `declared` is None where no file asks for it any more."""

    action: Literal["request", "approve", "revoke", "deny", "leave"]
    product: str
    principal: str
    why: str
    declared: Declared | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    subscriptions: tuple[dict[str, object], ...]


def read(project_dir: Path, domain: str) -> list[Declared]:
    """Read the files of a domain's project, in order of their names.

    Raises InputError, with file and line, for what does not fit, a product of another domain, and a subscription that
    is declared twice.
    """
    found: dict[tuple[str, str], Declared] = {}
    for path in sorted((project_dir / FOLDER).glob("*.y*ml")):
        file = YamlFile(path)
        for number, entry in enumerate(file.fit(file.content, _File).subscriptions):
            steps = ("subscriptions", number)
            line, where = file.fit(entry, Line, *steps), file.where(*steps)
            key = line.product if "." in line.product else f"{domain}.{line.product}"
            if key.partition(".")[0] != domain:
                raise InputError(
                    f"{key} is no product of {domain}", where=where, hint="ask in the repository of its own domain"
                )
            principal = str(parse_principal(line.principal))
            before = found.get((key, principal))
            if before is not None:
                raise InputError(f"{principal} subscribes to {key} at {before.where} already", where=where)
            if line.until is not None:
                _check_day(line.until, where)
            found[key, principal] = Declared(
                key, principal, line.purpose, line.until, path.relative_to(project_dir).as_posix(), where
            )
    return list(found.values())


def author_of(project_dir: Path, source: str) -> str:
    """Return who asks with a file: the author of its last commit. Raises InputError where nobody committed it."""
    git = find_repository(project_dir)
    asked = git and git.try_run("log", "-1", "--format=%ae", "--", f"{git.prefix}{source}")
    email = asked.stdout.strip() if asked else ""  # without any commit git fails, and says nothing here
    if not email:
        raise InputError(f"nobody committed {source}: it is not known who asks", where=source, hint="commit it first")
    return str(parse_principal(f"user:{email}"))


def compare(declared: Iterable[Declared], known: Sequence[Subscription], *, approves: bool) -> Iterator[Move]:
    """Yield what brings subscriptions (`known`, oldest first) in line with files. Pure but for what day it is.

    What did not come from files is left alone. `approves` says whether somebody reviewed what is new.
    """
    newest = {(each.product, each.principal): each for each in known}
    wanted = {(each.product, each.principal): each for each in declared}
    for place, line in wanted.items():
        yield from _line(line, newest.get(place), approves=approves)
    for place, each in newest.items():
        if each.state in ALIVE and each.source is not None and place not in wanted:
            action: Literal["revoke", "deny"] = "deny" if each.state == "requested" else "revoke"
            yield Move(action, *place, f"{TAKEN_OUT}{each.source}")


def _line(line: Declared, now: Subscription | None, *, approves: bool) -> Iterator[Move]:
    place = (line.product, line.principal)
    alive = now is not None and now.state in ALIVE
    if now is not None and alive and now.source is None:
        yield Move("leave", *place, f"{now.state} already, not from a file", line)
        return
    if is_over(line.until):
        yield Move("leave", *place, f"its last day was {line.until}", line)
        return
    same = now is not None and (now.purpose, now.until) == (line.purpose, line.until)
    if now is not None and same and not alive and not (now.decision or "").startswith(TAKEN_OUT):
        yield Move("leave", *place, f"{now.state} by {now.decided_by}: ask for something else, or take it out", line)
        return
    if now is not None and alive and not same:
        action: Literal["revoke", "deny"] = "deny" if now.state == "requested" else "revoke"
        yield Move(action, *place, f"{line.source} says it anew", line)
    if not (alive and same):
        yield Move("request", *place, f"new in {line.source}", line)
    if approves and not (now is not None and same and alive and now.state != "requested"):
        yield Move("approve", *place, f"{line.source} was reviewed", line)


def _check_day(text: str, where: str) -> None:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text} is no day", where=where, hint="write it as 2027-01-31") from error
