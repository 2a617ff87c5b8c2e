"""Real rendering, remembered: dbt takes seconds to start, and most tests publish the same statements."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from meshport.catalogs.base import Statement
from meshport.dbt_command import Dbt, Rendered
from meshport.plan.operations import Operation

Render = Callable[[Dbt, Sequence[Operation]], Rendered]
_BY_DBT: Render = Dbt.render


class _Kept(msgspec.Struct):
    target: dict[str, Any]
    statements: tuple[Statement, ...]


class Memory:
    """What dbt rendered so far, one file an operation, so that other processes can use it too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def render(self, dbt: Dbt, operations: Sequence[Operation]) -> Rendered:
        """Do what `Dbt.render` does, and ask dbt only for operations that it never rendered before."""
        unknown = [operation for operation in operations if not self._file(operation).is_file()]
        if unknown:
            fresh = _BY_DBT(dbt, unknown)
            target = fresh.target
            if "path" in target:  # DuckDB: the same statements serve copies of the folder
                target = {**target, "path": str(Path(target["path"]).relative_to(dbt.project_dir))}
            for operation in unknown:
                kept = _Kept(target, fresh.statements[operation.id])
                written = self._file(operation).with_suffix(f".{os.getpid()}")
                written.write_bytes(msgspec.json.encode(kept))
                written.replace(self._file(operation))
        kept_all = {op.id: msgspec.json.decode(self._file(op).read_bytes(), type=_Kept) for op in operations}
        target = next(iter(kept_all.values())).target
        if "path" in target:
            target = {**target, "path": str(dbt.project_dir / target["path"])}
        return Rendered(
            target=target,
            statements={key: kept.statements for key, kept in kept_all.items()},
        )

    def as_method(self) -> Render:
        """Return what takes the place of `Dbt.render`."""
        return lambda dbt, operations: self.render(dbt, operations)

    def _file(self, operation: Operation) -> Path:
        content = msgspec.json.encode([operation.operation, operation.arguments], order="sorted")
        return self.folder / f"{hashlib.sha256(content).hexdigest()}.json"
