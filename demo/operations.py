"""Running a mesh: a domain from a reviewed file, a promise that is broken, who hears of it, and what it costs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from demo.story import Story

HOOK = "INCIDENT_HOOK"
ROUTES = f"""
alerts:
  - {{to: webhook, address: {HOOK}}}
cost: {{rate_per_hour: 2.40, currency: EUR}}
"""
UNIQUE = "data_tests: [not_null, {unique: {config: {severity: warn}}}]"


class Receiver:
    """A webhook on loopback: what alerts are sent to."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/incidents"

    @contextmanager
    def listening(self) -> Iterator[Receiver]:
        """Listen for as long as the block takes."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def heard(self) -> list[tuple[str, str, str]]:
        """Return the event, severity and product of every alert, in the order they came."""
        return [(each["event"], each["severity"], each["product"]) for each in self.got]


def tell(home: Path) -> None:
    """Tell the whole story. Raises NotSoError at the first claim that does not hold."""
    with Receiver().listening() as receiver:
        story = Story(home, lambda domain: {HOOK: receiver.url})
        central, project = home / "central", home / "logistics"
        central.mkdir()
        provision(story, central, project)
        publish(story, project)
        soft(story, project, receiver)
        hard(story, project, receiver)
        mend(story, project, receiver)
        cost(story, project)
        keep(story, home)
        leave(story, central)


def provision(story: Story, central: Path, project: Path) -> None:
    """The central team writes a domain's file; what the standards do not allow is refused, what they do is made."""
    story.chapter("1. The central team provisions the domain `logistics` from a file that is reviewed")
    story.run(central.parent, "meshport registry init")
    story.run(
        central,
        "meshport domain new logistics --no-input --platform duckdb --owner-name Logistics"
        " --owner-email logistics@example.com --size 4X-Large",
    )
    story.run(central, "meshport domain plan logistics", ends=3, says=("warehouse_size",))
    story.edit(central / "domains" / "logistics.yml", "4X-Large", "Small")
    story.run(central, "meshport domain plan logistics")
    story.run(central, f"meshport domain apply logistics --yes --project ../{project.name}")
    story.run(central, "meshport domain apply logistics --yes", says=("Nothing to do",))


def publish(story: Story, project: Path) -> None:
    """Its project is there: it builds, publishes, and says who is to hear of incidents."""
    story.chapter("2. Its dbt project is scaffolded against what was made; it publishes a product")
    mesh = project / "mesh.yml"
    story.write(mesh, mesh.read_text(encoding="utf-8") + ROUTES)
    story.run(project, "meshport ops alerts --test")
    story.run(project, "meshport build --quiet", quiet=True)
    story.run(project, "meshport publish --yes", says=("Published: logistics.customer_orders",), quiet=True)
    story.run(project, "meshport ops status")
    story.run(project, "meshport ops slo --fail")


def soft(story: Story, project: Path, receiver: Receiver) -> None:
    """Quality below what was promised: published all the same, and told."""
    story.chapter("3. Quality falls below what was promised: nothing is blocked, and those whom it concerns hear of it")
    before = len(receiver.got)
    story.edit(
        project / "models" / "marts" / "_product.yml",
        "data_tests: [not_null]\n      - name: phone",
        f"{UNIQUE}\n      - name: phone",
    )
    story.run(project, "meshport build --quiet", quiet=True)
    story.run(project, "meshport publish --yes", says=("Published: logistics.customer_orders",), quiet=True)
    story.run(project, "meshport ops check")
    story.run(project, "meshport ops incidents", says=("quality", "soft"))
    story.claim("the webhook heard of it", ("begin", "soft", "logistics.customer_orders") in receiver.heard()[before:])
    story.run(project, "meshport ops slo --fail", ends=3, says=("quality",))
    before = len(receiver.got)
    story.run(project, "meshport ops check")
    story.claim("it is told once", len(receiver.got) == before)


def hard(story: Story, project: Path, receiver: Receiver) -> None:
    """A failing test: publishing is refused, consumers keep what they have, and the owners hear of it."""
    story.chapter("4. A test fails: publishing is refused, the version before stays, and the owners hear of it")
    before = len(receiver.got)
    seed = project / "seeds" / "raw_orders.csv"
    line = seed.read_text(encoding="utf-8").splitlines()[1]
    story.edit(seed, line, f"{line.rsplit(',', 2)[0]},lost,379.34")
    story.run(project, "meshport build --quiet", ends=3, quiet=True)
    story.run(project, "meshport publish --yes", ends=3, says=("blocked",), quiet=True)
    story.run(project, "meshport ops check")
    story.claim("the webhook heard of it", ("begin", "hard", "logistics.customer_orders") in receiver.heard()[before:])
    story.run(project, "meshport ops status", says=("fail",))
    story.edit(seed, f"{line.rsplit(',', 2)[0]},lost,379.34", line)


def mend(story: Story, project: Path, receiver: Receiver) -> None:
    """What was wrong is mended, and whoever was told of its beginning is told of its end."""
    story.chapter("5. It is mended: whoever heard of it hears that it is over")
    before = len(receiver.got)
    story.edit(project / "models" / "marts" / "_product.yml", UNIQUE, "data_tests: [not_null]")
    story.run(project, "meshport build --quiet", quiet=True)
    story.run(project, "meshport publish --yes", says=("Published",), quiet=True)
    story.run(project, "meshport ops check")
    ended = {severity for event, severity, _ in receiver.heard()[before:] if event == "end"}
    story.claim("both incidents are over, and the webhook heard so", ended == {"soft", "hard"})
    story.run(project, "meshport ops incidents --all")


def cost(story: Story, project: Path) -> None:
    """What all of it cost."""
    story.chapter("6. What it costs: run time at a rate, on a laptop")
    story.run(project, "meshport ops cost", says=("EUR", "logistics.customer_orders"))
    story.run(project, "meshport ops cost --by model", says=("customer_orders",))


def keep(story: Story, home: Path) -> None:
    """The registry is backed up, and what comes back is the same."""
    story.chapter("7. The registry is backed up and comes back")
    story.run(home, "meshport registry backup registry.jsonl.gz")
    story.run(home, "meshport registry restore registry.jsonl.gz --registry restored.db")
    story.run(home, "meshport access audit --verify --registry restored.db")
    story.run(home, "meshport search orders --registry restored.db", says=("logistics.customer_orders",))


def leave(story: Story, central: Path) -> None:
    """Nothing that is in use is taken away by mistake."""
    story.chapter("8. What is in use is not taken away")
    story.run(central, "meshport domain destroy logistics --yes logistics", ends=3, says=("logistics.customer_orders",))
