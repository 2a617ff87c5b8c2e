from __future__ import annotations

from pathlib import Path

import pytest

from tests.policies.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A domain's project without a fault, not written yet."""
    return Shop(tmp_path)


@pytest.fixture
def written(shop: Shop) -> Shop:
    """The same, written."""
    shop.write()
    return shop
