"""What the standards' rules of access say of one product and one principal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

import msgspec

from meshport.access.principals import Principal
from meshport.errors import InputError
from meshport.model import Product
from meshport.standards.types import UNCLASSIFIED, AccessRule

Rules = Mapping[str, AccessRule]


class Terms(msgspec.Struct, frozen=True):
    """On which terms a product is read. `approved_by` are the rules that approve by themselves; empty: people do.

    `longest_days` is None where a subscription may have no end.
    """

    approvers: int = 1
    approved_by: tuple[str, ...] = ()
    longest_days: int | None = None
    notice_days: int = 0


def terms_of(rules: Rules, product: Product, who: Principal) -> Terms:
    """Return the terms of a product for a principal: of all rules that speak of it, the strictest in each respect.

    It is approved without asking only where each classification that it holds is in a rule that does so.
    """
    held = set(classifications_of(product))
    speaking = {name: rule for name, rule in rules.items() if _speaks(rule, held)}
    approving = {name: rule for name, rule in speaking.items() if _covers(rule.auto_approve, who)}
    covered = all(any(_speaks(rule, {each}) for rule in approving.values()) for each in held)
    approvers = max((rule.approvers for rule in speaking.values()), default=1)
    limits = [rule.longest_days for rule in speaking.values() if rule.longest_days is not None]
    return Terms(
        approvers=approvers,
        approved_by=tuple(sorted(approving)) if held and covered and approvers == 1 else (),
        longest_days=min(limits, default=None),
        notice_days=max((rule.notice_days for rule in speaking.values()), default=0),
    )


def classifications_of(product: Product) -> Iterator[str]:
    """Yield what the columns of a product hold."""
    for port in product.ports:
        for column in port.contract.columns:
            yield column.classification or UNCLASSIFIED


def catalog_name(rules: Rules, who: Principal) -> str:
    """Return what Unity Catalog calls a principal: a domain is an account group, a user an e-mail address.

    The name given to the principal itself goes before one given to a pattern; without any it is the principal's own.
    Raises InputError where two patterns give it different ones.
    """
    named = [item for rule in rules.values() for item in rule.principals.items()]
    given = {pattern: name.replace("{name}", who.name) for pattern, name in named}
    exact = given.get(str(who))
    matching = {name for pattern, name in given.items() if fnmatchcase(str(who), pattern)}
    if exact is None and len(matching) > 1:
        raise InputError(
            f"the standards give {who} several names: {', '.join(sorted(matching))}",
            hint=f"name it itself: `principals: {{'{who}': NAME}}` in access.yml",
        )
    return exact or next(iter(matching), who.name)


def _speaks(rule: AccessRule, held: set[str]) -> bool:
    if not rule.classifications:
        return True
    return any(each == wanted or each.startswith(f"{wanted}.") for each in held for wanted in rule.classifications)


def _covers(patterns: tuple[str, ...], who: Principal) -> bool:
    return any(fnmatchcase(str(who), pattern) for pattern in patterns)
