"""A central team's repository under test: domain files in it, and the commands that people run there."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import yaml

from meshport.cli import main
from meshport.registry import Registry
from tests.publish.domain import Done


class Central:
    """A folder with `domains/`, and a registry of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.registry_file = path / "registry.db"

    def run(self, *arguments: str, code: int | None = 0) -> Done:
        """Run `meshport domain ...` in this process; it must end with `code` (None: with any)."""
        out, err = io.StringIO(), io.StringIO()
        ended: Any = None
        registry = [] if arguments[0] in ("new", "render") else ["--registry", str(self.registry_file)]
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main(["domain", *arguments, "--folder", str(self.path), *registry])
            except SystemExit as exit_:
                ended = exit_.code
        done = Done(int(ended or 0), out.getvalue(), err.getvalue())
        assert code is None or done.code == code, f"{done.code}: {done.err}\n{done.out}"
        return done

    def plan(self, name: str = "sales") -> dict[str, Any]:
        """Return the plan of a domain as JSON."""
        found: dict[str, Any] = json.loads(self.run("plan", name, "--format", "json", code=None).out)
        return found

    def edit(self, name: str = "sales", **changes: Any) -> None:
        """Change keys of a domain's file; None removes one."""
        file = self.path / "domains" / f"{name}.yml"
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
        said = {key: value for key, value in {**said, **changes}.items() if value is not None}
        file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")

    def said(self, name: str = "sales") -> dict[str, Any]:
        """Return what a domain's file says."""
        found: dict[str, Any] = yaml.safe_load((self.path / "domains" / f"{name}.yml").read_text(encoding="utf-8"))
        return found

    def registry(self) -> Registry:
        """Open the registry."""
        return Registry.open(f"sqlite:///{self.registry_file}")
