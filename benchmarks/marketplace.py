"""The marketplace over a large registry: how long its pages take and weigh, as a client on loopback sees them.

The server is the real one (`meshport serve`), its products are written as rows. A page's time is from the request to
the last byte, one request at a time; requests a second are of several clients at once. Both include the client's own
work, in a process beside the server's; the server's processor time beside them does not. A search alone, without the
page, is asked in this process, of the index that the server made.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import msgspec

from benchmarks import mesh_rows
from benchmarks.report import Goal, Report, Row
from meshport.access.principals import user

WARM_UP, REQUESTS = 20, 100
CLIENTS, SECONDS = 4, 3.0
DOMAIN = "domain_000"
FIRST = 1800.0  # seconds: the first search makes the index

Paths = Callable[[random.Random], str]


class Page(msgspec.Struct, frozen=True):
    """A page to be measured, as the owner of `DOMAIN` sees it: what to ask for, and how often."""

    what: str
    paths: Paths
    requests: int = REQUESTS


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
    pages = [row for row in rows if row.counts["bytes"]]
    goals = [
        Goal(
            f"{row.subject}, {row.what}: p95 in milliseconds",
            row.counts["p95 us"] / 1000,
            at_most=50 if row.counts["bytes"] else 10,
        )
        for row in rows
    ]
    heaviest = max(pages, key=lambda row: row.counts["bytes"])
    goals.append(Goal(f"heaviest page ({heaviest.what}) in KB", heaviest.counts["bytes"] / 1000, at_most=200))
    notes = [
        f"{products} products; {REQUESTS} requests a page, each for another product or other words",
        f"requests a second: {CLIENTS} clients for {SECONDS:.0f} s; bytes are HTML, style and script together",
        "seconds is the median of a request; CPU us is the server's mean processor time of one, peak MB its memory",
        "a first look at a product asks for its evidence; again, it is kept; the governance page is not measured",
    ]
    return Report("marketplace", rows, goals, notes)


def _measure(subject: str, url: str, products: int, folder: Path) -> list[Row]:
    mesh_rows.fill(url, products, user(), DOMAIN)
    (folder / "mesh.yml").write_text(f"domain: {DOMAIN}\ntitle: Benchmarks\n", encoding="utf-8")
    (folder / "marketplace.yml").write_text("per_minute: 1000000000\n", encoding="utf-8")
    keys = list(_some_keys(url))
    with _served(folder, url) as (process, port):
        connection = _connect(port)
        assets = sum(len(_get(connection, f"/static/{name}")) for name in ("site.css", "site.js"))
        _get(connection, "/search")
        rows = [_search_alone(subject, url, folder / "cache")]
        return rows + [_page(subject, page, process, port, assets) for page in _pages(keys)]


def _pages(keys: list[str]) -> list[Page]:
    def product(chance: random.Random) -> str:
        return quote(chance.choice(keys), safe="")

    return [
        Page("home", lambda chance: "/"),
        Page("search", lambda chance: f"/search?{urlencode({'q': _words(chance)})}"),
        Page("search in the API", lambda chance: f"/api/v1/products?{urlencode({'q': _words(chance), 'offset': 7})}"),
        Page("product, first look", lambda chance: f"/products/{product(chance)}"),
        Page("product, again", lambda chance: f"/products/{quote(chance.choice(keys[:5]), safe='')}"),
        Page("product in the API", lambda chance: f"/api/v1/products/{product(chance)}"),
        Page(
            "side by side", lambda chance: f"/compare?{urlencode({'a': chance.choice(keys), 'b': chance.choice(keys)})}"
        ),
        Page("domain", lambda chance: f"/domains/domain_{chance.randrange(mesh_rows.DOMAINS):03}"),
        Page("my data", lambda chance: "/me"),
        Page("notices", lambda chance: "/notices"),
        Page("decisions", lambda chance: "/decisions"),
        Page("for its owners", lambda chance: f"/domains/{DOMAIN}/owner", requests=20),
    ]


def _words(chance: random.Random) -> str:
    """Return what somebody may search for: two words, one of them, or a column, which all products have."""
    quality, noun = chance.choice(mesh_rows.QUALITIES), chance.choice(mesh_rows.NOUNS)
    return chance.choice((f"{quality} {noun}", f"{quality} {noun}", noun, quality, chance.choice(mesh_rows.COLUMNS)))


def _some_keys(url: str) -> Iterator[str]:
    from meshport.registry import Registry

    with Registry.open(url, create=False) as registry:
        for domain in [each.domain for each in registry.domains()][::10]:
            yield from list(registry.statuses(domain))[:50]


def _search_alone(subject: str, url: str, cache: Path) -> Row:
    """Measure searches as pages ask them, with facets, of the index that the server made."""
    from meshport.discovery import Discovery, Query
    from meshport.registry import Registry
    from meshport.standards import load_standards

    chance, times, processor = random.Random(2), [], []
    with Registry.open(url, create=False) as registry:
        found = Discovery.open(registry, load_standards(), cache=cache / "meshport" / "search")
        for number in range(WARM_UP + REQUESTS):
            query = Query(text=_words(chance), viewer=user(), size=24, facets=True)
            begin, used = time.perf_counter(), time.process_time()
            found.search(query)
            if number >= WARM_UP:
                times.append(time.perf_counter() - begin)
                processor.append(time.process_time() - used)
    return Row(
        subject,
        "search alone",
        statistics.median(times),
        _peak_mb(os.getpid()),
        REQUESTS,
        {"p95 us": _p95(times), "CPU us": round(statistics.mean(processor) * 1e6), "requests/s": 0, "bytes": 0},
    )


def _page(subject: str, page: Page, process: int, port: int, assets: int) -> Row:
    chance, connection = random.Random(2), _connect(port)
    times, weights, used = [], [], 0.0
    for number in range(WARM_UP + page.requests):
        if number == WARM_UP:
            used = _processor(process)
        path = page.paths(chance)
        begin = time.perf_counter()
        body = _get(connection, path)
        if number >= WARM_UP:
            times.append(time.perf_counter() - begin)
            weights.append(len(body))
    counts = {
        "p95 us": _p95(times),
        "CPU us": round((_processor(process) - used) / page.requests * 1e6),
        "requests/s": _throughput(page, port),
        "bytes": max(weights) + assets,
    }
    return Row(subject, page.what, statistics.median(times), _peak_mb(process), page.requests, counts)


def _p95(times: Sequence[float]) -> int:
    return round(statistics.quantiles(times, n=20)[-1] * 1e6)


def _throughput(page: Page, port: int) -> int:
    counted = [0] * CLIENTS
    begin = time.perf_counter()

    def ask(number: int) -> None:
        chance, connection = random.Random(number), _connect(port)
        while time.perf_counter() - begin < SECONDS:
            _get(connection, page.paths(chance))
            counted[number] += 1

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return round(sum(counted) / (time.perf_counter() - begin))


def _connect(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=FIRST)


def _get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, f"{path}: {answer.status}"
    return body


@contextmanager
def _served(folder: Path, url: str) -> Iterator[tuple[int, int]]:
    """Run the server; yield its process and its port. Where the block fails, what the server said is printed."""
    command = [sys.executable, "-m", "meshport", "serve", "--port", "0", "--project-dir", str(folder)]
    environment = {**os.environ, "MESHPORT_REGISTRY": url, "XDG_CACHE_HOME": str(folder / "cache")}
    log = folder / "server.log"
    with log.open("w") as out, subprocess.Popen(command, stderr=out, env=environment) as process:
        try:
            yield process.pid, _port(process, log)
        except BaseException:
            print(log.read_text()[-10_000:], file=sys.stderr)
            raise
        finally:
            process.terminate()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    while process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise AssertionError("the server did not start")


def _processor(process: int) -> float:
    """Return the seconds of a processor that a process has used, where the system tells (Linux)."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(process: int) -> float:
    """Return the most memory that a process ever held, where the system tells (Linux)."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
