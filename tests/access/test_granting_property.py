"""Whatever happens in whatever order, settling leaves exactly what active subscriptions need, and what others hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshport.access.principals import Actor
from meshport.access.subscriptions import approve, deny, request, revoke
from meshport.errors import BlockedError, UnavailableError
from meshport.model import Relation
from meshport.registry import Registry
from tests.access.catalog import Memory, published, reading
from tests.registry.samples import url

PRODUCTS = ("one", "two")
PEOPLE = st.sampled_from(["marketing", "finance"])
PORTS = st.sets(st.sampled_from(["a", "b", "c"]), min_size=1)
SALES = Actor.named("sales")


class World(RuleBasedStateMachine):
    """Two products, two consumers, a catalog in which somebody else grants and revokes, and faults."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.registry = Registry.open(url(Path(self.folder.name) / "registry.db"))
        self.catalog = Memory()
        self.number = 0
        self.ports: dict[str, set[str]] = {}
        self.retired: dict[str, set[str]] = {name: set() for name in PRODUCTS}
        self.approved: set[tuple[str, str]] = set()
        self.asked: set[tuple[str, str]] = set()
        self.theirs: set[str] = set()
        for name in PRODUCTS:
            self.publish(name, {"a"})

    def teardown(self) -> None:
        self.registry.close()
        self.folder.cleanup()

    def publish(self, product: str, ports: set[str]) -> None:
        self.number += 1
        # A retired name is not used again, and a port goes only by retiring.
        known = self.ports.get(product, set()) | ports
        self.registry.record_publication(published(self.number, sorted(known), product))
        self.ports[product] = known

    @rule(product=st.sampled_from(PRODUCTS), ports=PORTS)
    def publishes(self, product: str, ports: set[str]) -> None:
        self.publish(product, ports - self.retired[product])

    @rule(product=st.sampled_from(PRODUCTS), port=st.sampled_from(["a", "b", "c"]))
    def retires(self, product: str, port: str) -> None:
        if port in self.ports[product]:
            self.registry.set_port_status(f"sales.{product}", port, "retired", actor="user:ann")
            self.retired[product].add(port)

    @rule(product=st.sampled_from(PRODUCTS), who=PEOPLE)
    def asks(self, product: str, who: str) -> None:
        if (product, who) not in self.asked | self.approved:
            request(self.registry, f"sales.{product}", who, actor=Actor.named(who))
            self.asked.add((product, who))

    @rule(product=st.sampled_from(PRODUCTS), who=PEOPLE, yes=st.booleans())
    def decides(self, product: str, who: str, yes: bool) -> None:
        place = (product, who)
        if place in self.asked:
            (approve if yes else deny)(self.registry, f"sales.{product}", who, actor=SALES)
            self.asked.discard(place)
            self.approved |= {place} if yes else set()

    @rule(product=st.sampled_from(PRODUCTS), who=PEOPLE)
    def ends(self, product: str, who: str) -> None:
        try:
            revoke(self.registry, f"sales.{product}", who, actor=SALES)
        except BlockedError:
            assert (product, who) not in self.approved
        self.approved.discard((product, who))

    @rule(product=st.sampled_from(PRODUCTS), who=PEOPLE)
    def somebody_else_grants(self, product: str, who: str) -> None:
        text = f"USE SCHEMA on sales_published.{product} to {who}"
        if text not in self.catalog.texts:
            self.catalog.by_hand(Relation("sales_published", product, ""), "USE SCHEMA", who)
            if text not in self.needed():
                self.theirs.add(text)

    @rule(who=PEOPLE)
    def a_settling_fails(self, who: str) -> None:
        self.catalog.unknown = {who}
        self.catalog.settle(self.registry)
        self.catalog.unknown = set()

    @rule()
    def a_settling_is_cut_off(self) -> None:
        def broken(*_: object) -> None:
            raise KeyboardInterrupt

        self.catalog.grant = broken  # type: ignore[method-assign]
        try:
            self.catalog.settle(self.registry)
        except KeyboardInterrupt:
            pass
        finally:
            del self.catalog.grant

    def needed(self) -> set[str]:
        """Return what approved subscriptions need."""
        found: set[str] = set()
        for product, who in self.approved:
            found |= reading(who, *(self.ports[product] - self.retired[product]), schema=product)
        return found

    @invariant()
    def the_catalog_holds_what_is_needed_and_what_is_theirs(self) -> None:
        try:
            done = self.catalog.settle(self.registry)
        except UnavailableError as error:
            raise AssertionError from error
        assert done.problems == ()
        assert self.catalog.texts == self.needed() | self.theirs
        granted = {
            (each.product.partition(".")[2], each.principal.partition(":")[2])
            for each in self.registry.subscriptions(states=["active"])
        }
        assert granted <= self.approved
        assert granted >= {place for place in self.approved if self.ports[place[0]] - self.retired[place[0]]}


World.TestCase.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
TestWorld = World.TestCase
