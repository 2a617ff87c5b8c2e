"""Entries of artifacts as relations that DuckDB selects from: decoded as far as needed, handed over as lines of JSON.

What is not needed is skipped by the decoder, what is needed is copied as it stands and read once, by DuckDB.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from meshport.catalogs.duckdb import first_line, identifier, literal
from meshport.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA = "staged"
"""The schema of what is on its way. It is gone before anybody queries."""
USUAL_LINE = 16 * 1024 * 1024  # bytes that DuckDB allows a line; it takes buffers of that size, so no more than needed
FEW, USUAL_TEXT = 200, 64 * 1024
"""Rows and bytes up to which a statement may hold its rows: a file costs more than they do."""

_encoder = msgspec.json.Encoder()


class Stage:
    """A folder for lines of JSON on their way into a database."""

    def __init__(self, connection: DuckDBPyConnection, folder: Path) -> None:
        self.connection = connection
        self._folder = folder
        self._files = 0

    def lines(self, rows: Iterable[Any], types: Mapping[str, str]) -> str:
        """Write rows (structs, dictionaries) as lines, and return what to select them from: text for a FROM clause."""
        rows = rows if isinstance(rows, list) else list(rows)
        text = _encoder.encode_lines(rows)
        if text.count(b"\n") != len(rows):  # what was copied as it stood was not on one line
            text = b"\n".join(msgspec.json.format(_encoder.encode(row), indent=-1) for row in rows)
        self._files += 1
        path = self._folder / f"{self._files}.json"
        path.write_bytes(text)
        columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
        return (
            f"read_json({literal(str(path))}, format = 'newline_delimited', columns = {{{columns}}}, "
            f"maximum_object_size = {_longest(text)})"
        )

    def rows(self, rows: list[Mapping[str, Any]], types: Mapping[str, str]) -> str:
        """Return what to select rows of meshport's own from. Few of them are handed over in the statement itself."""
        if len(rows) > FEW:
            return self.lines(rows, types)
        # A transformation that is strict of types wants every key.
        text = _encoder.encode([{name: row.get(name) for name in types} for row in rows])
        if len(text) > USUAL_TEXT or b"\\u0000" in text:
            return self.lines(rows, types)
        shape = json.dumps([dict(types)])
        return f"(select unnest(json_transform_strict({literal(text.decode())}, {literal(shape)}), recursive := true))"

    def execute(self, sql: str, artifact: Path | None = None) -> None:
        """Run a statement that reads staged lines. Raises InputError where what `artifact` holds does not fit."""
        import duckdb

        try:
            self.connection.execute(sql)
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            if artifact is None:
                raise
            raise InputError(
                f"{artifact.name} is not as dbt writes it: {first_line(error)}", where=str(artifact)
            ) from error


def fields_of(key: str, types: Mapping[str, str]) -> str:
    """Return the expression for some keys of a JSON object, as a structure; what does not fit its type is NULL."""
    shape = {name: [kind.removesuffix("[]")] if kind.endswith("[]") else kind for name, kind in types.items()}
    return f"from_json({identifier(key)}, {literal(json.dumps(shape))})"


def moment(stamp: str | None) -> str:
    """Return the expression for a time stamp in ISO 8601."""
    return "null::timestamptz" if stamp is None else f"{literal(stamp)}::timestamptz"


def _longest(text: bytes) -> int:
    """Return how long a line DuckDB must allow. One that is longer than usual leaves half of that without an end."""
    half = USUAL_LINE // 2
    if all(text.find(b"\n", start, start + half) >= 0 for start in range(0, len(text) - half, half)):
        return USUAL_LINE
    return max(USUAL_LINE, *map(len, text.split(b"\n"))) + 1
