"""Holds events against OpenLineage's JSON schemas, so strictly that a misspelt name is an error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

SCHEMAS = Path(__file__).parent / "schemas"
CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json"

formats = FormatChecker(["uuid"])


@formats.checks("date-time", ValueError)
def _is_time(value: object) -> bool:
    text = str(value)
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6]}" if fraction else whole) is not None and text.endswith("Z")


@formats.checks("uri", ValueError)
def _is_uri(value: object) -> bool:
    return bool(urlsplit(str(value)).scheme) and " " not in str(value)


def check(event: dict[str, Any]) -> None:
    """Raise where an event, or any facet in it, is not what the schema that it names says.

    The schemas let everybody add properties of their own. We add none, so that one they do not name is an error here.
    """
    name = event["schemaURL"].rpartition("/")[2]
    assert event["schemaURL"] == f"{CORE}#/$defs/{name}"
    _validator(event["schemaURL"]).validate(event)
    for key, facet in facets(event):
        _check_facet(key, json.dumps(facet))


def facets(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every facet of an event with the name it goes by."""
    for holder in (event["job"], event.get("run", {}), *event["inputs"], *event["outputs"]):
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from holder.get(kind, {}).items()


@cache  # a dataset says the same of itself wherever it is an input
def _check_facet(key: str, text: str) -> None:
    facet = json.loads(text)
    url = facet["_schemaURL"]
    assert files()[url.partition("#")[0]]["properties"].keys() == {key}, "a facet under another name"
    _validator(url).validate(facet)


@cache
def files() -> dict[str, dict[str, Any]]:
    """Return the schemas by their addresses."""
    found = [json.loads(path.read_text()) for path in SCHEMAS.glob("*/*.json")]
    return {schema["$id"]: schema for schema in found}


@cache
def _validator(url: str) -> Draft202012Validator:
    own = _closed(_resolved(url), url.partition("#")[0])
    return Draft202012Validator(own, format_checker=formats)


def _resolved(address: str) -> dict[str, Any]:
    file, _, pointer = address.partition("#")
    found: Any = files()[file]
    for step in pointer.strip("/").split("/"):
        found = found[step]
    return found


def _closed(node: Any, base: str, inside: tuple[str, ...] = ()) -> Any:
    """Return a schema with everything that it refers to in it, and its parts (`allOf`) as one object that is closed.

    `inside` are the references that were followed to here: one that leads back (fields of fields) stays open.
    """
    if isinstance(node, list):
        return [_closed(each, base, inside) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        file, _, pointer = node["$ref"].partition("#")
        address = f"{file or base}#{pointer}"
        if address in inside:
            return {}
        found = _closed(_resolved(address), file or base, (*inside, address))
        # What every facet has; the rest of one is held against the schema that it names.
        return {**found, "additionalProperties": True} if address.startswith(CORE) and "Facet" in pointer else found
    whole = {key: _closed(value, base, inside) for key, value in node.items() if key != "allOf"}
    for part in _closed(node.get("allOf", []), base, inside):
        whole = {
            **part,
            **whole,
            "properties": {**part.get("properties", {}), **whole.get("properties", {})},
            "required": [*part.get("required", ()), *whole.get("required", ())],
        }
    if "properties" in whole and whole.get("additionalProperties", True) is True:
        whole["additionalProperties"] = False
    return whole
