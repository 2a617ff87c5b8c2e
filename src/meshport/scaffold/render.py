"""The template rendered into a folder of its own, with the macro package in it. Nothing of the user's is touched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from meshport import __version__, bundled
from meshport.errors import InputError
from meshport.scaffold.answers import FOLDER

VENDORED = Path("vendor/meshport")


def questions(template: Path) -> list[str]:
    """Return the names of the template's questions, in the order they are asked."""
    with (template / "copier.yml").open(encoding="utf-8") as file:
        return [name for name in yaml.safe_load(file) if not name.startswith("_")]


@contextmanager
def rendered(
    template: Path,
    answers: Mapping[str, str],
    *,
    defaults: Mapping[str, str] | None = None,
    interactive: bool = False,
    prefix: str = "",
) -> Iterator[Path]:
    """Yield a temporary folder whose subfolder `prefix` holds the rendered project; it is gone afterwards.

    `answers` are final; `defaults` stand before the template's own where a question is not answered. Questions that are
    left are asked only where `interactive`.
    Raises InputError where an answer is of no question or the template refuses it.
    """
    unknown = [name for name in answers if name not in questions(template)]
    if unknown:
        raise InputError(
            f"the template asks no question `{unknown[0]}`", hint=f"one of: {', '.join(questions(template))}"
        )
    with TemporaryDirectory(prefix="meshport-") as folder:
        project = Path(folder) / prefix
        _copy_template(template, project, {**answers}, {**(defaults or {})}, interactive)
        _copy_macros(project / VENDORED)
        yield Path(folder)


def files_in(folder: Path) -> list[str]:
    """Return the paths of all files below a folder, relative to it, with slashes, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def place(folder: Path, destination: Path, names: list[str]) -> None:
    """Copy files to where none of them exists yet. Raises InputError where one does, or cannot be written."""
    for name in names:
        file = destination / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as stream:
                stream.write((folder / name).read_bytes())
        except OSError as error:
            raise InputError(f"the file cannot be written: {error.strerror}", where=str(file)) from error


def _copy_template(
    template: Path, project: Path, answers: dict[str, str], defaults: dict[str, str], interactive: bool
) -> None:
    from copier import Settings, run_copy
    from copier.errors import CopierError

    try:
        run_copy(
            str(template),
            project,
            data={**answers, "meshport_version": __version__, "meshport_folder": FOLDER},
            user_defaults=defaults,
            defaults=not interactive,
            settings=Settings(),  # not the user's own of copier: the same answers give the same project everywhere
            quiet=True,
        )
    except KeyboardInterrupt:  # while it asks; copier's own is an error of its as well
        raise
    except (CopierError, ValueError) as error:
        raise InputError(
            str(error).replace("Validation error for question", "the template refuses the answer to"),
            where=str(template / "copier.yml"),
            hint="give another with --answer KEY=VALUE",
        ) from error


def _copy_macros(destination: Path) -> None:
    package = bundled.dbt_package()
    destination.mkdir(parents=True)
    shutil.copyfile(package / "dbt_project.yml", destination / "dbt_project.yml")
    shutil.copytree(
        package / "macros", destination / "macros", ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile
    )
