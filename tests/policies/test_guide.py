"""The example in the guide for the central team does what the guide says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.policies.shop import ACCOUNTS, STAGING, Shop

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "central-team.md"
_EXAMPLE = re.compile(
    r"^```(?:sql|yaml)\n(?:--|#) policies/(code/short_names\.\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL
)


def test_the_example_of_the_guide_runs(shop: Shop) -> None:
    files = dict(_EXAMPLE.findall(GUIDE.read_text()))
    assert files.keys() == {"code/short_names.sql", "code/short_names.yml"}
    shop.files |= {f"standards/policies/{name}": text for name, text in files.items()}
    shop.models["model.shop." + "long" * 11] = {**shop.models[ACCOUNTS], "name": "long" * 11}
    shop.models["model.shop.legacy_" + "long" * 11] = {**shop.models[ACCOUNTS], "name": "legacy_" + "long" * 11}
    report = shop.check("short_names")
    assert report.failed == ()
    assert [(item.severity, item.message) for item in report.violations] == [
        ("warning", f"the name `{'long' * 11}` has 44 characters")
    ]
    assert len(report.excused) == 1
    assert STAGING not in {item.subject for item in report.violations}
