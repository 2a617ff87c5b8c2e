"""A published domain and a server: the commands people run, and what is on the server afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from tests.publish.domain import Domain, Done
from tests.unity.faults import Proxy
from tests.unity.server import Running

UNCHANGED = "Nothing to do: the server holds what is published."


class Registered:
    """`server` is asked directly, meshport goes through `proxy`."""

    def __init__(self, domain: Domain, server: Running, proxy: Proxy, catalog: str) -> None:
        self.domain, self.server, self.proxy, self.catalog = domain, server, proxy, catalog

    @property
    def files(self) -> Path:
        return self.domain.path / "files"

    def apply(self, *arguments: str, code: int = 0) -> Done:
        """Register, which must end with `code`."""
        done = self.domain.run("unity", "apply", "--yes", *arguments)
        assert done.code == code, done
        return done

    def plan(self, code: int = 0) -> dict[str, Any]:
        """Return the plan as a program reads it."""
        done = self.domain.run("unity", "plan", "--format", "json")
        assert done.code == code, done
        read: dict[str, Any] = json.loads(done.out)
        return read

    def changes(self, code: int = 0) -> set[tuple[str, str, str]]:
        """Return what would change: action, kind, on what."""
        return {
            (each["action"], each["kind"].removeprefix("unity_"), each["subject"].partition(".")[2])
            for each in self.plan(code)["changes"]
        }

    def in_sync(self) -> None:
        """Assert that there is nothing to do, and that doing it writes nothing."""
        before = len(self.proxy.writes)
        assert UNCHANGED in self.apply().out
        assert len(self.proxy.writes) == before

    def configure(self, **said: Any) -> None:
        """Change `unity` in mesh.yml."""
        path = self.domain.path / "mesh.yml"
        mesh = yaml.safe_load(path.read_text())
        mesh["unity"].update(said)
        path.write_text(yaml.safe_dump(mesh))

    def subscribe(self, product: str, principal: str) -> None:
        """Have an active subscription."""
        asks = ("request", product, "--as", principal, "--actor", principal)
        for asked in (asks, ("approve", product, principal)):
            done = self.domain.run("access", *asked)
            assert done.code == 0, done

    def revoke(self, product: str, principal: str) -> None:
        """End it."""
        done = self.domain.run("access", "revoke", product, principal)
        assert done.code == 0, done

    def table(self, name: str) -> dict[str, Any]:
        """Return a table as the server has it."""
        read: dict[str, Any] = self.server.must("GET", f"/tables/{self.catalog}.{name}")
        return read

    def schema(self, name: str) -> dict[str, Any]:
        """Return a schema as the server has it."""
        read: dict[str, Any] = self.server.must("GET", f"/schemas/{self.catalog}.{name}")
        return read

    def tables(self) -> set[str]:
        """Return the tables of the catalog, with their schemas."""
        found = set()
        for schema in self.server.must("GET", f"/schemas?catalog_name={self.catalog}")["schemas"]:
            query = f"catalog_name={self.catalog}&schema_name={schema['name']}"
            found |= {f"{schema['name']}.{t['name']}" for t in self.server.must("GET", f"/tables?{query}")["tables"]}
        return found

    def builds(self) -> set[str]:
        """Return the exported files."""
        return {str(path.relative_to(self.files)) for path in self.files.rglob("*") if path.is_file()}
