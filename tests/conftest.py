"""What tests of every part share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.preloaded_dbt import PreloadedDbt

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# No limits in seconds: a busy machine is no defect.
settings.register_profile("meshport", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
settings.load_profile("meshport")

LONGEST = (
    "publish/test_kill_",
    "wheel/",
    "contract/test_guide",
    "publish/test_end_to_end",
    "scaffold/test_scaffold_clean",
    "docs/test_readme",
)
"""Files of few tests that take long. They run first, so that no core waits for another at the end."""

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with artifacts of public dbt projects, one folder a project."""
    folder = Path(os.environ.get("MESHPORT_TEST_DATA", ROOT / ".." / "shared" / "data")).resolve()
    assert folder.is_dir(), f"no test data at {folder}: set MESHPORT_TEST_DATA"
    return folder


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what commands cache out of the cache of whoever runs the tests; pip's stays what it is."""
    kept = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_CACHE_DIR", os.environ.get("PIP_CACHE_DIR", str(kept / "pip")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _dbt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Commands that run in this process call a dbt that is loaded already; it is loaded when the first one does."""
    started: list[PreloadedDbt] = []

    def executable() -> str:
        if not started:
            started.append(PreloadedDbt(tmp_path_factory.mktemp("dbt")))
        return str(started[0].program)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("meshport.dbt_command.executable", executable)
        yield
    for each in started:
        each.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Fails, and says what to install, where there is none: nothing here is skipped in silence."""
    from playwright.sync_api import sync_playwright  # most tests need none

    from tests.browser.chromium import executable

    # Whoever runs as root in a container has no sandbox to give; the pages are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield launched
        launched.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; all else stays in order (xdist alone would run files of few tests last)."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONGEST))
