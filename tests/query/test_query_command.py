"""`meshport query` as it is used: what it prints, what it says aside, what it leaves in the audit log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.query.conftest import OPEN, ROWS, SECRET, Market
from tests.query.running import Ran, meshport

Ask = Callable[..., Ran]
TYPES = """
    select 1.50::decimal(5, 2) as d, date '2026-01-31' as day, timestamptz '2026-01-31 10:00:00+00' as at,
        time '10:30' as t, 'ab'::blob as b, interval 2 days as i, [1, null] as l, {'k': 'v'} as s, map {1: 'x'} as m,
        170141183460469231731687303715884105727 as h, 'nan'::double as n, 1.5::double as f, true as y, null as nothing,
        '3f2a1b0c-0000-4000-8000-000000000000'::uuid as u, 1 as d"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def ask(market: Market, home: Path) -> Ask:
    def run(*arguments: object, principal: str = "marketing") -> Ran:
        return meshport(
            "query", "--as", principal, "--registry", market.registry_path, "--project-dir", home, *arguments
        )

    return run


def test_rows_come_out(ask: Ask, market: Market) -> None:
    ran = ask(f"select * from {OPEN} order by id")
    assert ran.out.split() == ["id", "text", "1", "open", "one", "2", "open", "two"]
    entry = market.registry.audit_log("sales.orders", 1)[0]
    assert entry.action == "query"
    assert entry.detail == {"as": "domain:marketing", "sql": f"select * from {OPEN} order by id"}


def test_json_is_for_programs(ask: Ask) -> None:
    said = json.loads(ask("--format", "json", f"select * from {OPEN} order by id").out)
    assert said["rows"] == [list(row) for row in ROWS]
    assert said["columns"][0] == {"name": "id", "type": "INTEGER"}
    assert said["more"] is False


def test_every_type_can_be_said_in_json(ask: Ask) -> None:
    assert json.loads(ask("--format", "json", TYPES).out)["rows"] == [
        [
            *("1.50", "2026-01-31", "2026-01-31T10:00:00+00:00", "10:30:00", "6162", "2 days, 0:00:00", [1, None]),
            *({"k": "v"}, {"1": "x"}, "170141183460469231731687303715884105727", "nan", 1.5, True, None),
            *("3f2a1b0c-0000-4000-8000-000000000000", 1),
        ]
    ]


def test_a_long_result_is_cut_and_said_so(ask: Ask) -> None:
    ran = ask("--max-rows", 1, "--format", "markdown", f"select * from {OPEN} order by id")
    assert ran.out.splitlines() == ["| id | text |", "| --- | --- |", "| 1 | open one |"]
    assert "Cut after 1 rows" in ran.err
    assert "Cut" not in ask("--max-rows", 2, f"from {OPEN}").err


def test_files_are_said_not_to_be_protected_once(ask: Ask) -> None:
    assert "whoever can open a published file" in ask(f"from {OPEN}").err
    assert ask(f"from {OPEN}").err == ""


def test_a_note_that_cannot_be_remembered_is_no_error(ask: Ask, home: Path) -> None:
    (home / "data").write_text("a file where a folder should be")
    assert "Note" in ask(f"from {OPEN}").err
    assert ask(f"from {OPEN}").code == 0


def test_a_denied_reader_is_told_how_to_ask(ask: Ask) -> None:
    ran = ask(f"from {SECRET}")
    assert (ran.code, ran.out) == (7, "")
    assert "meshport access request sales.secret --as domain:marketing" in ran.err


def test_a_wrong_name_gets_near_ones(ask: Ask) -> None:
    ran = ask("from sales_published.orders.orders")
    assert ran.code == 4
    assert f"did you mean {OPEN}" in ran.err


def test_quoted_names_are_found(ask: Ask) -> None:
    assert "quoted" in ask("""select * from sales_published.orders."or'ders v2" """).out


def test_a_retired_port_is_not_read(market: Market, ask: Ask) -> None:
    market.registry.set_port_status("sales.orders", "or'ders v2", "retired", actor="user:sal", replaced_by="orders_v1")
    try:
        ran = ask("""select * from sales_published.orders."or'ders v2" """)
    finally:
        market.registry.set_port_status("sales.orders", "or'ders v2", "published", actor="user:sal")
    assert ran.code == 4
    assert "is retired" in ran.err
    assert "use orders_v1" in ran.err


def test_a_published_file_that_is_gone_is_named(market: Market, ask: Ask) -> None:
    away = market.file.with_suffix(".away")
    market.file.rename(away)
    try:
        ran = ask(f"from {OPEN}")
    finally:
        away.rename(market.file)
    assert ran.code == 5
    assert str(market.file) in ran.err


def test_the_published_file_is_never_written(market: Market, ask: Ask) -> None:
    before = market.file.read_bytes()
    ask(f"from {OPEN}")
    assert market.file.read_bytes() == before
    with duckdb.connect(str(market.file), read_only=True) as connection:
        assert connection.execute("select count(*) from orders.orders_v1").fetchall() == [(2,)]
