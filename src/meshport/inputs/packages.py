"""The project's list of dbt packages, and what dbt installed from it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from meshport.dbt_command import Dbt
from meshport.errors import InputError
from meshport.inputs.folder import ROOT, write_file
from meshport.scaffold.packages import add_package, declares_packages


def declare(project_dir: Path, domain: str) -> bool:
    """Add the package of a domain to the project's packages, and tell whether it was missing.

    Raises InputError where the file with the packages cannot be read.
    """
    file = _file(project_dir)
    line = f"{ROOT}/{domain}"
    content = add_package(file, line) if file.is_file() else f"packages:\n  - local: {line}\n".encode()
    if content is None:
        return False
    return write_file(file, content)


def withdraw(project_dir: Path, domain: str) -> None:
    """Take the package of a domain out of the project's packages, and out of what dbt installed."""
    from ruamel.yaml import YAML

    file = _file(project_dir)
    if file.is_file():
        yaml = YAML()
        yaml.preserve_quotes = True
        document: Any = yaml.load(file.read_bytes().decode()) or {}
        declared = document.get("packages") or []
        for entry in [each for each in declared if isinstance(each, dict) and each.get("local") == f"{ROOT}/{domain}"]:
            declared.remove(entry)
            stream = io.StringIO()
            yaml.dump(document, stream)
            write_file(file, stream.getvalue().encode())
    link = project_dir / "dbt_packages" / domain
    if link.is_symlink():
        link.unlink()


def install(project_dir: Path) -> None:
    """Run `dbt deps`, so that what was declared is installed. Raises InputError with what dbt says where it fails."""
    done = Dbt(project_dir).run(["--quiet", "deps"], capture=True)
    if done.returncode != 0:
        raise InputError(
            "the input is written, but dbt could not install it:\n" + (done.stdout + done.stderr).strip(),
            where=str(project_dir),
            hint="mend what dbt says, then run `dbt deps`",
        )


def installed(project_dir: Path, domain: str) -> bool:
    """Tell whether dbt has installed the package of a domain as it is now: as a link, which it makes where it can."""
    link = project_dir / "dbt_packages" / domain
    return link.is_symlink() and link.resolve() == (project_dir / ROOT / domain).resolve()


def _file(project_dir: Path) -> Path:
    dependencies = project_dir / "dependencies.yml"
    return dependencies if declares_packages(dependencies) else project_dir / "packages.yml"
