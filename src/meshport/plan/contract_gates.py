"""What publishing would break, and what that asks for. Pure. Decided in docs/decisions/0009-breaking-changes.md.

A breaking change needs a port version of its own, a day on which the version before it goes, and the acknowledgement of
everybody who subscribes; or a reason given for doing without (`--override-contract`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from meshport.contracts import ContractChange, diff_ports, service_changes
from meshport.model import Gate, Port, Product
from meshport.plan.types import Breach
from meshport.registry.types import Consumers, Standing

Changes = Mapping[str, Sequence[ContractChange]]
"""What changes in place, by the label of the port."""


def changes_in_place(product: Product, standing: Standing | None, dialect: str) -> Changes:
    """Return how the contract of each port that is published already changes."""
    before = _published(standing)
    return {port.label: diff_ports(before[port.label], port, dialect) for port in product.ports if port.label in before}


def breaches(
    product: Product, standing: Standing | None, changes: Changes, consumers: Consumers, dialect: str
) -> tuple[Breach, ...]:
    """Return the promises that publishing breaks: in place, by a version that takes over, and of the whole product."""
    if standing is None:
        return ()
    found = [_breach(product, consumers, _waiting(service_changes(standing.head.product, product)))]
    for port in product.ports:
        in_place = changes.get(port.label, ())
        protecting = [each for each in in_place if each.severity == "breaking" and not each.waits]
        found.append(_breach(product, consumers, _waiting(in_place), port=port.label))
        found.append(_breach(product, consumers, protecting, port=port.label))
        old = _replaced(port, standing)
        if old is not None:
            breaking = _waiting(diff_ports(old, port, dialect))
            goes_on = _goes_on(product, old, consumers)
            found.append(_breach(product, consumers, breaking, port=old.label, replaced_by=port.label, goes_on=goes_on))
    return tuple(breach for breach in found if breach is not None)


def contract_gates(
    product: Product, standing: Standing | None, changes: Changes, override: str | None
) -> Iterator[Gate]:
    """Yield a gate for each port: its contract against the one that consumers have now."""
    before = _published(standing)
    for port in product.ports:
        hint = f"declare the types of all columns of `{port.name}`"
        untyped = [column.name for column in port.contract.columns if not column.data_type]
        if not port.contract.columns or untyped:
            reason = f"no data type: {', '.join(untyped)}" if untyped else "the contract has no columns"
            yield Gate(name="contract", subject=port.label, passed=False, reason=reason, hint=hint)
        old = before.get(port.label)
        if old is None:
            yield Gate(name="contract", subject=port.label, passed=True, reason="new port")
            continue
        yield from _unmasked(old, port)
        breaking = [change for change in changes[port.label] if change.severity == "breaking"]
        for change in breaking:
            yield _in_place(port, change, override)
        if not breaking:
            yield Gate(name="contract", subject=port.label, passed=True, reason="compatible with what is published")


def breach_gates(product: Product, found: Iterable[Breach], override: str | None) -> Iterator[Gate]:
    """Yield a gate for each thing that a breaking change with a version of its own, or of the product, still needs."""
    for breach in found:
        if not breach.waits or breach.in_place:
            continue
        subject = breach.port or product.name
        broken = f"breaking: {'; '.join(breach.changes)}"
        if breach.replaced_by is not None:
            yield _gate(
                "contract",
                subject,
                breach.goes_on is not None,
                f"{breach.replaced_by} takes its place and it has no day to go ({broken})",
                "set its `deprecation_date` in dbt's YAML, or: "
                f"meshport product deprecate {product.key} --port {breach.port} --on DATE",
                f"goes on {breach.goes_on}",
                override,
            )
        names = f"{product.key}.{breach.port}" if breach.port else product.key
        yield _gate(
            "acknowledgement",
            subject,
            not breach.waiting_for,
            f"not acknowledged by {', '.join(breach.waiting_for)} ({broken})",
            f"`meshport publish` announces it; they run: meshport contract acknowledge {names}",
            f"acknowledged by {', '.join(breach.acknowledged)}" if breach.subscribers else "nobody subscribes",
            override,
        )


def _published(standing: Standing | None) -> dict[str, Port]:
    return {port.label: port for port in standing.head.product.ports} if standing else {}


def _waiting(changes: Iterable[ContractChange]) -> list[ContractChange]:
    return [change for change in changes if change.waits]


def _replaced(port: Port, standing: Standing) -> Port | None:
    """Return the port version in whose place this one comes: what a `ref` without a version has read until now."""
    if port.version is None or not port.latest:
        return None
    others = (each for each in standing.head.product.ports if each.name == port.name and each.label != port.label)
    return next((each for each in others if each.latest and each.label not in standing.retired), None)


def _goes_on(product: Product, old: Port, consumers: Consumers) -> str | None:
    """Return the day a version goes: what the registry says comes before what dbt says."""
    declared = next((port.deprecation_date for port in product.ports if port.label == old.label), None)
    said = consumers.going.get(old.label) or declared
    return said[:10] if said else None


def _breach(
    product: Product,
    consumers: Consumers,
    changes: Sequence[ContractChange],
    *,
    port: str = "",
    replaced_by: str | None = None,
    goes_on: str | None = None,
) -> Breach | None:
    if not changes:
        return None
    messages = tuple(change.message for change in changes)
    told = msgspec.json.encode([product.key, port, replaced_by, goes_on, sorted(messages)])
    digest = hashlib.sha256(told).hexdigest()[:16]
    known = consumers.acknowledged.get(digest, ())
    return Breach(
        port=port,
        replaced_by=replaced_by,
        goes_on=goes_on,
        changes=messages,
        waits=changes[0].waits,
        digest=digest,
        subscribers=consumers.subscribers,
        acknowledged=tuple(who for who in consumers.subscribers if who in known),
    )


def _in_place(port: Port, change: ContractChange, override: str | None) -> Gate:
    subject = f"{port.label}.{change.subject}" if change.subject else port.label
    if not change.waits:
        reason = f"breaking, and hides more, which does not wait: {change.message}"
        return Gate(name="contract", subject=subject, passed=True, reason=reason)
    hint = f"publish it as a new version of `{port.name}` beside this one (dbt: `versions:`)"
    return _gate("contract", subject, False, f"breaking: {change.message}", hint, "", override)


def _gate(
    name: str, subject: str, fulfilled: bool, missing: str, hint: str, reached: str, override: str | None
) -> Gate:
    if fulfilled:
        return Gate(name=name, subject=subject, passed=True, reason=reached)
    if override is not None:
        return Gate(name=name, subject=subject, passed=True, reason=f"overridden ({override}): {missing}")
    return Gate(name=name, subject=subject, passed=False, reason=missing, hint=hint)


def _unmasked(old: Port, new: Port) -> Iterator[Gate]:
    """Yield a blocked gate for each column that would lose its mask only because nothing classifies it any more."""
    for before in old.contract.columns:
        now = new.contract.column(before.name)
        if before.mask is not None and now is not None and now.mask is None and now.classification is None:
            yield Gate(
                name="masks",
                subject=f"{new.label}.{now.name}",
                passed=False,
                reason=f"it is published masked, as `{before.classification}`, and would be readable by everybody",
                hint="classify it: `public` or `internal` publishes it as it is",
            )
