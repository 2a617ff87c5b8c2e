"""The file of a backup: compressed lines of JSON, which say at their end how many there were and what they add up to.

{"is": "registry", "revision": "0005", "taken_at": ..., "origin": ...}
{"is": "table", "name": "domain", "columns": ["domain", "title", ...]}
["sales", "Sales", ...]                      one line a row, tables in an order in which they can be written
{"is": "end", "rows": {"domain": 1, ...}, "sha256": of everything before this line}
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from meshport.errors import BlockedError, InputError, UnavailableError

FORMAT = 1
_AT_ONCE = 1_000
Value = str | int | float | None
Row = list[Value]


class Head(msgspec.Struct, frozen=True, tag_field="is", tag="registry"):
    """Where a backup is from: the revision of its tables, when it was taken (ISO 8601), the registry's name."""

    revision: str
    taken_at: str
    origin: str
    format: int = FORMAT


class Section(msgspec.Struct, frozen=True, tag_field="is", tag="table"):
    """The rows that follow are this table's."""

    name: str
    columns: tuple[str, ...]


class End(msgspec.Struct, frozen=True, tag_field="is", tag="end"):
    """How many rows there were by table, and the SHA-256 of all lines before this one."""

    rows: dict[str, int]
    sha256: str


_Line = Head | Section | End | Row
_decoder: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(_Line)
_encoder = msgspec.json.Encoder()


class Writer:
    """A backup that is being written. Tables come one after the other."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._table = ""
        self.rows: dict[str, int] = {}

    def head(self, head: Head) -> None:
        """Write where it is from."""
        self._write([head])

    def table(self, name: str, columns: Sequence[str]) -> None:
        """Begin a table."""
        self._table, self.rows[name] = name, 0
        self._write([Section(name, tuple(columns))])

    def add(self, rows: list[Row]) -> None:
        """Write rows of the table that was begun last, values in the order of its columns."""
        self.rows[self._table] += self._write(rows)

    def end(self) -> None:
        """Write what makes it complete."""
        self._write([End(self.rows, self._digest.hexdigest())])

    def _write(self, lines: Sequence[_Line]) -> int:
        text = _encoder.encode_lines(lines)
        self._digest.update(text)
        self._file.write(text)
        return len(lines)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Yield what writes a backup. The file is there when it is complete, and readable for its owner only.

    Raises BlockedError where there is one of this name, UnavailableError where it cannot be written.
    """
    if path.exists():
        raise BlockedError("there is a file of this name", where=str(path), hint="a backup is never overwritten")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error) from error
    unfinished = Path(name)
    try:
        # No time stamp of its own: what is the same is the same file.
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
                yield Writer(file)
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def check(path: Path) -> tuple[Head, End]:
    """Read a backup from beginning to end, and return both.

    Raises InputError where it cannot be read, is no backup or of a newer meshport, is cut off, or was changed.
    """
    digest, rows, table = hashlib.sha256(), dict[str, int](), ""
    head: Head | None = None
    for text in _lines(path):
        line = _decoded(path, text)
        if head is None:
            if not isinstance(line, Head):
                raise _foreign(path)
            if line.format > FORMAT:
                raise InputError("the backup is of a newer meshport", where=str(path), hint="upgrade meshport")
            head = line
        elif isinstance(line, Section):
            table, rows[line.name] = line.name, 0
        elif isinstance(line, End):
            if (line.rows, line.sha256) != (rows, digest.hexdigest()):
                raise InputError("the backup was changed, or is damaged", where=str(path), hint="take another one")
            return head, line
        elif table:
            rows[table] += 1
        digest.update(text)
    raise _foreign(path) if head is None else _cut_off(path)


def read(path: Path) -> Iterator[tuple[Section, list[Row]]]:
    """Yield the rows of a checked backup, some at a time, each time with their table; raises as `check` does."""
    section: Section | None = None
    rows: list[Row] = []
    for text in _lines(path):
        line = _decoded(path, text)
        if isinstance(line, list):
            rows.append(line)
        if section and rows and (len(rows) == _AT_ONCE or not isinstance(line, list)):
            yield section, rows
            rows = []
        if isinstance(line, Section):
            section = line


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            yield from file
    except EOFError as error:
        raise _cut_off(path) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _foreign(path) from error
    except OSError as error:
        raise InputError(f"the backup cannot be read: {error.strerror}", where=str(path)) from error


def _decoded(path: Path, text: bytes) -> _Line:
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise _foreign(path) from error


def _cut_off(path: Path) -> InputError:
    return InputError("the backup is cut off: its end is missing", where=str(path), hint="restore another one")


def _foreign(path: Path) -> InputError:
    return InputError(
        "this file is no backup of a registry", where=str(path), hint="`meshport registry backup` makes one"
    )


def _unwritable(path: Path, error: OSError) -> UnavailableError:
    return UnavailableError(
        f"the backup cannot be written: {error.strerror}", where=str(path), hint="name another place"
    )
