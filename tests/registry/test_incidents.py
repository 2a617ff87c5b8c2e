"""Incidents: told once when they begin, kept after they are over; on both databases."""

from __future__ import annotations

import pytest

from meshport.access.principals import Actor
from meshport.access.subscriptions import approve, request
from meshport.registry import Registry
from meshport.registry.types import INCIDENT_KINDS, AlertEvent, Trouble
from tests.registry.samples import record

KEY = "sales.customer_360"
SALES, MARKETING = "domain:sales", "domain:marketing"
FAILED = Trouble("tests", "hard", "its tests failed: unique")
SLOW = Trouble("freshness", "soft", "24h promised, 3 days old")
SLOWER = Trouble("freshness", "soft", "24h promised, 4 days old")


@pytest.fixture
def mesh(each_registry: Registry) -> Registry:
    each_registry.record_publication(record())
    request(each_registry, KEY, "marketing", actor=Actor.named("marketing"))
    approve(each_registry, KEY, "marketing", actor=Actor.named("sales"))
    each_registry.mark_read([SALES, MARKETING])
    return each_registry


def told(registry: Registry, who: str) -> list[str]:
    return [each.text for each in registry.notices([who], unread=True)]


def lasting(registry: Registry) -> list[str]:
    return [each.text for each in registry.incidents(KEY, lasting=True)]


def test_owners_hear_of_all_and_those_who_subscribe_of_what_they_read(mesh: Registry) -> None:
    began = mesh.keep_incidents(KEY, INCIDENT_KINDS, [FAILED, SLOW], actor="user:ann")
    assert [(each.product, each.kind, each.severity) for each in began] == [
        (KEY, "tests", "hard"),
        (KEY, "freshness", "soft"),
    ]
    assert sorted(told(mesh, SALES)) == sorted([FAILED.text, SLOW.text])
    assert told(mesh, MARKETING) == [SLOW.text]
    assert mesh.notices([MARKETING])[0].kind == "incident"


def test_what_lasts_is_told_once_and_in_today_s_words(mesh: Registry) -> None:
    mesh.keep_incidents(KEY, INCIDENT_KINDS, [SLOW], actor="user:ann")
    (first,) = mesh.incidents(KEY)
    assert mesh.keep_incidents(KEY, INCIDENT_KINDS, [SLOWER], actor="user:ann") == []
    assert told(mesh, MARKETING) == [SLOW.text]
    (now,) = mesh.incidents(KEY)
    assert (now.id, now.began_at, now.text) == (first.id, first.began_at, SLOWER.text)


def test_what_is_right_again_ends_and_may_begin_anew(mesh: Registry) -> None:
    mesh.keep_incidents(KEY, INCIDENT_KINDS, [FAILED, SLOW], actor="user:ann")
    mesh.keep_incidents(KEY, ("tests",), [], actor="user:ann")  # nobody looked at how old it is
    assert lasting(mesh) == [SLOW.text]
    mesh.keep_incidents(KEY, INCIDENT_KINDS, [], actor="user:ann")
    assert lasting(mesh) == []
    mesh.keep_incidents(KEY, INCIDENT_KINDS, [SLOW], actor="user:ann")
    assert told(mesh, MARKETING) == [SLOW.text] * 2
    assert [each.ended_at is None for each in mesh.incidents(domain="sales")] == [True, False, False]
    assert len(mesh.incidents(limit=2)) == 2
    actions = [each.action for each in mesh.audit_log(KEY) if each.action.startswith("incident")]
    assert sorted(actions) == ["incident.begin"] * 3 + ["incident.end"] * 2


def test_a_retired_product_has_none(mesh: Registry) -> None:
    mesh.keep_incidents(KEY, INCIDENT_KINDS, [SLOW], actor="user:ann")
    mesh.set_product_status(KEY, "retired", actor="user:ann")
    assert lasting(mesh) == []


def test_nobody_reads_what_was_never_published(mesh: Registry) -> None:
    assert mesh.keep_incidents("sales.nothing", INCIDENT_KINDS, [FAILED], actor="user:ann") == []
    assert mesh.incidents() == []


def test_an_alert_is_one_sender_s_until_it_is_settled(mesh: Registry) -> None:
    (incident,) = mesh.keep_incidents(KEY, INCIDENT_KINDS, [FAILED], actor="user:ann")
    wanted: list[tuple[int, AlertEvent, str]] = [(incident.id, "begin", "slack:A"), (incident.id, "begin", "email:B")]
    assert mesh.queue_alerts(wanted) == 2
    assert mesh.queue_alerts(wanted) == 0
    first, second = mesh.claim_alerts("sales", ["slack:A", "email:B", "email:C"])
    assert (first.incident, first.event, first.route) == (incident, "begin", "slack:A")
    assert mesh.claim_alerts("sales", ["slack:A", "email:B"]) == []
    mesh.settle_alert(first.id, None)
    mesh.settle_alert(second.id, "it is down")
    (waiting,) = mesh.waiting_alerts("sales")
    assert (waiting.route, waiting.attempts, waiting.problem) == ("email:B", 1, "it is down")
    assert [each.id for each in mesh.claim_alerts("sales", ["slack:A", "email:B"])] == [second.id]
    mesh.release_alerts([second.id])
    assert len(mesh.claim_alerts("sales", ["email:B"])) == 1
    assert mesh.claim_alerts("hr", ["email:B"]) == []


def test_the_end_is_told_to_whom_the_beginning_was(mesh: Registry) -> None:
    (incident,) = mesh.keep_incidents(KEY, INCIDENT_KINDS, [FAILED], actor="user:ann")
    mesh.queue_alerts([(incident.id, "begin", "slack:A")])
    assert mesh.ends_to_tell("sales", ["slack:A"]) == []
    mesh.keep_incidents(KEY, INCIDENT_KINDS, [], actor="user:ann")
    assert mesh.ends_to_tell("sales", ["slack:A", "email:B"]) == [(incident.id, "slack:A")]
    mesh.queue_alerts([(incident.id, "end", "slack:A")])
    assert mesh.ends_to_tell("sales", ["slack:A"]) == []
