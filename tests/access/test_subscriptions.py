"""From request to revocation: what is allowed, what is refused, and that all of it is audited."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshport.access.principals import Actor, Principal
from meshport.access.states import ALIVE, TRANSITIONS, Action
from meshport.access.subscriptions import approve, deny, may_read, request, revoke, subscriptions
from meshport.errors import BlockedError, DeniedError, InputError
from meshport.registry import Registry
from meshport.registry.types import Subscription
from tests.registry.samples import product, record, url

KEY = "sales.customer_360"
OWNER, READER = "domain:sales", "domain:marketing"
ACTIONS: dict[Action, Callable[..., Subscription]] = {"approve": approve, "deny": deny, "revoke": revoke}


@pytest.fixture
def mesh(registry: Registry) -> Registry:
    registry.record_publication(record())
    return registry


def test_a_subscription_from_request_to_revocation(mesh: Registry) -> None:
    assert may_read(mesh, OWNER, KEY)
    assert may_read(mesh, "sales", KEY)
    request(mesh, KEY, "marketing", actor=Actor.named(READER), reason="campaigns")
    assert not may_read(mesh, READER, KEY)
    approve(mesh, KEY, READER, actor=Actor.named(OWNER), reason="fine")
    assert may_read(mesh, READER, KEY)
    assert not may_read(mesh, "domain:finance", KEY)
    revoke(mesh, KEY, READER, actor=Actor.named(OWNER), reason="the campaign is over")
    assert not may_read(mesh, READER, KEY)
    request(mesh, KEY, READER, actor=Actor.named(READER))
    deny(mesh, KEY, READER, actor=Actor.named(OWNER))
    first, second = subscriptions(mesh, product=KEY, principal="marketing")
    assert (first.state, first.reason, first.decision, first.decided_by) == (
        "revoked",
        "campaigns",
        "the campaign is over",
        OWNER,
    )
    assert (second.state, second.requested_by) == ("denied", READER)
    log = [(each.actor, each.action, each.detail["principal"]) for each in mesh.audit_log(KEY, limit=5)]
    assert log == [
        (OWNER, "access.deny", READER),
        (READER, "access.request", READER),
        (OWNER, "access.revoke", READER),
        (OWNER, "access.approve", READER),
        (READER, "access.request", READER),
    ]


def web(user: str, *domains: str) -> Actor:
    """Who acts in the marketplace: a user, with the domains that they speak for."""
    return Actor(Principal("user", user), frozenset(domains))


def test_whoever_asked_benefits_or_speaks_for_who_benefits_does_not_approve(mesh: Registry) -> None:
    request(mesh, KEY, "user:ann", actor=web("bob", "marketing"))
    for actor in (web("ann", "sales"), web("bob", "sales")):
        with pytest.raises(DeniedError, match="cannot approve its own request"):
            approve(mesh, KEY, "user:ann", actor=actor)
    approve(mesh, KEY, "user:ann", actor=web("sal", "sales"))
    request(mesh, KEY, READER, actor=web("mia", "marketing"))
    with pytest.raises(DeniedError, match="cannot approve its own request"):
        approve(mesh, KEY, READER, actor=web("both", "sales", "marketing"))
    with pytest.raises(DeniedError, match="does not decide about the products of sales"):
        approve(mesh, KEY, READER, actor=web("fin", "finance"))
    approve(mesh, KEY, READER, actor=web("sal", "sales"))
    assert revoke(mesh, KEY, READER, actor=web("mia", "marketing")).state == "revoked"
    request(mesh, KEY, READER, actor=Actor.named(READER))
    with pytest.raises(DeniedError, match="cannot approve its own request"):
        approve(mesh, KEY, READER, actor=web("mia", "sales", "marketing"))


def test_nobody_approves_an_own_request(mesh: Registry) -> None:
    request(mesh, KEY, READER, actor=Actor.named("user:ann"))
    for actor in (READER, "marketing", "user:ann", "user:ANN"):
        with pytest.raises(DeniedError, match="cannot approve its own request"):
            approve(mesh, KEY, READER, actor=Actor.named(actor))
    approve(mesh, KEY, READER, actor=Actor.named("user:bob"))


def test_other_domains_do_not_decide(mesh: Registry) -> None:
    request(mesh, KEY, READER, actor=Actor.named(READER))
    for action in (approve, deny):
        with pytest.raises(DeniedError, match="does not decide about the products of sales"):
            action(mesh, KEY, READER, actor=Actor.named("domain:finance"))
    assert [each.state for each in subscriptions(mesh)] == ["requested"]


def test_a_subscriber_ends_its_own(mesh: Registry) -> None:
    request(mesh, KEY, READER, actor=Actor.named(READER))
    assert deny(mesh, KEY, READER, actor=Actor.named(READER)).state == "denied"
    request(mesh, KEY, READER, actor=Actor.named(READER))
    approve(mesh, KEY, READER, actor=Actor.named(OWNER))
    assert revoke(mesh, KEY, READER, actor=Actor.named(READER)).state == "revoked"


def test_what_cannot_be_asked_for(mesh: Registry) -> None:
    with pytest.raises(InputError, match="no product") as error:
        request(mesh, "sales.customer", READER, actor=Actor.named(READER))
    assert KEY in str(error.value.hint)
    with pytest.raises(BlockedError, match="own product"):
        request(mesh, KEY, "sales", actor=Actor.named(OWNER))
    request(mesh, KEY, READER, actor=Actor.named(READER))
    with pytest.raises(BlockedError, match="the subscription is requested"):
        request(mesh, KEY, READER, actor=Actor.named("user:ann"))
    mesh.set_product_status(KEY, "retired", actor=OWNER)
    with pytest.raises(BlockedError, match="is retired"):
        request(mesh, KEY, "finance", actor=Actor.named("finance"))


def test_a_domain_whose_name_begins_alike_has_no_right(mesh: Registry) -> None:
    mesh.record_publication(record(product("x", domain="sales.emea"), plan_digest="plan 2"))
    assert may_read(mesh, "domain:sales.emea", "sales.emea.x")
    assert not may_read(mesh, "domain:sales", "sales.emea.x")


def test_nobody_reads_what_is_not_published(mesh: Registry) -> None:
    assert not may_read(mesh, OWNER, "sales.nothing")


def _approve(path: Path, outcome: multiprocessing.Queue[str]) -> None:
    with Registry.open(url(path)) as registry:
        try:
            outcome.put(approve(registry, KEY, READER, actor=Actor.named(OWNER)).state)
        except BlockedError as error:
            outcome.put(error.message)


def test_of_two_who_approve_at_once_one_does(mesh: Registry, path: Path) -> None:
    request(mesh, KEY, READER, actor=Actor.named(READER))
    spawn = multiprocessing.get_context("spawn")
    outcome: multiprocessing.Queue[str] = spawn.Queue()
    both = [spawn.Process(target=_approve, args=(path, outcome), daemon=True) for _ in range(2)]
    for each in both:
        each.start()
    said = sorted(outcome.get(timeout=60) for _ in both)
    for each in both:
        each.join(60)
    assert said == ["active", f"cannot approve {KEY} for {READER}: the subscription is active"]
    assert [each.action for each in mesh.audit_log(KEY)].count("access.approve") == 1


class Life(RuleBasedStateMachine):
    """Any order of requests and decisions of three principals keeps to the state machine."""

    principals = st.sampled_from(["domain:marketing", "domain:finance", "user:ann@example.com"])

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.registry = Registry.open(url(Path(self.folder.name) / "registry.db"))
        self.registry.record_publication(record())
        self.expected: dict[str, list[str]] = {}
        self.steps = 1

    def teardown(self) -> None:
        self.registry.close()
        self.folder.cleanup()

    @rule(principal=principals)
    def request(self, principal: str) -> None:
        states = self.expected.setdefault(principal, [])
        if states and states[-1] in ALIVE:
            with pytest.raises(BlockedError, match=states[-1]):
                request(self.registry, KEY, principal, actor=Actor.named(principal))
            return
        request(self.registry, KEY, principal, actor=Actor.named(principal))
        states.append("requested")
        self.steps += 1

    @rule(principal=principals, action=st.sampled_from(sorted(ACTIONS)))
    def decide(self, principal: str, action: Action) -> None:
        states = self.expected.setdefault(principal, [])
        before, after = TRANSITIONS[action]
        # On DuckDB there are no grants to wait for.
        after = "active" if action == "approve" else after
        if not states or states[-1] not in before:
            with pytest.raises(BlockedError, match=states[-1] if states else "nobody asked"):
                ACTIONS[action](self.registry, KEY, principal, actor=Actor.named(OWNER))
            return
        assert ACTIONS[action](self.registry, KEY, principal, actor=Actor.named(OWNER)).state == after
        states[-1] = after
        self.steps += 1

    @invariant()
    def the_registry_agrees(self) -> None:
        for principal, states in self.expected.items():
            assert [each.state for each in subscriptions(self.registry, principal=principal)] == states
            assert may_read(self.registry, principal, KEY) == (bool(states) and states[-1] == "active")
        assert len(self.registry.audit_log(KEY, limit=1000)) == self.steps


Life.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
TestLife = Life.TestCase
