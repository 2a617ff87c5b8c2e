"""docs/reference/macros.md: the macros of the dbt package, from macros/*/_*.yml and the macros' own signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from docs._generate import ROOT
from docs._generate.markdown import code, codes, document, prose, table

FOLDER = ROOT / "macros"
_DEFINITION = re.compile(r"{%-?\s*macro\s+(\w+)\((.*?)\)\s*-?%}", re.DOTALL)
_OPERATION = re.compile(r"'(\w+)': adapter\.dispatch")
_BODY = re.compile(r"(?P<adapter>[a-z]+)__(?P<macro>\w+)")


def page() -> str:
    """Return the reference of the macros."""
    signatures = dict(pair for path in sorted(FOLDER.rglob("*.sql")) for pair in _DEFINITION.findall(path.read_text()))
    operations = set(_OPERATION.findall((FOLDER / "publishing" / "operations.sql").read_text()))
    blocks = [
        "The dbt package `meshport` is the root of this repository. A project calls its macros as "
        "`meshport.<macro>(...)` and can override one the dbt way (`dispatch:` in `dbt_project.yml`). An adapter that "
        "a macro has no body for is a compiler error.",
        "A macro marked **operation** is one that `meshport.render` renders for the program; what `port`, `relation` "
        "and `zone` are is in [the render protocol](../decisions/0001-render-protocol.md).",
    ]
    for path in sorted(FOLDER.glob("*/_*.yml")):
        blocks += _area(path, signatures, operations)
    return document("Macros", blocks)


def _area(path: Path, signatures: dict[str, str], operations: set[str]) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    comment = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
    macros = yaml.safe_load(text)["macros"]
    yield f"## {path.parent.name}"
    yield prose(" ".join(comment))
    for macro in macros:
        yield from _macro(macro, signatures, macro["name"] in operations)


def _macro(macro: dict[str, Any], signatures: dict[str, str], is_operation: bool) -> Iterator[str]:
    name = macro["name"]
    bodies = {match["adapter"] for other in signatures if (match := _BODY.fullmatch(other)) and match["macro"] == name}
    notes = ["**operation**"] if is_operation else []
    if bodies:
        notes.append(f"body for: {codes(sorted(bodies - {'default'}))}")
    yield f"### {name}"
    yield code(f"meshport.{name}({signatures[name]})") + (f" ({'; '.join(notes)})" if notes else "")
    yield prose(macro["description"])
    arguments = [(code(a["name"]), code(a["type"]), prose(a["description"])) for a in macro.get("arguments", ())]
    yield table(("Argument", "Type", "Meaning"), arguments)
