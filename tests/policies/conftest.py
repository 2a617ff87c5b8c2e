from __future__ import annotations

from pathlib import Path

import pytest

from tests.policies.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A domain's project without a fault, not written yet, in a folder that tests may put a repository around."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return Shop(folder)


@pytest.fixture
def written(shop: Shop) -> Shop:
    """The same, written."""
    shop.write()
    return shop
