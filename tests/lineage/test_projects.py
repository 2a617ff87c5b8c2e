"""Whole projects: the kinds of nodes, the cache, workers, and input that is bad."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.models import write_project
from meshport.artifacts import load_project
from meshport.lineage import Lineage, NodeLineage, column_lineage, node_formulas
from meshport.lineage.coverage import coverage
from tests.lineage.projects import node, project, source
from tests.lineage.test_truth import edges

RAW = "source.shop.raw"


def names(found: NodeLineage) -> list[str]:
    return [column.name for column in found.columns]


def origins(lineage: Lineage, unique_id: str, column: str) -> set[Any]:
    return set(next(each for each in lineage.nodes[unique_id].columns if each.name == column).origins)


def short(text: str) -> set[Any]:
    """`mod raw.a` as edges of this project's unique ids."""
    prefix = {"raw": "source.shop.raw", "one": "model.shop.one", "two": "model.shop.two", "eph": "model.shop.eph"}
    return {type(each)(prefix[each.node], each.column, each.kind) for each in edges(text)}


def test_columns_follow_through_models_without_a_catalog(tmp_path: Path) -> None:
    lineage = column_lineage(
        project(
            tmp_path,
            source("raw", "a", "b"),
            node("one", 'select a, b + 1 as c from "db"."main"."raw"', reads=(RAW,)),
            node("two", 'select * from "db"."main"."one" where c > 1', reads=("model.shop.one",)),
        )
    )
    assert names(lineage.nodes["model.shop.two"]) == ["a", "c"]
    assert origins(lineage, "model.shop.two", "c") == short("copy one.c")
    assert origins(lineage, "model.shop.one", "c") == short("mod raw.b")
    assert set(lineage.nodes["model.shop.two"].scans) == short("scan one.c")


def test_an_ephemeral_model_is_a_node_also_under_an_alias(tmp_path: Path) -> None:
    sql = "with __dbt__cte__eph as (select b as z from db.main.raw) select e.z as q from __dbt__cte__eph as e"
    lineage = column_lineage(
        project(
            tmp_path,
            source("raw", "a", "b"),
            node("eph", "select b as z from db.main.raw", reads=(RAW,), config={"materialized": "ephemeral"}),
            node("one", sql, reads=("model.shop.eph",)),
        )
    )
    assert origins(lineage, "model.shop.one", "q") == short("copy eph.z")
    assert origins(lineage, "model.shop.eph", "z") == short("copy raw.b")


def test_a_snapshot_has_the_columns_that_dbt_adds(tmp_path: Path) -> None:
    lineage = column_lineage(
        project(tmp_path, source("raw", "a"), node("snap", "select a from db.main.raw", kind="snapshot", reads=(RAW,)))
    )
    found = lineage.nodes["snapshot.shop.snap"]
    assert names(found) == ["a", "dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"]


def test_a_star_over_unknown_columns_takes_the_catalogs_and_says_so(tmp_path: Path) -> None:
    nodes = (source("raw"), node("one", "select *, 1 as k from db.main.raw", reads=(RAW,)))
    open_ended = column_lineage(project(tmp_path / "1", *nodes)).nodes["model.shop.one"]
    assert (names(open_ended), open_ended.complete) == (["k"], False)
    assert "star" in open_ended.reason
    closed = column_lineage(project(tmp_path / "2", *nodes, catalog={"model.shop.one": ["a", "b", "k"]}))
    found = closed.nodes["model.shop.one"]
    assert found.complete
    assert {(c.name, c.status) for c in found.columns} == {("k", "resolved"), ("a", "inferred"), ("b", "inferred")}
    assert origins(closed, "model.shop.one", "a") == short("copy raw.a")


def test_two_relations_with_unknown_columns_are_not_guessed_between(tmp_path: Path) -> None:
    sql = "select a, r.b from db.main.raw r join db.main.more m on r.id = m.id"
    nodes = (source("raw"), source("more"), node("one", sql, reads=(RAW, "source.shop.more")))
    found = column_lineage(project(tmp_path, *nodes)).nodes["model.shop.one"]
    assert [(c.name, c.status) for c in found.columns] == [("a", "unresolved"), ("b", "resolved")]
    assert "could be of" in found.columns[0].reason


def test_a_hard_coded_relation_is_named_and_followed_where_the_project_builds_it(tmp_path: Path) -> None:
    lineage = column_lineage(
        project(
            tmp_path,
            source("raw", "a"),
            node("one", "select a from db.main.raw", reads=(RAW,)),
            node("two", "select o.a, p.x from db.main.one o join elsewhere.things p on o.a = p.k"),
        )
    )
    found = lineage.nodes["model.shop.two"]
    assert found.foreign == ("db.main.one", "elsewhere.things")
    assert origins(lineage, "model.shop.two", "a") == short("copy one.a")
    assert {o.node for o in origins(lineage, "model.shop.two", "x")} == {"elsewhere.things"}


def test_an_incremental_model_reads_itself_without_being_its_own_origin(tmp_path: Path) -> None:
    sql = "select a from db.main.raw where a > (select max(a) from db.main.one)"
    lineage = column_lineage(project(tmp_path, source("raw", "a"), node("one", sql, reads=(RAW,))))
    found = lineage.nodes["model.shop.one"]
    assert found.foreign == ()
    assert set(found.scans) == short("scan raw.a")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"compiled_code": None}, "not compiled"),
        ({"original_file_path": "models/one.py", "compiled_code": "def model(dbt, session): ..."}, "Python"),
        ({"compiled_code": "select from where ((("}, "cannot be read"),
        ({"compiled_code": ""}, "not compiled"),
        ({"compiled_code": "select 1 as a; drop table x"}, "not one query"),
        ({"compiled_code": "select " + "(" * 3000 + "1" + ")" * 3000 + " as a"}, ""),
        ({"compiled_code": "\x00\x00"}, ""),
    ],
)
def test_what_cannot_be_read_is_a_reason(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    broken = {**node("one", "select 1", reads=(RAW,), columns={"a": {"name": "a"}}), **changes}
    after = node("two", "select a from db.main.one", reads=("model.shop.one",))
    read = project(tmp_path, source("raw", "a"), broken, after)
    lineage = column_lineage(read)
    assert reason in lineage.nodes["model.shop.one"].reason
    assert lineage.nodes["model.shop.one"].reason
    assert origins(lineage, "model.shop.two", "a") == short("copy one.a")
    assert not coverage(read, lineage).complete


def test_an_unknown_dialect_is_in_doubt_not_refused(tmp_path: Path) -> None:
    read = project(tmp_path, source("raw", "a"), node("one", "select a from db.main.raw", reads=(RAW,)), adapter="quux")
    found = column_lineage(read).nodes["model.shop.one"].columns[0]
    assert (found.status, "dialect" in found.reason) == ("inferred", True)


def test_a_cycle_is_said_and_stops_nothing_else(tmp_path: Path) -> None:
    read = project(
        tmp_path,
        source("raw", "a"),
        node("one", "select a from db.main.two", reads=("model.shop.two",)),
        node("two", "select a from db.main.one", reads=("model.shop.one",)),
        node("eph", "select a from db.main.raw", reads=(RAW,)),
    )
    lineage = column_lineage(read)
    assert "itself" in lineage.nodes["model.shop.one"].reason
    assert origins(lineage, "model.shop.eph", "a") == short("copy raw.a")


def test_very_wide_and_very_long(tmp_path: Path) -> None:
    wide = [f"c{i}" for i in range(5000)]
    branches = "\nunion all\n".join(f"select\n{i} as n,\nc{i % 5000}\nas c\nfrom db.main.raw" for i in range(4500))
    assert branches.count("\n") > 20_000
    read = project(
        tmp_path,
        source("raw", *wide),
        node("one", "select *, c1 + c4999 as s from db.main.raw", reads=(RAW,)),
        node("two", branches, reads=(RAW,)),
        catalog={RAW: wide},
    )
    lineage = column_lineage(read)
    assert len(lineage.nodes["model.shop.one"].columns) == 5001
    assert origins(lineage, "model.shop.one", "s") == short("mod raw.c1, mod raw.c4999")
    assert len(origins(lineage, "model.shop.two", "c")) == 4500


def test_names_with_everything_in_them(tmp_path: Path) -> None:
    read = project(
        tmp_path,
        source("raw", "Größe", "a b", 'qu"ote', "x.y"),
        node("one", 'select "Größe" as größe2, "a b", "qu""ote" as "x.y" from db.main.raw', reads=(RAW,)),
    )
    lineage = column_lineage(read)
    assert names(lineage.nodes["model.shop.one"]) == ["größe2", "a b", "x.y"]
    assert origins(lineage, "model.shop.one", "x.y") == {
        type(each)("source.shop.raw", 'qu"ote', "copy") for each in short("copy raw.a")
    }


def test_formulas_go_through_every_expression_table(tmp_path: Path) -> None:
    sql = """
    with renamed as (select a as x, b as y from db.main.raw),
    summed as (select x, coalesce(y, 0) + 1 as z from renamed)
    select upper(x) as loud, z * 2 as twice, x from summed
    """
    read = project(tmp_path, source("raw", "a", "b"), node("one", sql, reads=(RAW,)))
    found = node_formulas(read, column_lineage(read), "model.shop.one")
    assert {c.name: c.formula for c in found.columns} == {
        "loud": "UPPER(raw.a)",
        "twice": "(COALESCE(raw.b, 0) + 1) * 2",
        "x": "raw.a",
    }


class TestCache:
    def test_the_same_answer_with_and_without(self, tmp_path: Path) -> None:
        write_project(tmp_path / "p", 60)
        read = load_project(tmp_path / "p")
        cache = tmp_path / "deep" / "lineage.sqlite"
        fresh = column_lineage(read)
        assert column_lineage(read, cache=cache) == fresh
        assert column_lineage(read, cache=cache) == fresh
        assert cache.is_file()

    def test_what_changed_is_resolved_anew_and_what_is_below_it_too(self, tmp_path: Path) -> None:
        cache = tmp_path / "lineage.sqlite"
        nodes = [
            source("raw", "a", "b"),
            node("one", "select a from db.main.raw", reads=(RAW,)),
            node("two", "select * from db.main.one", reads=("model.shop.one",)),
        ]
        column_lineage(project(tmp_path / "1", *nodes), cache=cache)
        nodes[1] = node("one", "select a, b from db.main.raw", reads=(RAW,))
        lineage = column_lineage(project(tmp_path / "2", *nodes), cache=cache)
        assert names(lineage.nodes["model.shop.two"]) == ["a", "b"]

    @pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to look like a file" * 50])
    def test_a_damaged_cache_is_done_without(self, tmp_path: Path, content: bytes) -> None:
        cache = tmp_path / "lineage.sqlite"
        cache.write_bytes(content)
        read = project(tmp_path / "p", source("raw", "a"), node("one", "select a from db.main.raw", reads=(RAW,)))
        assert origins(column_lineage(read, cache=cache), "model.shop.one", "a") == short("copy raw.a")

    def test_a_place_that_cannot_be_written_is_done_without(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        read = project(tmp_path / "p", source("raw", "a"), node("one", "select a from db.main.raw", reads=(RAW,)))
        found = column_lineage(read, cache=tmp_path / "file" / "lineage.sqlite")
        assert origins(found, "model.shop.one", "a") == short("copy raw.a")


def test_workers_find_what_one_process_finds(tmp_path: Path) -> None:
    write_project(tmp_path, 400)
    read = load_project(tmp_path)
    told: list[int] = []
    parallel = column_lineage(read, workers=2, tell=lambda label, done, total: told.append(done))
    assert parallel == column_lineage(read, workers=1)
    assert told == sorted(told)
    assert told[-1] == len(read.nodes)


def test_only_what_is_asked_for_and_what_is_above_it(tmp_path: Path) -> None:
    read = project(
        tmp_path,
        source("raw", "a"),
        node("one", "select a from db.main.raw", reads=(RAW,)),
        node("two", "select a from db.main.raw", reads=(RAW,)),
    )
    assert column_lineage(read, only=["model.shop.one"]).nodes.keys() == {RAW, "model.shop.one"}


# project: (columns of compiled models and snapshots, resolved exactly, unresolved)
SHARED = {
    "jaffle_shop": (86, 86, 0),
    "jaffle_databricks": (117, 117, 0),
    "fixture_dbt_1_12": (73, 73, 0),
    "fixture_dbt_2_0": (73, 73, 0),
    "tuva": (8648, 8648, 0),
}


@pytest.mark.parametrize("name", SHARED)
def test_shared_projects_resolve_completely(shared_data: Path, name: str) -> None:
    read = load_project(shared_data / name)
    lineage = column_lineage(read)
    compiled = [key for key, each in read.nodes.items() if each.compiled_code and not each.path.endswith(".py")]
    found = coverage(read, lineage, compiled)
    assert (found.resolved + found.inferred + found.unresolved, found.resolved, found.unresolved) == SHARED[name]


def test_mattermost_resolves_as_far_as_its_artifacts_say(shared_data: Path) -> None:
    """It was compiled without a database: stars and unions stand where columns should be."""
    read = load_project(shared_data / "mattermost")
    lineage = column_lineage(read)
    compiled = [key for key, each in read.nodes.items() if each.compiled_code]
    known = [c for key in compiled if key in lineage.nodes for c in lineage.nodes[key].columns]
    assert sum(bool(column.origins) for column in known) / len(known) > 0.9
    # What is unresolved is what the artifacts themselves contradict: a parent's SQL and catalog lack the column.
    assert all("has no column" in column.reason for column in known if column.status == "unresolved")
