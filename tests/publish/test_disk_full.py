"""No room left while publishing: a clear error, consumers keep what they had, and the next run converges.

The system is asked for a limit on the size of files, which fails writes as a full disk does, for one process only.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from meshport.errors import ExitCode
from tests.publish import toy
from tests.publish.domain import Domain
from tests.publish.rendering import Memory

pytestmark = pytest.mark.dbt

ROOT = Path(__file__).parents[2]
SCRIPT = """
import resource, sys
from pathlib import Path
from meshport.cli import main
from meshport.dbt_command import Dbt
from tests.publish.rendering import Memory

Dbt.render = Memory(Path(sys.argv[2])).as_method()
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
main(["publish", "--yes", "--project-dir", sys.argv[1]])
"""
# Rows that do not compress: megabytes where there were a few lines.
MANY = (
    "insert into customers_v1 select 10 + range, md5(range::varchar) || '@example.com', md5((-range)::varchar), born "
    "from range(200000), (select born from customers_v1 limit 1)"
)


def publish_with(limit: int, domain: Domain, memory: Memory) -> subprocess.CompletedProcess[str]:
    """Publish in a process whose files may not grow beyond `limit` bytes."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(domain.path), str(memory.folder), str(limit)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("room", [0, 1 << 20])
def test_no_room_for_a_port(published: Domain, memory: Memory, room: int) -> None:
    published.rebuild(MANY)
    done = publish_with(published.published.stat().st_size + room, published, memory)
    assert done.returncode == ExitCode.UNAVAILABLE, done
    assert "\nError: " in "\n" + done.stderr
    assert "Traceback" not in done.stderr
    assert published.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert len(published.publications("sales.customer_orders")) == 1
    published.publish()
    assert published.ask("select count(*) from customer_orders.customers_v1") == [(200_002,)]
    assert published.in_sync()


@pytest.mark.parametrize("limit", [4096, 65536])
def test_no_room_for_the_registry(published: Domain, memory: Memory, limit: int) -> None:
    published.rebuild("update customers_v1 set country = 'DE'")
    done = publish_with(limit, published, memory)
    assert done.returncode == ExitCode.UNAVAILABLE, done
    assert "Traceback" not in done.stderr
    assert len(published.publications("sales.customer_orders")) == 1
    published.publish()
    assert published.in_sync()


def test_no_room_for_a_first_publish(domain: Domain, memory: Memory) -> None:
    domain.copy(domain.path.parent / "rehearsal").publish()  # dbt writes files too: it renders before there is a limit
    done = publish_with(300_000, domain, memory)
    assert done.returncode == ExitCode.UNAVAILABLE, done
    assert "Traceback" not in done.stderr
    domain.publish()
    assert domain.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert domain.in_sync()
