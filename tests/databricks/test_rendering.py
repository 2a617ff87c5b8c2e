"""What is rendered for Databricks, without a server: which statements there are, in which order, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.databricks.project import DatabricksProject, column, function, mask, port, relation, standing
from tests.databricks.site import Site
from tests.macros.integration import Statement, requested

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("databricks")]

EMAIL = mask("email", "partial", keep="domain")
COLUMNS = (column("id", "int"), column("email", mask=EMAIL))
FILTER = {"columns": ["id"], "predicate": "id > 0", "function": function("filter")}
NOTED = {"build": "b", "source_version": "3", "previous_build": "a", "previous_source_version": "2"}


@pytest.fixture
def offline(databricks: DatabricksProject) -> DatabricksProject:
    """The project that all tests share: a dbt takes long to start. Rendering says nothing to the server."""
    return databricks


def render(project: DatabricksProject, operation: str, **arguments: Any) -> list[Statement]:
    return project.render({"one": (operation, arguments)})["one"]


def sql(statements: list[Statement]) -> list[str]:
    return [statement["sql"] for statement in statements]


def test_a_clone_is_pinned_once_and_read_at_its_pin(offline: DatabricksProject) -> None:
    cloned = port(*COLUMNS, constraints=[{"type": "not_null", "columns": ["id"]}])
    rendered = offline.render({key: (key, {"port": cloned}) for key in ("stage_port", "verify_contract", "swap_port")})
    (pin,) = rendered["stage_port"]
    assert (pin["sql"], pin["expect"]) == ("describe history `internal`.`main`.`people` limit 1", "pin")
    (verified,), (swapped, tidied) = rendered["verify_contract"], rendered["swap_port"]
    for statement in (verified, swapped):
        assert statement["pinned"]
        assert "version as of @@pin@@" in statement["sql"]
    assert tidied["sql"] == "drop table if exists `internal`.`meshport`.`people__people__empty`"


def test_where_nothing_is_pinned_no_statement_says_so(offline: DatabricksProject) -> None:
    operations = ("stage_port", "verify_contract", "shield_port", "verify_masks", "swap_port")
    for mode in ("copy", "view"):
        ports = {key: (key, {"port": port(*COLUMNS, mode=mode, row_filter=FILTER)}) for key in operations}
        for statements in offline.render(ports).values():
            assert all("pinned" not in statement and "@@pin@@" not in statement["sql"] for statement in statements)


def test_what_stands_as_declared_is_left_alone(offline: DatabricksProject) -> None:
    stands = standing(
        "ID", "email", masks={"Email": "published.meshport.MASK_email"}, row_filter="published.meshport.filter"
    )
    assert render(offline, "shield_port", port=port(*COLUMNS, row_filter=FILTER, standing=stands)) == []


def test_masks_come_before_they_go(offline: DatabricksProject) -> None:
    stands = standing("id", "email", masks={"id": "published.meshport.x"}, row_filter="published.meshport.x")
    changed = port(*COLUMNS, column("born", "date", EMAIL), row_filter=FILTER, standing=stands)
    assert [statement["step"] for statement in render(offline, "shield_port", port=changed)] == [
        "add columns", "mask the column email", "change the row filter"
    ]  # fmt: skip
    (gone,) = sql(render(offline, "unshield_port", port=changed))
    assert gone == "alter table `published`.`people`.`people` alter column `id` drop mask"
    without = port(*COLUMNS, standing=stands)
    assert "alter table `published`.`people`.`people` drop row filter" in sql(
        render(offline, "shield_port", port=without)
    )


def test_a_column_of_no_declared_type(offline: DatabricksProject) -> None:
    columns = (*COLUMNS, column("note", None))
    empty, clone, mask = sql(render(offline, "shield_port", port=port(*columns)))
    assert "note" not in empty  # the clone brings it
    assert clone.endswith("shallow clone `internal`.`meshport`.`people__people__empty`")  # no table becomes one later
    assert " set mask " in mask
    copied = sql(render(offline, "shield_port", port=port(*columns, mode="copy", row_filter=FILTER)))
    assert "where false" in copied[0]
    assert [" set mask " in each or " set row filter " in each for each in copied] == [False, True, True]
    code, printed = offline.ask(
        requested({"one": ("shield_port", {"port": port(*columns, mode="copy", standing=standing("id", "email"))})})
    )
    assert code == 1
    assert "the new column note of the port people declares no data_type: add one" in printed


def test_the_version_before_is_kept_by_a_clone_of_its_own(offline: DatabricksProject) -> None:
    again = port(*COLUMNS, standing=standing("id", "email", properties=NOTED))
    asked = {"keep": ("keep_version", {"port": again}), "new": ("keep_version", {"port": port(*COLUMNS)})}
    asked |= {"copy": ("keep_version", {"port": {**again, "mode": "copy"}}), "swap": ("swap_port", {"port": again})}
    rendered = offline.render(asked)
    (previous,), (target,) = rendered["keep"], rendered["swap"]
    assert "`people__people__previous`\nshallow clone `internal`.`main`.`people` version as of 3" in previous["sql"]
    assert "pinned" not in previous
    assert "`people`.`people`\nshallow clone" in target["sql"]
    assert rendered["new"] == rendered["copy"] == []


def test_a_column_that_goes_is_emptied_first_and_takes_all_along_that_keeps_it(offline: DatabricksProject) -> None:
    stands = standing("id", "it`s", masks={"it`s": "published.meshport.x"}, column_tags={"it`s": ["pii", "a'b"]})
    name = "alter table `published`.`people`.`people`"
    overwrite, *gone = sql(render(offline, "swap_port", port=port(COLUMNS[0], mode="copy", standing=stands)))
    assert overwrite.startswith("insert overwrite `published`.`people`.`people` by name\nselect `id`\nfrom")
    assert gone == [
        f"{name} alter column `it``s` drop mask",
        f"{name} alter column `it``s` unset tags ('pii', 'a\\'b')",
        f"{name} set tblproperties ('delta.columnMapping.mode' = 'name')",
        f"{name} drop columns if exists (`it``s`)",
    ]


def test_rollback_exchanges_versions_and_properties(offline: DatabricksProject) -> None:
    target, previous, noted = sql(render(offline, "rollback_port", port=port(standing=standing(properties=NOTED))))
    assert (target[-1], previous[-1]) == ("2", "3")
    for pair in ("'meshport_build' = 'a'", "'meshport_previous_build' = 'b'", "'meshport_source_version' = '2'"):
        assert pair in noted


@pytest.mark.parametrize(
    ("operation", "wrong", "message"),
    [
        ("swap_port", port(*COLUMNS, mode="view", standing=standing("id")), "people is a clone and shall be a view"),
        ("swap_port", port(*COLUMNS, standing=standing("id", is_view=True)), "people is a view and shall be a clone"),
        ("swap_port", port(*COLUMNS, standing=standing("id", is_clone=False)), "is a table and shall be a clone: keep"),
        ("keep_version", port(standing=standing(properties={"source_version": "1; drop"})), "is a whole number"),
        ("rollback_port", port(*COLUMNS), "has no previous version"),
        ("rollback_port", port(mode="view", standing=standing(properties=NOTED)), "has no previous version"),
        ("stage_port", port(), "declares no columns"),
    ],
)
def test_what_cannot_be_done_is_refused(
    offline: DatabricksProject, operation: str, wrong: dict[str, Any], message: str
) -> None:
    code, printed = offline.ask(requested({"one": (operation, {"port": wrong})}))
    assert code == 1
    assert message in printed


def test_properties_that_are_none_are_removed(offline: DatabricksProject) -> None:
    steps = render(
        offline, "set_properties", relation=relation("people"), properties={"build": "1", "source_version": None}
    )
    assert sql(steps) == [
        "alter table `published`.`people`.`people` set tags ('meshport_build' = '1')",
        "alter table `published`.`people`.`people` unset tags ('meshport_source_version')",
    ]
    pinned = render(offline, "set_properties", relation=relation("people"), properties={"source_version": "@@pin@@"})
    assert [statement["pinned"] for statement in pinned] == [True]
    (tagged,) = render(offline, "set_tags", relation=relation("people"), column=None, tags={"a": "@@pin@@"})
    assert "pinned" not in tagged


def test_rendering_needs_no_server(databricks: DatabricksProject, site_of_session: Site) -> None:
    before = site_of_session.double.calls
    render(databricks, "stage_port", port=port(*COLUMNS))
    assert site_of_session.double.calls == before


def test_keys_are_in_no_statement(offline: DatabricksProject) -> None:
    functions = [
        {"function": function(method), "data_type": "string", "mask": mask(method, method)}
        for method in ("keyed_hash", "tokenise", "encrypt")
    ]
    made = sql(
        render(
            offline,
            "prepare_zone",
            zone={"database": "published", "schemas": [], "internal": [], "functions": functions},
        )
    )
    assert all("secret('meshport', 'default')" in each for each in made[-3:])
    assert not any("correct-horse" in each for each in made)


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_name_that_cannot_be_quoted_is_refused(offline: DatabricksProject, name: str) -> None:
    code, printed = offline.ask(requested({"one": ("drop_port", {"port": port(target=relation(name))})}))
    assert code == 1
    assert "must not be empty or hold a zero character" in printed
