"""Who somebody is, and which role they have in which domain. Everybody who is signed in is a consumer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from meshport.access.principals import Actor, Principal, parse_principal
from meshport.marketplace.settings import Groups

Role = Literal["consumer", "developer", "owner", "provisioner", "auditor"]


class Identity(msgspec.Struct, frozen=True):
    """A person who is signed in: a principal (`user:ann@example.com`). `owns` and `develops` are domains."""

    person: str
    name: str
    owns: frozenset[str] = frozenset()
    develops: frozenset[str] = frozenset()
    provisioner: bool = False
    auditor: bool = False

    @property
    def domains(self) -> frozenset[str]:
        """The domains that this person belongs to."""
        return self.owns | self.develops

    @property
    def principals(self) -> tuple[str, ...]:
        """What this person reads as: themselves, then their domains."""
        return (self.person, *(str(Principal("domain", domain)) for domain in sorted(self.domains)))

    @property
    def actor(self) -> Actor:
        """This person as one who asks and decides. Whether they own a domain is the routes' matter."""
        return Actor(parse_principal(self.person), self.domains)

    def roles(self, domain: str) -> frozenset[Role]:
        """Return the roles that this person has towards a domain's products."""
        held: set[Role] = {"consumer"}
        held |= {"owner", "developer"} if domain in self.owns else set()
        held |= {"developer"} if domain in self.develops else set()
        held |= {"provisioner"} if self.provisioner else set()
        held |= {"auditor"} if self.auditor else set()
        return frozenset(held)


Provisioned = Mapping[str, tuple[str, str]]
"""The groups of owners and of developers by domain, of domains that the central team provisioned."""
NONE: Provisioned = {}


def identity_of(
    person: str, name: str, groups: Iterable[str], rules: Groups, provisioned: Provisioned = NONE
) -> Identity:
    """Return who somebody is by the groups that the issuer says they are in.

    `person` is a user's name as in a principal, such as an e-mail address. The groups of `provisioned` domains count
    whatever they are called.
    """
    held = frozenset(groups)
    owned = frozenset(domain for domain, (owners, _) in provisioned.items() if owners in held)
    developed = frozenset(domain for domain, (_, developers) in provisioned.items() if developers in held)
    return Identity(
        person=str(Principal("user", person.casefold())),
        name=name,
        owns=_domains(rules.owner, held) | owned,
        develops=_domains(rules.developer, held) | developed,
        provisioner=not held.isdisjoint(rules.provisioner),
        auditor=not held.isdisjoint(rules.auditor),
    )


def _domains(template: str, groups: frozenset[str]) -> frozenset[str]:
    before, after = template.split("{domain}")
    pattern = re.compile(re.escape(before) + r"([^\s.:]+)" + re.escape(after))
    return frozenset(found[1] for group in groups if (found := pattern.fullmatch(group)))
