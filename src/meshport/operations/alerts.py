"""Alerts: each beginning and end of an incident to each route that wants it, by an outbox in the registry.

What is to be sent is written first, so that a receiver that is down gets it at the next check, and nobody gets it twice
for being looked at twice. Only a sender that dies between sending and writing so down has it sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from meshport.errors import MeshportError
from meshport.log import event
from meshport.mesh import Alert
from meshport.operations.messages import message
from meshport.operations.sending import send
from meshport.registry.types import AlertEvent, Incident

if TYPE_CHECKING:
    from meshport.registry import Registry


class Sent(msgspec.Struct, frozen=True):
    """What became of one alert: `problem` is None where it was sent."""

    route: str
    event: str
    product: str
    kind: str
    problem: str | None = None


def queue(registry: Registry, domain: str, routes: Sequence[Alert]) -> int:
    """Write what is to be sent of a domain's incidents: that they began while they last, and the end of those whose
    beginning was to be sent. Returns how many alerts are new.
    """
    if not routes:
        return 0
    wanted: list[tuple[int, AlertEvent, str]] = [
        (incident.id, "begin", route.name)
        for incident in registry.incidents(domain=domain, lasting=True)
        for route in routes
        if wants(route, incident)
    ]
    names = {route.name for route in routes}
    wanted += [(number, "end", route) for number, route in registry.ends_to_tell(domain, names)]
    return registry.queue_alerts(wanted) if wanted else 0


def deliver(registry: Registry, domain: str, routes: Sequence[Alert]) -> list[Sent]:
    """Send what is to be sent. A route that fails is left alone until the next time, so that its order stays."""
    by_name = {route.name: route for route in routes}
    heads = registry.heads(domain)
    sent: list[Sent] = []
    down: set[str] = set()
    claimed = registry.claim_alerts(domain, by_name) if routes else []
    for alert in claimed:
        if alert.route in down:
            continue
        incident = alert.incident
        problem = None
        try:
            send(by_name[alert.route], message(incident, alert.event, str(heads[incident.product].product.owner)))
        except MeshportError as error:
            problem = error.message
            down.add(alert.route)
        registry.settle_alert(alert.id, problem)
        event("alert", route=alert.route, of=alert.event, product=incident.product, kind=incident.kind, problem=problem)
        sent.append(Sent(alert.route, alert.event, incident.product, incident.kind, problem))
    tried = len(sent)
    if tried < len(claimed):
        registry.release_alerts([alert.id for alert in claimed if alert.route in down])
    return sent


def wants(route: Alert, incident: Incident) -> bool:
    """Whether alerts of an incident go by a route."""
    severe = route.severity == "soft" or incident.severity == "hard"
    return severe and any(fnmatchcase(incident.product, pattern) for pattern in route.products)
