"""A folder of small artifacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.artifacts.builders import Write, manifest


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write artifacts by file name into one folder, and return it; `manifest.json` is there if nothing else is said."""

    def write_all(**files: Any) -> Path:
        for name, content in {"manifest": manifest(), **files}.items():
            path = tmp_path / f"{name.replace('__', '/')}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return tmp_path

    return write_all
