"""Several processes on one domain at once."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meshport.catalogs import duckdb as catalog
from meshport.errors import ExitCode
from meshport.plan import site
from tests.publish import toy
from tests.publish.domain import Domain
from tests.publish.rendering import Memory

pytestmark = pytest.mark.dbt

ROOT = Path(__file__).parents[2]
PUBLISH = """
    from pathlib import Path
    from meshport.cli import main
    from meshport.dbt_command import Dbt
    from tests.publish.rendering import Memory

    Dbt.render = Memory(Path(sys.argv[2])).as_method()
    ready()
    main(["publish", "--yes", "--project-dir", sys.argv[1]])
"""
HOLD = """
    import duckdb

    held = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reading")
    ready()
    sys.stdin.read()
"""
HOLD_REGISTRY = """
    import sqlite3

    held = sqlite3.connect(sys.argv[1], isolation_level=None)
    held.execute("begin exclusive")
    ready()
    sys.stdin.read()
"""


class Process:
    """Another Python, which says when it is ready and goes on when it is told to, or runs to its end."""

    def __init__(self, script: str, *arguments: object) -> None:
        start = "import sys\ndef ready():\n    print('ready', flush=True)\n"
        self.process = subprocess.Popen(
            [sys.executable, "-c", start + textwrap.dedent(script), *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n", self.process.communicate()[1]

    def end(self) -> tuple[int, str, str]:
        """Let it go on, and return its exit code and what it printed."""
        out, err = self.process.communicate("")
        return self.process.returncode, out, err


@contextmanager
def holding(script: str, *arguments: object) -> Iterator[Process]:
    """Have another process hold something."""
    process = Process(script, *arguments)
    try:
        yield process
    finally:
        process.end()


def test_of_two_publishes_at_once_one_waits_or_is_refused(domain: Domain, memory: Memory) -> None:
    domain.copy(domain.path.parent / "rehearsal").publish()  # dbt renders once, so that both reach the writing together
    both = [Process(PUBLISH, domain.path, memory.folder) for _ in range(2)]
    ended = [process.end() for process in both]
    codes = sorted(code for code, _, _ in ended)
    # The second one waited and found all done, or planned before the first one wrote and is told so.
    assert codes in ([ExitCode.OK, ExitCode.OK], [ExitCode.OK, ExitCode.MOVED]), ended
    assert all("Traceback" not in err for _, _, err in ended)
    assert domain.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert len(domain.publications("sales.customer_orders")) == 1
    assert domain.in_sync()


def test_a_publish_waits_for_the_one_that_runs(published: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease is held by a process that lives: the second publish is refused by name after its wait."""
    monkeypatch.setattr(site, "LOCK_WAIT_SECONDS", 0.2)
    published.rebuild()
    with published.registry() as registry, registry.lock("sales", "user:ann", 0):
        done = published.publish(code=ExitCode.UNAVAILABLE)
    assert "user:ann is publishing sales" in done.err
    assert f"process {os.getpid()}" in done.err
    published.publish()
    assert published.in_sync()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment, not ten seconds, for a file that another process has open."""
    monkeypatch.setattr(catalog, "WAIT_SECONDS", 0.3)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("how", ["reading", "writing"])
def test_somebody_has_the_published_file_open(published: Domain, how: str) -> None:
    published.rebuild()
    with holding(HOLD, published.published, how) as holder:
        done = published.publish(code=ExitCode.UNAVAILABLE)
        assert f"the DuckDB file is in use by process {holder.process.pid}" in done.err
        assert str(published.published) in done.err
    published.publish()
    assert published.in_sync()


@pytest.mark.usefixtures("impatient")
def test_a_plan_is_made_while_somebody_reads(published: Domain) -> None:
    with holding(HOLD, published.published, "reading"):
        assert not published.plan().actionable


@pytest.mark.usefixtures("impatient")
def test_dbt_is_building_while_we_publish(published: Domain) -> None:
    published.rebuild()
    with holding(HOLD, published.internal, "writing") as holder:
        done = published.publish(code=ExitCode.UNAVAILABLE)
        assert f"by process {holder.process.pid}" in done.err
        assert str(published.internal) in done.err
    assert published.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    published.publish()
    assert published.in_sync()


def test_the_file_is_free_again_in_time(published: Domain) -> None:
    """A publish waits for a reader that is only there for a moment."""
    published.rebuild()
    holder = Process(HOLD.replace("sys.stdin.read()", "import time; time.sleep(1)"), published.published, "reading")
    published.publish()
    holder.end()
    assert published.in_sync()


def test_the_registry_is_locked(published: Domain) -> None:
    published.rebuild()
    with holding(HOLD_REGISTRY, published.registry_file):
        done = published.publish(code=ExitCode.UNAVAILABLE)
        assert "the registry is in use by another program" in done.err
        assert str(published.registry_file) in done.err
    published.publish()
    assert published.in_sync()
