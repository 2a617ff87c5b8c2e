"""A new domain project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from meshport import bundled
from meshport.errors import InputError
from meshport.git import find_repository, init_repository, installed
from meshport.scaffold import vendor
from meshport.scaffold.adopt import adopt
from meshport.scaffold.answers import FILE_NAME, domain_name, load_answers
from meshport.scaffold.render import files_in, place, rendered
from meshport.scaffold.result import Scaffolded


def new(
    path: Path,
    answers: Mapping[str, str],
    *,
    interactive: bool = False,
    template: Path | None = None,
) -> Scaffolded:
    """Make a domain project in an absent or empty folder, or add what is missing to the dbt project that is there.

    Raises InputError where the folder holds something else, an answer is refused, or git is in the middle of something.
    """
    template = template or bundled.project_template()
    path = path.resolve()
    if path.exists() and not path.is_dir():
        raise InputError("this is a file, not a folder", where=str(path), hint="name another path")
    if (path / FILE_NAME).is_file():
        raise InputError(
            "this project was made from the template already",
            where=str(path),
            hint="`meshport update` brings a newer template into it",
        )
    if (path / "dbt_project.yml").is_file():
        return adopt(path, answers, interactive=interactive, template=template)
    if path.is_dir() and any(entry.name != ".git" for entry in path.iterdir()):
        raise InputError(
            "the folder is not empty, and no dbt project",
            where=str(path),
            hint="name an empty or a new folder, or one with a dbt_project.yml to add what is missing",
        )
    return _make(path, answers, interactive, template)


def _make(path: Path, answers: Mapping[str, str], interactive: bool, template: Path) -> Scaffolded:
    git = find_repository(path) if installed() else None
    if git is not None:
        git.require_at_rest()
    prefix = git.prefix if git else ""
    named = {"domain": domain_name(path.name)}
    with rendered(template, answers, defaults=named, interactive=interactive, prefix=prefix) as folder:
        added = files_in(folder / prefix)
        place(folder / prefix, path, added)
        domain = load_answers(path).answers["domain"]
        if git is None and installed():
            git = init_repository(path)
        if git is not None:
            tip = vendor.commit_rendering(git, domain, folder, vendor.find_tip(git, domain))
            vendor.join(git, tip, {}, f"Add the domain {domain}")
        return Scaffolded(
            path=path,
            domain=domain,
            adopted=False,
            added=added,
            branch=vendor.branch_name(git, domain) if git else None,
            in_subfolder=bool(prefix),
        )
