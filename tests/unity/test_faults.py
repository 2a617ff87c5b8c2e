"""The server is down, busy, refuses, or loses an answer; its names are not ours; the settings do not fit."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from meshport.catalogs.unity import client
from meshport.errors import ExitCode
from tests.publish import toy
from tests.publish.domain import Domain
from tests.unity.faults import Fault, Request
from tests.unity.registered import Registered

pytestmark = pytest.mark.dbt


def first(*faults: Fault, method: str = "") -> Callable[[Request, int], Fault | None]:
    """Return what makes these happen in turn, to the first requests of a method, and then nothing."""
    left = list(faults)
    return lambda request, _: left.pop(0) if left and method in ("", request.method) else None


@pytest.mark.parametrize(
    "faults",
    [
        (Fault(500), Fault(503, (("Retry-After", "0"),)), Fault(429)),
        (Fault(None), Fault(None, late=True), Fault(502, late=True)),
    ],
    ids=["busy", "answers are lost"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_short_trouble_is_waited_for(mesh: Registered, faults: tuple[Fault, ...], method: str) -> None:
    mesh.proxy.fault = first(*faults, method=method)
    done = mesh.apply()
    assert "again (4 of 4)" in done.err
    assert mesh.tables() == set(toy.PORTS)
    mesh.in_sync()


def test_a_delete_whose_answer_is_lost_is_done(mesh: Registered) -> None:
    mesh.apply()
    with mesh.domain.registry() as registry:
        registry.set_product_status("sales.revenue", "retired", actor="user:test")
    mesh.proxy.fault = first(Fault(None, late=True), method="DELETE")
    mesh.apply()
    assert "revenue.revenue_by_country" not in mesh.tables()
    mesh.in_sync()


def test_a_long_wait_is_not_waited_for(mesh: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(client.time, "sleep", slept.append)
    mesh.proxy.fault = first(Fault(429, (("Retry-After", "3600"),)))
    done = mesh.apply(code=ExitCode.UNAVAILABLE)
    assert "answers 429: a fault of the test, and asks to wait 3,600 seconds" in done.err
    assert slept == []


def test_a_server_that_stays_broken_midway_is_an_error_and_the_next_run_goes_on(mesh: Registered) -> None:
    mesh.proxy.fault = lambda request, writes: Fault(500) if writes >= 4 and request.writes else None
    done = mesh.apply(code=ExitCode.UNAVAILABLE)
    assert "answers 500: a fault of the test" in done.err
    assert "where: POST /api/2.1/unity-catalog/tables" in done.err
    assert "fix:   is it running? then run the same command again: it goes on where it stopped" in done.err
    mesh.proxy.fault = lambda request, writes: None
    assert "an earlier run did not finish" in mesh.domain.run("unity", "plan").out
    mesh.apply()
    assert mesh.tables() == set(toy.PORTS)
    mesh.in_sync()


def test_a_server_that_is_not_there(mesh: Registered) -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        mesh.configure(url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        done = mesh.apply(code=ExitCode.UNAVAILABLE)
    assert "cannot be reached (NewConnectionError)" in done.err


def test_a_server_that_is_something_else(mesh: Registered) -> None:
    mesh.proxy.fault = lambda request, writes: Fault(302, (("Location", "https://elsewhere"),))
    assert "has moved (302)" in mesh.apply(code=ExitCode.INPUT).err
    mesh.proxy.fault = lambda request, writes: Fault(200)
    assert "answers something else than a Unity Catalog server" in mesh.apply(code=ExitCode.INPUT).err


def test_a_refusal_says_what_the_server_said(mesh: Registered) -> None:
    mesh.proxy.fault = lambda request, writes: Fault(400) if request.writes else None
    done = mesh.apply(code=ExitCode.INPUT)
    assert "refuses it (400): a fault of the test" in done.err
    assert "where: POST /catalogs" in done.err


def test_a_name_that_the_server_refuses_blocks_and_says_why(mesh: Registered) -> None:
    """The plan says it, and the server, asked directly, agrees."""
    for name in ("it's", 'say "hi"', "two words", "crème", "with.dot", "x" * 256):
        mesh.configure(catalog=name)
        done = mesh.apply(code=ExitCode.BLOCKED)
        assert "a Unity Catalog server takes no catalog of that name" in done.out
        assert mesh.server.ask("POST", "/catalogs", {"name": name})[0] == 400
    assert mesh.proxy.writes == []


def test_a_port_whose_type_does_not_fit_blocks_its_product_only(mesh: Registered) -> None:
    by_hand = "alter table revenue.revenue_by_country add column either union(a integer, b varchar)"
    mesh.domain.by_hand(by_hand)
    done = mesh.apply(code=ExitCode.BLOCKED)
    assert "revenue_by_country.either" in done.out
    assert "a Unity Catalog server has no type for UNION" in done.out
    assert mesh.tables() == {"customer_orders.customers_v1", "customer_orders.orders"}


def test_columns_and_comments_may_hold_anything(mesh: Registered) -> None:
    mesh.domain.by_hand(
        """alter table revenue.revenue_by_country rename column country to "it's ""the"" größte spalte" """,
        """comment on column revenue.revenue_by_country.revenue is 'Umsatz in €; "net", it''s\nafter tax 🎉'""",
    )
    mesh.apply()
    columns = {c["name"]: c.get("comment") for c in mesh.table("revenue.revenue_by_country")["columns"]}
    assert columns == {
        """it's "the" größte spalte""": None,
        "revenue": 'Umsatz in €; "net", it\'s\nafter tax 🎉',
    }
    (file,) = mesh.files.glob("revenue/revenue_by_country/*/data.parquet")
    assert duckdb.sql(f"from '{file}'").columns == list(columns)
    mesh.in_sync()


def test_a_file_that_was_tampered_with_is_not_registered(mesh: Registered) -> None:
    mesh.domain.by_hand("drop table revenue.revenue_by_country")
    done = mesh.apply(code=ExitCode.BLOCKED)
    assert "the published file does not hold the build that the registry knows" in done.out
    assert "run `meshport publish`" in done.out


def test_the_export_fails_and_leaves_nothing_half(mesh: Registered) -> None:
    mesh.files.parent.mkdir(exist_ok=True)
    mesh.files.write_text("a file where the folder should be")
    done = mesh.apply(code=ExitCode.UNAVAILABLE)
    assert "cannot be written as a file" in done.err
    assert "fix:   is there room on the disk, and may you write to `unity.storage`?" in done.err
    mesh.files.unlink()
    mesh.apply()
    assert mesh.tables() == set(toy.PORTS)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "no Unity Catalog server is named"),
        ("unity: {url: 'http://localhost:1'}", "no folder is named for the rows of published ports"),
        ("unity: {url: 'localhost:8080', storage: files}", "localhost:8080 is no URL of a Unity Catalog server"),
        ("unity: {url: 'http://ann:secret@localhost', storage: files}", "http://localhost has a user in it"),
        ("unity: {url: 'http://localhost', storage: files, colour: red}", "unknown field `colour`"),
    ],
)
def test_settings_that_do_not_fit_are_explained(tmp_path: Path, said: str, message: str) -> None:
    (tmp_path / "mesh.yml").write_text(f"domain: sales\nregistry: registry.db\n{said}\n")
    for action in ("plan", "apply"):
        done = Domain(tmp_path).run("unity", action)
        assert done.code == ExitCode.INPUT
        assert message in done.err
        assert "secret" not in done.err
