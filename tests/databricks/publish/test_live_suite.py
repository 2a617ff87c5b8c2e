"""The suite for a real workspace (tests/live) runs on the double: its domain, its names, its clearing up, one of its tests.

What builds its domain is what builds ours. The whole of it takes minutes: each of its tests starts dbt as users do.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databricks.publish.conftest import NativeDomain
from tests.live import conftest as live
from tests.live import test_live

pytestmark = pytest.mark.dbt
ELSEWHERE = "scratch_published"


def test_a_live_test_passes_and_leaves_nothing(
    native: NativeDomain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, double = native.double.store, native.double
    double.execute(f"create catalog {ELSEWHERE}")
    double.execute(f"alter catalog {ELSEWHERE} set owner to `sales`")
    for privilege in ("use catalog", "use schema", "select"):
        double.execute(f"grant {privilege} on catalog {ELSEWHERE} to `analyst`")
    with (native.path / "mesh.yml").open("a") as mesh:
        mesh.write(f"published: {{database: {ELSEWHERE}}}\n")
    monkeypatch.setenv("MESHPORT_LIVE_READER_TOKEN", double.token("analyst"))
    monkeypatch.setenv(live.INTERNAL, "sales")
    monkeypatch.setenv(live.PUBLISHED, ELSEWHERE)
    before = set(store.relations)
    with contextmanager(live.live_domain)(native.path, tmp_path / "live") as domain:
        test_live.test_consumers_read_masked_and_filtered_rows_and_owners_the_same(domain)
        published = {name[0] for name in set(store.relations) - before if name[0] != "sales"}
        assert published == {ELSEWHERE}
    left = set(store.relations) - before
    assert {name for name in left if name[0] != "sales"} == set()
    assert all(name[1] == "meshport" for name in left), left


def test_what_the_suite_needs_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.delenv(live.PUBLISHED, raising=False)
    with pytest.raises(AssertionError, match=f"{live.PUBLISHED}: tests/live/README.md"):
        live.built_live.__wrapped__(tmp_path_factory)  # type: ignore[attr-defined]
