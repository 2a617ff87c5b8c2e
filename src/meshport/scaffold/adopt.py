"""A dbt project that is there becomes a domain: what is missing is added, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from meshport.errors import InputError
from meshport.git import Git, find_repository, installed
from meshport.scaffold import vendor
from meshport.scaffold.answers import UNMANAGED, domain_name, load_answers, unmanaged_text
from meshport.scaffold.packages import add_package, declares_packages
from meshport.scaffold.render import VENDORED, files_in, place, rendered
from meshport.scaffold.result import Scaffolded

# Not added, though it be missing: dbt would read it before the profile that the user has elsewhere.
_NEVER = "profiles.yml"
# A file of the template, and where else the same thing may be: adding it there would take the place of the user's.
_ELSEWHERE = {".github/CODEOWNERS": ("CODEOWNERS", "docs/CODEOWNERS")}


def adopt(path: Path, answers: Mapping[str, str], *, interactive: bool, template: Path) -> Scaffolded:
    """Add what is missing to the dbt project in `path`.

    In git this is a merge of the template's files into the current branch, so that `update` is a merge as any other.
    Raises InputError where the project cannot be read, its packages.yml cannot be added to, or git is not clean.
    """
    git = find_repository(path) if installed() else None
    if git is not None:
        _require_committed(git)
    packages = path / ("dependencies.yml" if declares_packages(path / "dependencies.yml") else "packages.yml")
    extended = add_package(packages, VENDORED.as_posix()) if packages.is_file() else None
    prefix = git.prefix if git else ""
    fixed = {**answers, "sample_data": "no"}
    with rendered(template, fixed, defaults=_defaults(path), interactive=interactive, prefix=prefix) as folder:
        project = folder / prefix
        left = [name for name in files_in(project) if _has(path, name, packages)]
        unmanaged = sorted({*left, _NEVER})
        for name in unmanaged:
            (project / name).unlink(missing_ok=True)
        added = files_in(project)
        _require_room(path, [*added, UNMANAGED])
        place(project, path, added)
        (path / UNMANAGED).write_text(unmanaged_text(unmanaged), encoding="utf-8")
        own = {UNMANAGED: path / UNMANAGED}
        if extended is not None:
            packages.write_bytes(extended)
            own[packages.name] = packages
        domain = load_answers(path).answers["domain"]
        if git is not None:
            tip = vendor.commit_rendering(git, domain, folder, vendor.find_tip(git, domain))
            vendor.join(git, tip, {prefix + name: file for name, file in own.items()}, f"Adopt the domain {domain}")
    changed = [packages.name] if extended is not None else []
    return Scaffolded(
        path=path,
        domain=domain,
        adopted=True,
        added=[*added, UNMANAGED],
        changed=changed,
        left=[name for name in left if name not in changed],
        branch=vendor.branch_name(git, domain) if git else None,
        in_subfolder=bool(prefix),
    )


def _require_committed(git: Git) -> None:
    git.require_clean()
    if not git.run("ls-files", "--", f"{git.prefix}dbt_project.yml") or git.commit_at("HEAD") is None:
        raise InputError(
            "the project is not committed to git yet", where=str(git.top), hint="commit it, then run this again"
        )


def _defaults(path: Path) -> dict[str, str]:
    where = str(path / "dbt_project.yml")
    try:
        project: Any = yaml.safe_load((path / "dbt_project.yml").read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"dbt_project.yml cannot be read: {error}", where=where) from error
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):
        raise InputError("dbt_project.yml does not name the project", where=where, hint="give it a `name`")
    ci = "azure" if (path / "azure-pipelines.yml").is_file() else "github"
    return {"domain": domain_name(project["name"]), "ci": ci}


def _has(path: Path, name: str, packages: Path) -> bool:
    """Tell whether the project has this file of the template, here or where else it may be."""
    if name == "packages.yml":
        return packages.exists()
    if name == ".sqlfluff" and any(_configures_sqlfluff(path / other) for other in ("pyproject.toml", "setup.cfg")):
        return True
    places = (name, *_ELSEWHERE.get(name, ()))
    return any((path / place).exists() or (path / place).is_symlink() for place in places)


def _configures_sqlfluff(file: Path) -> bool:
    return file.is_file() and "sqlfluff" in file.read_text(encoding="utf-8", errors="replace")


def _require_room(path: Path, names: list[str]) -> None:
    """Refuse, before anything is written, where a file stands in the place of a folder that is needed."""
    for name in names:
        for folder in (path / name).parents:
            if folder == path:
                break
            if folder.exists() and not folder.is_dir():
                raise InputError(
                    f"{folder.name} is a file, and a folder of that name is needed",
                    where=str(folder),
                    hint="rename the file, then run this again",
                )
