"""Bring declarations into a project's YAML: into one file, every other line of which stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from meshport.contracts.files import replace_file
from meshport.errors import InputError
from meshport.inspection.files import NEW_FILE
from meshport.inspection.yaml_data import Loader, name_of
from meshport.inspection.yaml_text import CannotEdit, merge_text

Declared = dict[str, Any]


def bring_in(declared: Declared, project_dir: Path, output: Path, *, force: bool) -> str:
    """Write `groups` and `models` into a file and return what was done, for people.

    A group that the project has already stays as it is. Raises InputError, with the line, where a model is described
    already: in another file, or in this one without `force`; and where the file cannot be changed safely.
    """
    path = output if output.is_absolute() else project_dir / output
    before = _read(path) if path.exists() else None
    there = _described(project_dir, path)
    kept = [group for group in declared["groups"] if ("groups", name_of(group)) in there]
    wanted = {**declared, "groups": [group for group in declared["groups"] if group not in kept]}
    for model in declared["models"]:
        where = there.get(("models", name_of(model)))
        if where is not None:
            raise InputError(
                f"the model `{model['name']}` is described already", where=where, hint="dbt takes one only"
            )
    text = NEW_FILE if before is None else before
    try:
        for section, names in _present(text, wanted).items():
            if not force:
                line = next(iter(names.values()))
                raise InputError(
                    f"the {section} {', '.join(names)} are described already",
                    where=f"{path}:{line}",
                    hint="--force replaces them and leaves every other line as it is",
                )
            text = _without(text, section, set(names))
        after = merge_text(text, {section: entries for section, entries in wanted.items() if entries})
    except CannotEdit as error:
        raise InputError(
            f"{path.name} cannot be changed: {error}", where=str(path), hint="write to a new file"
        ) from error
    replace_file(path, after)
    groups = "".join(f" The group {group['name']} is declared in {there['groups', name_of(group)]}." for group in kept)
    return f"Wrote {', '.join(model['name'] for model in declared['models'])} to {path}.{groups}"


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}", where=str(path)) from error


def _described(project_dir: Path, path: Path) -> dict[tuple[str, str | None], str]:
    """Return where the project's other YAML files describe groups and models: file and line by section and name."""
    found: dict[tuple[str, str | None], str] = {}
    if not (project_dir / "dbt_project.yml").is_file():
        return found
    for folder in _model_folders(project_dir):
        for file in sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")]):
            if file.resolve() == path.resolve():
                continue
            for section, name, line in _entries(_read(file)):
                found.setdefault((section, name), f"{file}:{line}")
    return found


def _model_folders(project_dir: Path) -> list[Path]:
    try:
        content = yaml.load((project_dir / "dbt_project.yml").read_text(encoding="utf-8"), Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"dbt_project.yml cannot be read: {error}", where=str(project_dir)) from error
    paths = content.get("model-paths") if isinstance(content, dict) else None
    return [project_dir / str(each) for each in paths or ["models"]]


def _entries(text: str) -> Iterator[tuple[str, str | None, int]]:
    """Yield section, folded name and line of each group and model; nothing for what is no YAML of dbt's."""
    for section, node in _sections(text):
        for item in node.value:
            names = [value.value for key, value in getattr(item, "value", []) if key.value == "name"]
            if names:
                yield section, str(names[0]).casefold(), item.start_mark.line + 1


def _sections(text: str) -> Iterator[tuple[str, yaml.SequenceNode]]:
    try:
        root = yaml.compose(text, Loader)
    except yaml.YAMLError:
        return
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value in ("groups", "models") and isinstance(value, yaml.SequenceNode):
                yield key.value, value


def _present(text: str, wanted: Declared) -> dict[str, dict[str, int]]:
    """Return which of the wanted entries a text has: lines by name, by section."""
    lines = {(section, name): line for section, name, line in _entries(text)}
    found: dict[str, dict[str, int]] = {}
    for section, entries in wanted.items():
        for entry in entries:
            if (section, name_of(entry)) in lines:
                found.setdefault(section, {})[entry["name"]] = lines[section, name_of(entry)]
    return found


def _end(node: yaml.Node) -> int:
    """Return where the last thing inside a node ends: the end mark of a block is only where the next one begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    return int(node.end_mark.index)


def _without(text: str, section: str, names: set[str]) -> str:
    """Return a text without some entries of a section; comments below an entry stay. Raises CannotEdit."""
    folded = {name.casefold() for name in names}
    lines = text.splitlines(keepends=True)
    for found, node in _sections(text):
        if found == section:
            if node.flow_style:
                raise CannotEdit(f"its {section} are written on one line")
            for item in node.value:
                name = next((str(value.value) for key, value in item.value if key.value == "name"), "")
                if name.casefold() in folded:
                    first = item.start_mark.line
                    last = text[: _end(item)].rstrip().count("\n")
                    lines[first : last + 1] = [""] * (last + 1 - first)
    result = "".join(lines)
    before, after = yaml.load(text, Loader), yaml.load(result, Loader)
    left = [entry for entry in before[section] if name_of(entry) not in folded]
    if after != {**before, section: left or None}:
        raise CannotEdit(f"the entries {', '.join(names)} cannot be told from what is around them")
    return result
