"""The marketplace over a large registry: how long its pages take and weigh, as a client on loopback sees them.

The server is the real one (`meshport serve`), its products are written as rows. A page's time is from the request to
the last byte, one request at a time; requests a second are of several clients at once. Both include the client's own
work, in a process beside the server's.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks import mesh_rows
from benchmarks.report import Goal, Report, Row
from meshport.access.principals import user

WARM_UP, REQUESTS = 20, 300
CLIENTS, SECONDS = 4, 5.0
DOMAIN = "domain_000"

Paths = Callable[[random.Random], str]


def run(products: int) -> Report:
    """Measure with SQLite and with PostgreSQL."""
    from tests.postgres import running

    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rows += _measure("SQLite", f"sqlite:///{place / 'registry.db'}", products, place)
        with running() as server:
            server.sql("create database registry")
            rows += _measure("PostgreSQL", server.url("registry"), products, place)
    goals = [
        Goal(f"{row.subject}, {row.what}: p95 in milliseconds", row.counts["p95 us"] / 1000, at_most=50) for row in rows
    ]
    heaviest = max(rows, key=lambda row: row.counts["bytes"])
    goals.append(Goal(f"heaviest page ({heaviest.what}) in KB", heaviest.counts["bytes"] / 1000, at_most=200))
    notes = [
        f"{products} products; {REQUESTS} requests a page, each for another product or other words",
        f"requests a second: {CLIENTS} clients for {SECONDS:.0f} s; bytes are HTML, style and script together",
        "seconds is the median of a request; peak MB is the server's",
    ]
    return Report("marketplace", rows, goals, notes)


def _measure(subject: str, url: str, products: int, folder: Path) -> list[Row]:
    mesh_rows.fill(url, products, user(), DOMAIN)
    (folder / "mesh.yml").write_text(f"domain: {DOMAIN}\ntitle: Benchmarks\n", encoding="utf-8")
    (folder / "marketplace.yml").write_text("per_minute: 1000000000\n", encoding="utf-8")
    keys = list(_some_keys(url))
    with _served(folder, url) as (process, port):
        assets = sum(len(_get(_connect(port), f"/static/{name}")) for name in ("site.css", "site.js"))
        return [_page(subject, what, paths, process, port, assets) for what, paths in _pages(keys).items()]


def _pages(keys: list[str]) -> dict[str, Paths]:
    return {
        "home": lambda chance: "/",
        "search": lambda chance: f"/search?{urlencode({'q': _words(chance)})}",
        "product": lambda chance: f"/products/{quote(chance.choice(keys), safe='')}",
        "popular product": lambda chance: f"/products/{quote(chance.choice(keys[:20]), safe='')}",
        "my data": lambda chance: "/me",
        "decisions": lambda chance: "/decisions",
    }


def _words(chance: random.Random) -> str:
    return f"{chance.choice(mesh_rows.QUALITIES)} {chance.choice(mesh_rows.NOUNS)}"


def _some_keys(url: str) -> Iterator[str]:
    from meshport.registry import Registry

    with Registry.open(url, create=False) as registry:
        for domain in [each.domain for each in registry.domains()][::10]:
            yield from list(registry.heads(domain))[:50]


def _page(subject: str, what: str, paths: Paths, process: int, port: int, assets: int) -> Row:
    chance, connection = random.Random(2), _connect(port)
    times, weights = [], []
    for number in range(WARM_UP + REQUESTS):
        path = paths(chance)
        begin = time.perf_counter()
        body = _get(connection, path)
        if number >= WARM_UP:
            times.append(time.perf_counter() - begin)
            weights.append(len(body))
    counts = {
        "p95 us": round(statistics.quantiles(times, n=20)[-1] * 1e6),
        "requests/s": _throughput(paths, port),
        "bytes": max(weights) + assets,
    }
    return Row(subject, what, statistics.median(times), _peak_mb(process), REQUESTS, counts)


def _throughput(paths: Paths, port: int) -> int:
    counted = [0] * CLIENTS
    begin = time.perf_counter()

    def ask(number: int) -> None:
        chance, connection = random.Random(number), _connect(port)
        while time.perf_counter() - begin < SECONDS:
            _get(connection, paths(chance))
            counted[number] += 1

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return round(sum(counted) / (time.perf_counter() - begin))


def _connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def _get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, f"{path}: {answer.status}"
    return body


@contextmanager
def _served(folder: Path, url: str) -> Iterator[tuple[int, int]]:
    """Run the server; yield its process and its port."""
    command = [sys.executable, "-m", "meshport", "serve", "--port", "0", "--project-dir", str(folder)]
    environment = {**os.environ, "MESHPORT_REGISTRY": url}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
            assert found is not None
            yield process.pid, int(found[1])
        finally:
            process.terminate()


def _peak_mb(process: int) -> float:
    """Return the most memory that a process ever held, where the system tells (Linux)."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
