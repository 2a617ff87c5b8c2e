"""What a publish writes down while it works."""

from __future__ import annotations

import pytest

from meshport.registry import Registry
from meshport.registry.types import JournalRun, LedgerKey

CATALOG, OWNER = "/data/sales_published.duckdb", "sales"


@pytest.fixture
def registry(each_registry: Registry) -> Registry:
    """A registry on each of the two databases."""
    return each_registry


def test_the_ledger_is_written_updated_and_forgotten_in_bulk(registry: Registry) -> None:
    entries = {LedgerKey("tag", f'it\'s "{number}"'): f"value {number}" for number in range(1000)}
    registry.write_ledger(CATALOG, OWNER, entries)
    assert registry.ledger(CATALOG, OWNER) == entries
    some = dict.fromkeys(list(entries)[:10], "changed")
    registry.write_ledger(CATALOG, OWNER, some)
    assert registry.ledger(CATALOG, OWNER) == {**entries, **some}
    registry.forget(CATALOG, OWNER, [*list(entries)[10:], LedgerKey("tag", "never there")])
    assert registry.ledger(CATALOG, OWNER) == some


def test_nothing_to_write_or_forget_is_nothing(registry: Registry) -> None:
    registry.write_ledger(CATALOG, OWNER, {})
    registry.forget(CATALOG, OWNER, [])
    assert registry.ledger(CATALOG, OWNER) == {}


def test_ledgers_of_catalogs_and_owners_are_apart(registry: Registry) -> None:
    key = LedgerKey("port", "customers")
    for catalog, owner in ((CATALOG, OWNER), (CATALOG, "marketing"), ("other", OWNER)):
        registry.write_ledger(catalog, owner, {key: f"{catalog} {owner}"})
    registry.forget(CATALOG, OWNER, [key])
    assert registry.ledger(CATALOG, OWNER) == {}
    assert registry.ledger(CATALOG, "marketing") == {key: f"{CATALOG} marketing"}
    assert registry.ledger("other", OWNER) == {key: f"other {OWNER}"}


def test_a_run_that_did_not_end_is_found_with_its_last_step(registry: Registry) -> None:
    first = registry.journal_begin("sales", "plan 1", "user:ann")
    second = registry.journal_begin("sales", "plan 2", "user:bob")
    registry.journal_begin("marketing", "plan 3", "user:ann")
    registry.journal(first, "stage customers", "done", None)
    registry.journal(first, "swap customers", "failed", 'it\'s "locked"')
    found = registry.unfinished("sales")
    assert [(run.id, run.plan_digest, run.actor, run.last_step, run.last_state) for run in found] == [
        (first, "plan 1", "user:ann", "swap customers", "failed"),
        (second, "plan 2", "user:bob", None, None),
    ]
    assert all(isinstance(run, JournalRun) and run.started_at for run in found)
    registry.journal_end(first, "failed")
    registry.journal_end(second, "done")
    assert registry.unfinished("sales") == []
