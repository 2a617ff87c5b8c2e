"""The portal of the central team: domain files written by a form, planned and applied, by the rules of `domains`.

Everything is done as whoever serves the marketplace may: its environment names the workspace.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from meshport.access.principals import Principal, parse_principal
from meshport.domains import apply as applying
from meshport.domains.answers import Answers, domain_of
from meshport.domains.file import DomainFile, names_in, read_domain, write_domain
from meshport.domains.opening import Opened, open_domain
from meshport.domains.types import DomainPlan
from meshport.errors import InputError, NotFoundError, PlanMovedError
from meshport.marketplace.identity import Identity
from meshport.marketplace.settings import Provisioning
from meshport.marketplace.site import Site
from meshport.mesh import Guard
from meshport.plan.guard import refuse_removals

ELSEWHERE = "was the right file read? `meshport domain apply --allow-removals` does it all the same"


class Planned(msgspec.Struct, frozen=True):
    """A domain before it is provisioned: its file as it stands, what it comes to, and what policies warn of."""

    said: DomainFile
    text: str
    plan: DomainPlan
    warnings: list[str]


def known(site: Site) -> list[str]:
    """Return the domains that have a file. Raises NotFoundError where no repository is configured."""
    return names_in(_folder(_configured(site)))


def write(site: Site, viewer: Identity, answers: Answers) -> str:
    """Write the file of a new domain and return its name. Raises InputError naming the field that does not fit."""
    said = domain_of(answers)
    write_domain(_folder(_configured(site)), said)
    site.registry.audit(viewer.person, "domain.file", said.name, {"written": f"domains/{said.name}.yml"})
    return said.name


def planned(site: Site, viewer: Identity, name: str) -> Planned:
    """Return what applying a domain's file would change. Raises as `meshport domain plan` does."""
    folder = _folder(_configured(site))
    read = read_domain(folder, name)
    opened = _opened(site, viewer, name)
    text = read.yaml.path.read_text(encoding="utf-8")
    return Planned(read.said, text, applying.plan(opened.site, "apply"), opened.warnings)


def apply(site: Site, viewer: Identity, name: str, digest: str) -> None:
    """Apply exactly the plan that somebody saw.

    Raises PlanMovedError where it is another one by now, BlockedError where it takes away much of what was made.
    """
    opened = _opened(site, viewer, name)
    plan = applying.plan(opened.site, "apply")
    if plan.digest != digest:
        raise PlanMovedError("the plan is another one by now: nothing was done", hint="look at it again")
    refuse_removals(plan.removals, Guard(), ELSEWHERE)
    applying.apply_plan(opened.site, plan)


def add_developer(site: Site, viewer: Identity, domain: str, person: str) -> bool:
    """Add a developer to a domain that was provisioned. Returns False where they are one already."""
    return bool(site.registry.add_member(domain, _user(person), actor=viewer.person))


def remove_developer(site: Site, viewer: Identity, domain: str, person: str) -> bool:
    """Remove a developer from a domain. Returns False where they are none."""
    return bool(site.registry.remove_member(domain, _user(person), actor=viewer.person))


def _user(person: str) -> str:
    principal = parse_principal(person if ":" in person else f"user:{person}")
    if principal.kind != "user":
        raise InputError(f"{principal} is no person", hint="write an e-mail address")
    return str(Principal("user", principal.name))


def _opened(site: Site, viewer: Identity, name: str) -> Opened:
    said = _configured(site)
    read = read_domain(_folder(said), name)
    standards = Path(said.standards) if said.standards else None
    return open_domain(read, site.registry, viewer.person, lambda what, number, of: None, standards=standards)


def _configured(site: Site) -> Provisioning:
    said = site.settings.provisioning
    if said is None:
        raise NotFoundError(
            "this marketplace provisions no domains",
            hint="marketplace.yml: provisioning: {folder: ...} names the files",
        )
    return said


def _folder(said: Provisioning) -> Path:
    return Path(said.folder).resolve()
