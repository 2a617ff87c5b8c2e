"""The project's list of dbt packages, and what dbt installed from it."""

from __future__ import annotations

from pathlib import Path

import yaml

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
    """Take the package of a domain out of the project's packages, and out of what dbt installed.

    Raises InputError where somebody declared it in a way that is not meshport's to take apart.
    """
    file = _file(project_dir)
    line = f"- local: {ROOT}/{domain}"
    if file.is_file():
        lines = file.read_bytes().decode().splitlines(keepends=True)
        kept = [each for each in lines if each.strip() != line]
        if add_package(file, f"{ROOT}/{domain}") is None and kept == lines:
            raise InputError(f"{file.name} declares {ROOT}/{domain} in its own way", hint="take it out there first")
        if not yaml.safe_load("".join(kept))["packages"]:
            kept = ["packages: []\n" if each.rstrip() == "packages:" else each for each in kept]
        write_file(file, "".join(kept).encode())
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
