"""Principals: who asks, reads and decides. The one place that knows how they are written."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import msgspec

from meshport.errors import InputError
from meshport.mesh import FILE_NAME, load_mesh

KINDS = ("domain", "user")


class Principal(msgspec.Struct, frozen=True, order=True):
    """A domain (a team) or a user (a person)."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class Actor(msgspec.Struct, frozen=True):
    """Who acts: a principal, and the domains that it speaks for. None: nobody knows which, as on the command line,
    where whoever can write the registry decides; there a name is for the record.
    """

    who: Principal
    domains: frozenset[str] | None = None

    def __str__(self) -> str:
        return str(self.who)

    @classmethod
    def named(cls, text: str) -> Actor:
        """Return the actor of a command: a domain speaks for itself, of a user it is not known."""
        who = parse_principal(text)
        return cls(who, frozenset({who.name}) if who.kind == "domain" else None)

    def speaks_for(self, principal: str) -> bool:
        """Tell whether this is that principal, or speaks for the domain that it is."""
        other = parse_principal(principal)
        return self.who == other or (other.kind == "domain" and other.name in (self.domains or ()))

    def may_decide(self, domain: str) -> bool:
        """Tell whether this one may decide about a domain's products."""
        return self.domains is None or domain in self.domains


def parse_principal(text: str) -> Principal:
    """Return the principal that a person wrote: `domain:marketing`, `user:ann@example.com`, or a bare domain.

    Users compare without case, as e-mail addresses do. Raises InputError where it is none.
    """
    kind, colon, name = text.strip().rpartition(":") if text.count(":") <= 1 else ("", "", "")
    kind = kind if colon else "domain"
    if kind not in KINDS or not name or any(character.isspace() or not character.isprintable() for character in name):
        raise InputError(
            f"{text!r} is no principal", hint="write domain:NAME or user:NAME, such as user:ann@example.com"
        )
    return Principal(kind, name.casefold() if kind == "user" else name)


def acting(project_dir: Path, actor: str | None) -> str:
    """Return who acts: `actor` if given, else the domain of the project in this folder, else the user logged in."""
    if actor:
        return str(parse_principal(actor))
    if (project_dir / FILE_NAME).is_file():
        return str(Principal("domain", load_mesh(project_dir).domain))
    return user()


def user() -> str:
    """Return the person at work: the one CI names, else the user logged in. For the record; it proves nothing."""
    named = os.environ.get("GITHUB_ACTOR") or os.environ.get("BUILD_REQUESTEDFOREMAIL")
    if not named:
        try:
            named = getpass.getuser()
        except (KeyError, OSError):  # a container's user without a name
            named = str(os.getuid())
    return str(Principal("user", named.casefold()))
