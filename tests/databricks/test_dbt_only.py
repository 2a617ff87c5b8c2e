"""Publishing with dbt alone: `meshport.publish_port` and `meshport.rollback` through the real adapter into the double."""

from __future__ import annotations

from typing import Any

import pytest

from tests.databricks.project import column, relation
from tests.databricks.site import Site, source

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("databricks")]

HIDE = {"method": "partial", "arguments": {"keep": "domain"}, "visible_to": ["pii readers"]}


def port(mode: str, *more: Any, **changes: Any) -> dict[str, Any]:
    """A port as somebody writes it on the command line: without names of functions or of copies."""
    return {
        "source": relation("people", "main", "internal"),
        "target": relation("people"),
        "mode": mode,
        "columns": [column("id", "int"), column("email", "string", HIDE), *more],
        "row_filter": {"columns": ["id"], "predicate": "id > 1"},
        "constraints": [{"type": "not_null", "columns": ["email"]}],
        **changes,
    }


@pytest.mark.parametrize("mode", ["clone", "copy", "view"])
def test_publish_refuse_and_roll_back(site: Site, mode: str) -> None:
    source(site, "(1, 'anna@example.com'), (2, 'bo@example.org')")
    assert site.project.operate("meshport.publish_port", port=port(mode)) == (0, "")
    assert (site.rows("analyst"), site.rows("officer")) == ([(2, "***@example.org")], [(2, "bo@example.org")])

    code, printed = site.project.operate("meshport.publish_port", port=port(mode, column("none", "int")))
    assert code == 1
    # A copy cannot even be written without the column.
    assert ("none" if mode == "copy" else "none: missing column, expected int, found None") in printed

    code, printed = site.project.operate(
        "meshport.publish_port", port={**port(mode), "columns": [column("id", "int"), column("email")]}
    )
    assert code == 1
    assert "the column email is classified pii.email" in printed
    assert site.rows("analyst") == [(2, "***@example.org")]
    if mode == "view":
        return

    source(site, "(3, 'eve@example.net', date '1990-05-17')", "id, email, born")
    born = column("born", "date", {"method": "generalise_date", "arguments": {"to": "year"}})
    assert site.project.operate("meshport.publish_port", port=port(mode, born)) == (0, "")
    assert [str(value) for value in site.rows("analyst")[0]] == ["3", "***@example.net", "1990-01-01"]
    assert site.project.operate("meshport.rollback", port=port(mode, born)) == (0, "")
    assert [row[:2] for row in site.rows("officer")] == [(2, "bo@example.org")]
    assert site.rows("analyst")[0][:2] == (2, "***@example.org")


def test_a_port_cannot_become_a_view(site: Site) -> None:
    source(site)
    assert site.project.operate("meshport.publish_port", port=port("copy")) == (0, "")
    code, printed = site.project.operate("meshport.publish_port", port=port("view"))
    assert code == 1
    assert "is a table and shall be a view: retire the port first" in printed
