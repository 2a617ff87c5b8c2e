"""Macros of the project that a check calls: their sources are in the manifest, and become a part of the check."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import msgspec
from jinja2 import Environment, nodes
from jinja2.meta import find_undeclared_variables

from meshport.artifacts.reading import Artifact, read_artifact

SCHEMA_VERSIONS = range(4, 13)


class Macro(msgspec.Struct, frozen=True):
    """A macro as dbt keeps it; `macro_sql` is its whole definition."""

    name: str
    package_name: str
    macro_sql: str


class Macros(msgspec.Struct, frozen=True):
    """The macros of a project, its own before those of its packages."""

    all: tuple[Macro, ...] = ()

    def find(self, package: str | None, name: str) -> Macro | None:
        """Return the macro of that name, of any package where none is given."""
        return next((each for each in self.all if each.name == name and package in (None, each.package_name)), None)


class _Manifest(Artifact):
    macros: dict[str, Macro] = msgspec.field(default_factory=dict)


def read_macros(artifacts: Path) -> Macros:
    """Return the macros in a manifest; none where there is no manifest. Raises InputError for a file that is none."""
    path = artifacts / "manifest.json"
    if not path.is_file():
        return Macros()
    manifest = read_artifact(path, msgspec.json.Decoder(_Manifest), "manifest", SCHEMA_VERSIONS)
    own = manifest.metadata.project_name
    return Macros(tuple(sorted(manifest.macros.values(), key=lambda macro: macro.package_name != own)))


def definitions(sql: str, macros: Callable[[], Macros], known: Collection[str], environment: Environment) -> str:
    """Return the definitions of the macros that `sql` calls, and those call; nothing is printed by them.

    `known` are names that need no definition; `macros` is called only where there are others. A package is a namespace:
    `dbt_utils.star(...)`.
    """
    found: dict[tuple[str | None, str], Macro] = {}
    waiting = [sql]
    seen: set[tuple[str | None, str]] = {(None, name) for name in known}
    while waiting:
        for package, name in _names(environment.parse(waiting.pop())) - seen:
            seen.add((package, name))
            macro = macros().find(package, name)
            if macro is not None:
                found[package, name] = macro
                waiting.append(macro.macro_sql)
    sources = dict.fromkeys(macro.macro_sql for macro in found.values())
    packages = sorted({package for package, _ in found if package})
    # The comment prints nothing either, and lets what follows begin on a line of its own.
    return "".join([*sources, *(_namespace(package, found) for package in packages), "{#\n#}" if found else ""])


def _names(template: nodes.Template) -> set[tuple[str | None, str]]:
    """Return what a template names and does not define: names, and attributes of names with these."""
    attributes = ((each.node, each.attr) for each in template.find_all(nodes.Getattr))
    named = {(node.name, attribute) for node, attribute in attributes if isinstance(node, nodes.Name)}
    return named | {(None, name) for name in find_undeclared_variables(template)}


def _namespace(package: str, found: Collection[tuple[str | None, str]]) -> str:
    members = ", ".join(f"{name}={name}" for of, name in found if of == package)
    return f"{{% set {package} = namespace({members}) %}}"
