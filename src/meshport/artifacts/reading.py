"""Read one artifact file: bytes in, typed values out, and each way it can be wrong as an error people understand."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from meshport.errors import InputError

_SCHEMA = re.compile(r"/dbt/([a-z-]+)/v(\d{1,4})\.json$")


class Metadata(msgspec.Struct, gc=False):
    """The head of every artifact. All of it is missing in a file that is not dbt's."""

    dbt_schema_version: str | None = None
    dbt_version: str | None = None
    generated_at: str | None = None
    invocation_id: str | None = None
    project_name: str | None = None
    adapter_type: str | None = None
    env: dict[str, Any] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The `DBT_ENV_CUSTOM_ENV_*` variables of the run, without that prefix."""
        return {name: str(value) for name, value in (self.env or {}).items()}


class Artifact(msgspec.Struct, gc=False):
    """What every artifact file has; each kind adds its sections."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)


A = TypeVar("A", bound=Artifact)


def adapter_of(artifacts_dir: Path) -> str | None:
    """Return the adapter that built a project, by its manifest's head; None where there is no manifest to read."""
    try:
        return _head.decode((artifacts_dir / "manifest.json").read_bytes()).metadata.adapter_type
    except (OSError, msgspec.MsgspecError):
        return None  # whoever reads the manifest for what is in it says what is wrong


_head = msgspec.json.Decoder(Artifact)


@contextmanager
def collector_off() -> Iterator[None]:
    """Keep the garbage collector still: decoding only creates, and each collection would walk all of it again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_artifact(path: Path, decoder: msgspec.json.Decoder[A], kind: str, versions: range) -> A:
    """Read a file as the artifact that `decoder` decodes: dbt's `kind` in one of the schema `versions`.

    Raises InputError where the file is missing, truncated, something else, or of a version that is not read.
    """
    with _readable(path):
        data = path.read_bytes()
        try:
            artifact = decoder.decode(data)
        except msgspec.ValidationError:
            # A file of another kind or version is the likelier reason than a damaged one, and the better advice.
            _check_schema(path, _head.decode(data).metadata, kind, versions)
            raise
    _check_schema(path, artifact.metadata, kind, versions)
    return artifact


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    hint = "name the folder in which dbt wrote its artifacts (usually `target`), or run dbt again to write them anew"
    try:
        yield
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}", where=str(path), hint=hint) from error
    except msgspec.ValidationError as error:
        raise InputError(f"{path.name} is not as dbt writes it: {error}", where=str(path), hint=hint) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError(f"{path.name} is not complete JSON: {error}", where=str(path), hint=hint) from error


def _check_schema(path: Path, metadata: Metadata, kind: str, versions: range) -> None:
    read = f"read are dbt's {kind} v{versions.start} to v{versions.stop - 1}"
    found = _SCHEMA.search(metadata.dbt_schema_version or "")
    if found is None or found[1] != kind:
        says = repr(metadata.dbt_schema_version) if metadata.dbt_schema_version else "no `dbt_schema_version`"
        raise InputError(
            f"{path.name} is not dbt's {kind}: it says {says}; {read}",
            where=str(path),
            hint="name the folder in which dbt wrote its artifacts (usually `target`)",
        )
    if int(found[2]) not in versions:
        raise InputError(
            f"{path.name} has schema v{found[2]}, written by dbt {metadata.dbt_version}; {read}",
            where=str(path),
            hint="run a newer meshport" if int(found[2]) >= versions.stop else "run dbt 1.10 or newer",
        )
