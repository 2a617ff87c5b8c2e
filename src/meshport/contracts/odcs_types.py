"""An ODCS document (Open Data Contract Standard 3.x) as types: what of it meshport reads. Names are the standard's.

Decoding is strict about types and lets unknown keys pass: `unread` names them, so that nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

Place = tuple[str | int, ...]
"""Where something stands in a document: keys and positions, from the root."""

_AT = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


class DocumentError(Exception):
    """A document that cannot be read: what is wrong, where in it, and what to do about it."""

    def __init__(self, message: str, place: Place = (), hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint


def shown(place: Place) -> str:
    """Return a place for people: `schema[0].properties[2]`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


class LeftOut(msgspec.Struct, frozen=True):
    """Something in a document that meshport has no place for."""

    place: Place
    reason: str

    def __str__(self) -> str:
        return f"{shown(self.place)}: {self.reason}"


class _Part(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    pass


class CustomProperty(_Part, frozen=True):
    """A key and value of somebody's own."""

    property: str
    value: Any = None


class Relationship(_Part, frozen=True):
    """A foreign key. `from_` is only given on a schema object."""

    to: str | list[str]
    from_: str | list[str] | None = msgspec.field(default=None, name="from")
    type: str | None = None


class Quality(_Part, frozen=True):
    """A quality rule. `rule` and `valid_values` are the names of ODCS 3.0 for `metric` and an argument."""

    type: str | None = None
    name: str | None = None
    description: str | None = None
    severity: str | None = None
    dimension: str | None = None
    metric: str | None = None
    rule: str | None = None
    valid_values: list[Any] | None = None
    must_be: Any = None
    unit: str | None = None
    arguments: dict[str, Any] | None = None
    engine: str | None = None
    implementation: str | dict[str, Any] | None = None


class Property(_Part, frozen=True):
    """A column. `properties` and `items` describe the inside of a nested type, which `physical_type` spells out."""

    name: str
    physical_type: str | None = None
    logical_type: str | None = None
    description: str | None = None
    required: bool | None = None
    unique: bool | None = None
    primary_key: bool | None = None
    primary_key_position: int | None = None
    classification: str | None = None
    relationships: list[Relationship] = []
    quality: list[Quality] = []
    custom_properties: list[CustomProperty] = []
    properties: Any = None
    items: Any = None


class SchemaObject(_Part, frozen=True):
    """A table."""

    name: str
    physical_name: str | None = None
    physical_type: str | None = None
    logical_type: str | None = None
    description: str | None = None
    properties: list[Property] = []
    relationships: list[Relationship] = []
    quality: list[Quality] = []
    custom_properties: list[CustomProperty] = []


class Description(_Part, frozen=True):
    """What the contract is about."""

    purpose: str | None = None
    limitations: str | None = None


class Server(_Part, frozen=True):
    """Where the data is. `catalog` or `project` is what others call `database`; `dataset` is BigQuery's `schema`."""

    type: str | None = None
    server: str | None = None
    database: str | None = None
    catalog: str | None = None
    project: str | None = None
    schema: str | None = None
    dataset: str | None = None


class ServiceLevel(_Part, frozen=True):
    """A promise of service."""

    property: str
    value: str | int | float | bool | None = None
    unit: str | None = None


class Member(_Part, frozen=True):
    """A person."""

    username: str | None = None
    name: str | None = None
    role: str | None = None


class Team(_Part, frozen=True):
    """Who answers for the data. Before ODCS 3.1 this was a list of members."""

    name: str | None = None
    members: list[Member] = []


class Support(_Part, frozen=True):
    """Where to ask."""

    channel: str
    tool: str | None = None
    url: str | None = None


class Document(_Part, frozen=True):
    """The whole contract."""

    api_version: str
    kind: str
    id: str
    version: str
    status: str
    name: str | None = None
    domain: str | None = None
    data_product: str | None = None
    description: Description | None = None
    servers: list[Server] = []
    schema: list[SchemaObject] = []
    sla_properties: list[ServiceLevel] = []
    team: Team | list[Member] | None = None
    support: list[Support] = []
    custom_properties: list[CustomProperty] = []


def decode(raw: Any) -> Document:
    """Return a document as types. Raises DocumentError where it is none, or of a version that is not read."""
    if not isinstance(raw, dict):
        raise DocumentError("this is not a data contract: it is not a mapping", hint=_HINT)
    version, kind = raw.get("apiVersion"), raw.get("kind")
    if kind != "DataContract":
        found = f"its `kind` is {kind!r}" if "kind" in raw else "it has no `kind`"
        raise DocumentError(f"this is not a data contract: {found}", ("kind",), _HINT)
    if not isinstance(version, str) or not re.fullmatch(r"v3\.\d+\.\d+", version):
        found = f"its `apiVersion` is {version!r}" if "apiVersion" in raw else "it has no `apiVersion`"
        old = isinstance(version, str) and version.startswith("v2.")
        raise DocumentError(f"only ODCS 3 is read: {found}", ("apiVersion",), _UPGRADE if old else _HINT)
    try:
        return msgspec.convert(raw, Document)
    except msgspec.ValidationError as error:
        place = _place(str(error))
        raise DocumentError(f"`{shown(place)}` does not fit: {_AT.sub('', str(error))}", place) from error


def unread(raw: Any, part: Any) -> Iterator[LeftOut]:
    """Yield every key of a document that `part`, which was decoded from it, has no field for."""
    if isinstance(part, list):
        for position, (item, decoded) in enumerate(zip(raw, part, strict=True)):
            yield from (_below(position, found) for found in unread(item, decoded))
    elif isinstance(part, _Part):
        fields = dict(zip(part.__struct_encode_fields__, part.__struct_fields__, strict=True))
        for key, value in raw.items():
            if key not in fields:
                yield LeftOut((key,), "there is no place for it in a dbt project")
            else:
                yield from (_below(key, found) for found in unread(value, getattr(part, fields[key])))


def _below(step: str | int, found: LeftOut) -> LeftOut:
    return LeftOut((step, *found.place), found.reason)


def _place(message: str) -> Place:
    found = _AT.search(message)
    steps = _STEP.findall(found[1]) if found else []
    return tuple(int(index) if index.isdigit() else key for key, index in steps)


_HINT = "a file in the Open Data Contract Standard begins with `apiVersion: v3.1.0` and `kind: DataContract`"
_UPGRADE = (
    "bring it to version 3: `dataset` is `schema` there, `columns` are `properties`, `stakeholders` are `team`; "
    "converters between versions of the standard exist"
)
