"""Which dbt would run: its version and adapters, without starting it where that can be helped (it takes seconds)."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distributions
from importlib.metadata import version as installed_version
from pathlib import Path

import msgspec

from meshport.dbt_command import Dbt, executable


class Program(msgspec.Struct, frozen=True):
    """The dbt program. `version` is None where it does not tell. `adapters` holds the version of each adapter by its
    name; it is None where they are part of the program.
    """

    path: str
    version: str | None
    adapters: Mapping[str, str] | None


def find_program(project_dir: Path) -> Program:
    """Return the dbt that meshport runs. Raises UnavailableError where there is none."""
    path = executable()
    if Path(path).parent == Path(sys.executable).parent:
        try:
            version = installed_version("dbt-core")
        except PackageNotFoundError:  # dbt 2 is one program
            pass
        else:
            names = {str(found.name).replace("_", "-").lower(): found.version for found in distributions()}
            adapters = {name[4:]: number for name, number in names.items() if name.startswith("dbt-")}
            return Program(path, version, adapters)
    done = Dbt(project_dir).run(["--version"], capture=True)
    said = done.stdout + done.stderr
    found = re.search(r"installed:\s*(\S+)", said) or re.search(r"dbt(?:-\S+)?\s+v?(\d+\.\S+)", said)
    listed = dict(re.findall(r"^\s*-\s+(\w+):\s*(\S*)", said.partition("Plugins:")[2], re.MULTILINE))
    return Program(path, found.group(1) if found else None, listed or None)
