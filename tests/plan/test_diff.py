"""What holds of every difference."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from hypothesis import event, given
from hypothesis import strategies as st

from meshport.model import Relation
from meshport.plan.diff import diff
from meshport.plan.types import Change
from meshport.resources import Resource, place_of
from tests.plan.strategies import World, resources, worlds


def carried_out(changes: Iterable[Change], world: World) -> dict[str, Resource]:
    """Return what is there once the changes were made, by key: the catalog as a model of three lines."""
    found = {resource.key: resource for resource in world.observed}
    wanted = {resource.key: resource for resource in world.desired}
    for change in changes:
        blank = Resource(kind=change.kind, relation=change.relation, column=change.column, name=change.name, fields={})
        if change.action == "delete":
            del found[blank.key]
            continue
        # A rewritten port has the columns and rows of its new copy: whatever they are, the ledger learns them.
        assert wanted[blank.key]
        before = found[blank.key].fields if change.action == "update" else {}
        new = {field.field: field.new for field in change.fields if field.new is not None}
        found[blank.key] = msgspec.structs.replace(blank, fields={**before, **new})
    return found


@given(worlds())
def test_equal_sides_differ_in_nothing(world: World) -> None:
    ledger = {resource.key: resource.fields for resource in world.observed}
    assert diff(world.observed, world.observed, ledger) == ([], [])
    assert diff(world.observed, world.observed, {}) == ([], [])
    assert diff(world.observed, world.observed, ledger, interrupted=True) == ([], [])


@given(worlds(), st.booleans())
def test_after_the_changes_nothing_is_left_to_change(world: World, interrupted: bool) -> None:
    changes, foreign = diff(world.desired, world.observed, world.ledger, interrupted=interrupted)
    event(f"changes: {min(len(changes), 5)}, foreign: {min(len(foreign), 3)}")
    found = carried_out(changes, world)
    wanted = {resource.key for resource in world.desired}
    ledger = {key: resource.fields for key, resource in found.items() if key in wanted}
    assert diff(world.desired, found.values(), ledger) == ([], foreign)


@given(worlds())
def test_what_is_foreign_is_never_changed(world: World) -> None:
    changes, foreign = diff(world.desired, world.observed, world.ledger)
    ours = {resource.key for resource in world.desired} | world.ledger.keys()
    theirs = [resource for resource in world.observed if resource.key not in ours]
    found = carried_out(changes, world)
    assert all(found[resource.key] == resource for resource in theirs)
    listed = [(item.kind, item.subject, item.name, item.value) for item in foreign]
    assert listed == [
        (r.kind, r.subject, r.name, r.fields.get("value", r.fields.get("text"))) for r in theirs if r.kind != "port"
    ]


@given(worlds())
def test_a_relation_is_never_deleted(world: World) -> None:
    changes, _ = diff(world.desired, world.observed, world.ledger)
    assert not [change for change in changes if change.kind == "port" and change.action == "delete"]


@given(worlds())
def test_drift_is_only_what_differs_from_the_ledger(world: World) -> None:
    changes, _ = diff(world.desired, world.observed, world.ledger)
    found = {resource.key: resource.fields for resource in world.observed}
    for change in changes:
        key = Resource(change.kind, change.relation, {}, change.column, change.name).key
        assert not change.drift or world.ledger[key] != found.get(key)
    quiet, _ = diff(world.desired, world.observed, world.ledger, interrupted=True)
    assert not [change for change in quiet if change.drift and change.action != "delete"]


@given(st.lists(resources(st.text(st.sampled_from("/%.~2Fa "), max_size=4)), min_size=2, max_size=6))
def test_different_resources_have_different_keys(made: list[Resource]) -> None:
    places = {(r.kind, r.relation, r.column, r.name) for r in made}
    assert len({resource.key for resource in made}) == len(places)


@given(resources(st.text(max_size=6)))
def test_a_key_leads_back_to_its_relation(resource: Resource) -> None:
    assert place_of(resource.key) == resource.relation


def test_a_key_keeps_parts_apart() -> None:
    one = Resource("tag", Relation("a/b", "c", "d"), {"value": "x"})
    other = Resource("tag", Relation("a", "b/c", "d"), {"value": "x"})
    assert one.key != other.key
