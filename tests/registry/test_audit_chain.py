"""The audit log tells of every way in which it can be tampered with, but one; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from meshport.registry import Registry
from meshport.registry.chain import GENESIS, link
from meshport.registry.dialects import append_only_off
from meshport.registry.types import Anchor


@pytest.fixture
def log(each_registry: Registry) -> Registry:
    """Five entries, and nobody who keeps them from being changed."""
    for number in range(1, 6):
        each_registry.audit("user:ann", "looked", f"thing {number}", {"why": 'it\'s "ü"'})
    tamper(each_registry, *append_only_off("audit", each_registry._engine.dialect.name))
    return each_registry


def tamper(registry: Registry, *statements: str) -> None:
    with registry._write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_a_log_that_nobody_touched_holds(log: Registry) -> None:
    found = log.verify_audit()
    assert (found.entries, found.broken) == (5, None)
    log.audit("user:ann", "looked", "once more", {})
    assert log.verify_audit(found.anchor).broken is None


@pytest.mark.parametrize(
    ("statement", "number", "problem"),
    [
        ("UPDATE audit SET actor = 'user:eve' WHERE id = 3", 3, "was changed"),
        ("UPDATE audit SET at = '2020' WHERE id = 1", 1, "was changed"),
        ("UPDATE audit SET detail = '{}' WHERE id = 5", 5, "was changed"),
        ("UPDATE audit SET hash = 'x' WHERE id = 2", 2, "was changed"),
        ("DELETE FROM audit WHERE id = 3", 4, "entries between 2 and it were taken out"),
        ("DELETE FROM audit WHERE id = 1", 2, "was changed"),
        ("DELETE FROM audit WHERE id >= 4", 4, "entries up to 5 were written and the last one here is 3"),
        ("DELETE FROM audit", 1, "entries up to 5 were written and the last one here is 0"),
        ("DELETE FROM audit_head", 5, "the record of the newest entry is gone"),
        ("UPDATE audit_head SET last = 4", 6, "the record of the newest entry says 4, not 5"),
        ("INSERT INTO audit SELECT 6, at, actor, action, subject, detail, hash FROM audit WHERE id = 5", 6, "changed"),
    ],
)
def test_the_first_entry_that_does_not_hold_is_named(log: Registry, statement: str, number: int, problem: str) -> None:
    tamper(log, statement)
    found = log.verify_audit()
    assert found.broken is not None
    assert found.broken.number == number
    assert problem in found.broken.problem


def test_only_an_anchor_tells_of_a_tail_that_was_cut_off_thoroughly(log: Registry) -> None:
    noted = log.verify_audit().anchor
    tamper(
        log,
        "DELETE FROM audit WHERE id >= 4",
        "UPDATE audit_head SET last = 3, hash = (SELECT hash FROM audit WHERE id = 3)",
    )
    assert log.verify_audit().broken is None
    found = log.verify_audit(noted)
    assert found.broken is not None
    assert (found.broken.number, found.broken.problem) == (5, "the entry that was noted is not there")
    for number in (4, 5):
        log.audit("user:eve", "looked", f"thing {number}", {})
    found = log.verify_audit(noted)
    assert found.broken is not None
    assert "rewritten" in found.broken.problem
    assert log.verify_audit(Anchor(2, "0" * 64)).broken is not None


def test_no_two_contents_have_one_text() -> None:
    first = link("", 1, "a", "b", "c", "d", "e")
    assert first != link("", 1, "a", "b", "c", "d1", "e")
    assert first != link("", 1, "ab", "", "c", "d", "e")


def test_a_hash_is_made_as_it_always_was() -> None:
    """Whoever changes this makes every log of the past look tampered with."""
    at = "2026-11-24T10:00:00.000000+00:00"
    made = link(GENESIS, 1, at, "user:ann", "access.approve", "sales.orders", '{"principal":"domain:ü"}')
    assert made == "c5d998f77ebc5f0bfd94a5d48c80601d0d4f2e63dc64864fdf94f1d14c54ea5c"


def test_writers_at_once_make_one_chain(each_registry: Registry) -> None:
    def write(name: str) -> None:
        for number in range(10):
            each_registry.audit(name, "counted", str(number), {})

    in_threads([lambda name=f"user:{number}": write(name) for number in range(6)])  # type: ignore[misc]
    found = each_registry.verify_audit()
    assert (found.entries, found.broken) == (60, None)
    entries = each_registry.audit_log(limit=100)
    assert [each.id for each in entries] == list(range(60, 0, -1))


def in_threads(work: list[Callable[[], None]]) -> None:
    """Do all of it at once, and raise what failed."""
    failed: list[BaseException] = []

    def guarded(one: Callable[[], None]) -> None:
        try:
            one()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
