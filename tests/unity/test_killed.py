"""Killed between any two steps, the next run converges: nothing of ours is lost, nothing of others is taken or lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from meshport.catalogs.unity.apply import Registrar
from meshport.catalogs.unity.client import UnityClient
from meshport.catalogs.unity.files import Exporter
from meshport.registry.book import Book
from tests.publish import toy
from tests.unity.registered import Registered

pytestmark = pytest.mark.dbt

THEIRS = "theirs@example.com"
FINANCE = "finance@example.com"


class Killed(BaseException):
    """The process ends here. Nothing catches it, so nothing is tidied up."""


class Steps:
    """Everything that a run changes: on the server, in the ledger, on the disk. It is killed before the `last` one."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.done = 0
        self.last: int | None = None
        send = UnityClient._send

        def watched(client: UnityClient, method: str, path: str, body: Any = None) -> bytes:
            if method != "GET":
                self.step()
            return send(client, method, path, body)

        patch.setattr(UnityClient, "_send", watched)
        for owner, name in ((Book, "write"), (Book, "forget"), (Exporter, "export")):
            patch.setattr(owner, name, self.counting(getattr(owner, name)))
        patch.setattr(Registrar, "_remove_files", self.counting(Registrar._remove_files))

    def counting(self, method: Any) -> Any:
        def counted(*given: Any) -> Any:
            self.step()
            return method(*given)

        return counted

    def step(self) -> None:
        if self.done == self.last:
            raise Killed
        self.done += 1

    def killed_at(self, number: int, mesh: Registered) -> bool:
        """Register and be killed before a step; return whether it came to that."""
        self.done, self.last = 0, number
        try:
            mesh.apply()
        except Killed:
            return True
        finally:
            self.last = None
        return False


def converges(mesh: Registered, tables: set[str]) -> None:
    mesh.apply()
    assert mesh.tables() == tables
    assert len(mesh.builds()) == len(tables)
    mesh.in_sync()


def test_registering_for_the_first_time(mesh: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh.server.add_user(FINANCE)
    mesh.subscribe("sales.customer_orders", "finance")
    steps = Steps(monkeypatch)
    catalog = mesh.catalog
    number = 0
    # Every fourth step: the same few are done for one thing after the other.
    while True:
        mesh.catalog = f"{catalog}_{number}"
        mesh.configure(catalog=mesh.catalog, storage=f"files{number}")
        if not steps.killed_at(number, mesh):
            break
        monkeypatch.setattr(Registered, "files", property(lambda mesh, n=number: mesh.domain.path / f"files{n}"))
        converges(mesh, set(toy.PORTS))
        assert mesh.server.granted("table", f"{mesh.catalog}.customer_orders.orders") == {FINANCE: {"SELECT"}}
        with closing(sqlite3.connect(mesh.domain.registry_file)) as registry:
            # Else the next round would also move what this one has registered.
            registry.execute("delete from ledger where catalog like 'unity:%'")
            registry.commit()
        number += 4
    assert number > 20


def test_making_a_table_anew_that_others_have_grants_on(mesh: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh.server.add_user(FINANCE)
    mesh.server.add_user(THEIRS)
    mesh.subscribe("sales.customer_orders", "finance")
    mesh.apply()
    name = f"{mesh.catalog}.customer_orders.orders"
    mesh.server.grant("table", name, THEIRS, "SELECT", "MODIFY")
    steps = Steps(monkeypatch)
    number, killed = 0, True
    while killed:
        said = ("--port", "orders", "--on", f"2030-01-{number + 1:02}")
        assert mesh.domain.run("product", "deprecate", "customer_orders", *said).code == 0
        killed = steps.killed_at(number, mesh)
        converges(mesh, set(toy.PORTS))
        assert mesh.table("customer_orders.orders")["properties"]["meshport.deprecation_date"] == said[-1]
        assert mesh.server.granted("table", name) == {FINANCE: {"SELECT"}, THEIRS: {"MODIFY", "SELECT"}}
        number += 1
    assert number > 8
