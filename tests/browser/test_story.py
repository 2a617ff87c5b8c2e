"""The story on DuckDB, where `meshport query` lets people in; on Databricks: tests/databricks/publish/test_story.py."""

from __future__ import annotations

import pytest

from tests.browser import story
from tests.browser.conftest import Site
from tests.browser.visiting import Arrive


@pytest.mark.dbt
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_search_to_the_refusal(arrive: Arrive, site: Site, scripts: bool) -> None:
    # Each run has a reader of its own: the other one's subscription is another story.
    reader = f"reader{int(scripts)}@example.com"

    def read() -> str | None:
        done = site.domain.run("query", "--as", f"user:{reader}", f"select * from {story.TABLE}")
        if done.code == 7:
            assert reader in done.err
            return None
        assert done.code == 0, done
        return done.out

    consumer, owner = arrive(java_script_enabled=scripts), arrive(java_script_enabled=scripts)
    story.tell(consumer, owner, reader, read, f"you do not read {story.PRODUCT} yet")
