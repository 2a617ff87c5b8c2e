"""`meshport lint`: the standards' rules win, templates need neither dbt nor a warehouse, nothing is passed over."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.publish.domain import Domain, Done
from tests.standards.federation import commit, git, repository, write

RULES = """\
[sqlfluff]
rules = LT05,CP01
exclude_rules = CV10
max_line_length = 60

[sqlfluff:rules:capitalisation.keywords]
capitalisation_policy = lower
"""
OWN = {
    "standards.yml": "format: 1\n",
    "classifications.yml": "classifications: {public: {description: Anybody.}}\n",
    "masks.yml": "masks: {nullify: {description: Nothing., types: [any], method: nullify}}\n",
    "tag_templates.yml": "tag_templates: {}\n",
    "sqlfluff.cfg": RULES,
}
PROJECT = {
    "dbt_project.yml": "name: shop\nversion: 1.0.0\nprofile: shop\n",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n",
    "mesh.yml": "domain: shop\nstandards: {folder: ../central}\n",
    "models/clean.sql": "select 1 as one\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Domain:
    """A project without a finding, on standards with two rules."""
    write(tmp_path / "central", OWN)
    return Domain(write(tmp_path / "shop", PROJECT))


def linted(shop: Domain, *arguments: str, code: int = 3) -> dict[str, list[str]]:
    """Lint and return the rules that each file breaks, and `unread` for files that were not read."""
    done = shop.run("lint", "--format", "json", *arguments)
    assert done.code == code, done
    return {
        each["path"]: ["unread"] if each.get("unread") else [finding["rule"] for finding in each.get("findings", ())]
        for each in json.loads(done.out)
    }


def test_a_clean_project_ends_with_0(shop: Domain) -> None:
    assert linted(shop, code=0) == {"models/clean.sql": []}


def test_findings_have_a_place_and_end_with_3(shop: Domain) -> None:
    write(shop.path, {"models/marts/loud.sql": "select 1 as one\nFROM t\n"})
    done = shop.run("lint", "--format", "json")
    assert done.code == 3
    found = {each["path"]: each for each in json.loads(done.out)}["models/marts/loud.sql"]["findings"]
    assert found == [
        {
            "path": "models/marts/loud.sql",
            "line": 2,
            "column": 1,
            "rule": "CP01",
            "name": "capitalisation.keywords",
            "message": "Keywords must be lower case.",
            "severity": "error",
            "fixable": True,
        }
    ]
    assert "models/marts/loud.sql:2:1  CP01" in shop.run("lint").out


class TestWhoWins:
    """The standards say LT05 and CP01, keywords lower, lines of 60 at most."""

    LOUD = "SELECT 1 AS one\n"
    LONG = "select 1 as one_name_that_is_so_long_that_it_ends_after_seventy_columns_x\n"
    SPACED = "select 1  as one\n"

    def own(self, shop: Domain, text: str) -> Done:
        write(shop.path, {".sqlfluff": text, "models/loud.sql": self.LOUD, "models/long.sql": self.LONG})
        write(shop.path, {"models/spaced.sql": self.SPACED})
        return shop.run("lint")

    @pytest.mark.parametrize(
        ("setting", "told"),
        [
            ("exclude_rules = CP01,LT05", "exclude_rules = CP01,LT05: the standards say CV10"),
            ("max_line_length = 200", "max_line_length = 200: the standards say 60"),
            ("max_line_length = long", "max_line_length = long: the standards say 60"),
            ("max_line_length = 0", "max_line_length = 0: the standards say 60"),
            ("ignore = linting", "ignore = linting"),
            ("warnings = CP01,LT05", "warnings = CP01,LT05"),
            ("large_file_skip_byte_limit = 5", "large_file_skip_byte_limit = 5"),
            (
                "[sqlfluff:rules:capitalisation.keywords]\ncapitalisation_policy = upper",
                "capitalisation_policy = upper: the standards say lower",
            ),
        ],
    )
    def test_what_loosens_is_overruled_and_said(self, shop: Domain, setting: str, told: str) -> None:
        done = self.own(shop, setting if setting.startswith("[") else f"[sqlfluff]\n{setting}\n")
        assert done.code == 3
        assert "models/loud.sql:1:1" in done.out
        assert "models/long.sql:1:1" in done.out
        assert f"The standards overrule a setting of this project: {told}\n" in done.err

    def test_fewer_rules_are_not_fewer(self, shop: Domain) -> None:
        self.own(shop, "[sqlfluff]\nrules = LT01\n")
        found = linted(shop)
        assert found["models/loud.sql"] == ["CP01", "CP01"]
        assert found["models/spaced.sql"] == ["LT01"], "and a rule more is one more"

    def test_what_tightens_and_what_is_left_open_is_the_domains(self, shop: Domain) -> None:
        done = self.own(
            shop,
            "[sqlfluff]\nmax_line_length = 10\n[sqlfluff:rules:capitalisation.keywords]\nignore_words = as\n",
        )
        assert "models/clean.sql:1:1" in done.out
        assert sorted(linted(shop)["models/loud.sql"]) == ["CP01", "LT05"], "SELECT, not AS"
        assert "overrule" not in done.err

    def test_a_folders_own_file_is_no_way_around(self, shop: Domain) -> None:
        write(
            shop.path, {"models/deep/.sqlfluff": "[sqlfluff]\nexclude_rules = CP01\n", "models/deep/a.sql": self.LOUD}
        )
        assert linted(shop)["models/deep/a.sql"] == ["CP01", "CP01"]

    @pytest.mark.parametrize(
        "line",
        [
            "exclude_rules:CP01",
            "rules:LT01",
            "rules:capitalisation.keywords:capitalisation_policy:upper",
            "ignore:linting",
        ],
    )
    def test_a_files_own_setting_is_no_way_around(self, shop: Domain, line: str) -> None:
        write(shop.path, {"models/a.sql": f"-- sqlfluff:{line}\n{self.LOUD}"})
        assert linted(shop)["models/a.sql"][-2:] == ["CP01", "CP01"]
        assert "overrule" in shop.run("lint").err or line == "rules:LT01"

    def test_a_files_own_setting_may_tighten(self, shop: Domain) -> None:
        write(shop.path, {"models/a.sql": "-- sqlfluff:max_line_length:20\nselect 1 as one, 2 as two\n"})
        assert linted(shop)["models/a.sql"] == ["LT05", "LT05"]

    def test_the_standards_decide_whether_noqa_counts(self, shop: Domain) -> None:
        write(shop.path, {"models/a.sql": "SELECT 1 as one -- noqa: CP01\n"})
        assert linted(shop, code=0)["models/a.sql"] == []
        write(
            shop.path.parent / "central",
            {"sqlfluff.cfg": RULES.replace("[sqlfluff]", "[sqlfluff]\ndisable_noqa = true", 1)},
        )
        write(shop.path, {".sqlfluff": "[sqlfluff]\ndisable_noqa = false\ndisable_noqa_except = CP01\n"})
        assert linted(shop)["models/a.sql"] == ["CP01"]

    def test_without_a_domain_the_shipped_rules_hold(self, shop: Domain) -> None:
        (shop.path / "mesh.yml").unlink()
        write(shop.path, {"models/loud.sql": self.LOUD})
        assert "CP01" in linted(shop)["models/loud.sql"]


class TestTemplates:
    def test_what_dbt_knows_is_known(self, shop: Domain) -> None:
        model = """\
{{ config({'materialized': 'incremental'}) }}
{{ config(enabled = var('on', true) | as_bool) }}

select
    a.one,
    {{ dbt.type_string() }} as kind,
    cast(a.two as {{ dbt.type_string() }}) as two
from {{ ref('other', 'a') }} as a
inner join {{ source('raw', 'b') }} as b on a.one = b.one
where a.three = '{{ env_var("X", "y") }}'
{% if is_incremental() %}
    and a.one > (select max(one) from {{ this }})
{% endif %}
"""
        write(shop.path, {"models/a.sql": model})
        assert linted(shop, code=0)["models/a.sql"] == []

    def test_the_projects_macros_are_used_and_broken_ones_are_left_out(self, shop: Domain) -> None:
        macros = {
            "macros/cents.sql": "{% macro cents(column) %}({{ column }} / {{ other.scale() }}){% endmacro %}\n",
            "macros/kind.sql": "{% materialization odd, default %}{% endmaterialization %}\n",
        }
        loud = "select {{ cents('amount') }} AS amount\nfrom {{ ref('x') }}\n"
        write(shop.path, {**macros, "models/a.sql": loud})
        assert linted(shop)["models/a.sql"] == ["CP01"]

    def test_a_file_that_needs_what_is_not_here_is_named(self, shop: Domain) -> None:
        write(shop.path, {"models/a.sql": "select 1 as one from x {{ some_package.tail() }} y z\n"})
        assert linted(shop, code=0)["models/a.sql"] == ["unread"]
        for output_format in ("text", "github"):
            done = shop.run("lint", "--format", output_format)
            assert "some_package" in done.out + done.err
        assert "1 not read" in shop.run("lint").out

    def test_a_broken_template_is_named(self, shop: Domain) -> None:
        write(shop.path, {"models/a.sql": "select {% if %} 1\n"})
        assert linted(shop, code=0)["models/a.sql"] == ["unread"]

    def test_what_is_no_sql_is_a_finding(self, shop: Domain) -> None:
        write(shop.path, {"models/a.sql": "selec 1 from {{ ref('x') }} where\n"})
        assert linted(shop)["models/a.sql"] == ["PRS"]

    def test_what_is_no_text_is_named(self, shop: Domain) -> None:
        (shop.path / "models/a.sql").write_bytes(b"select '\xff'\n")
        assert linted(shop, code=0)["models/a.sql"] == ["unread"]

    def test_a_scaffolded_projects_stand_in_does_not_replace_the_program(self, shop: Domain) -> None:
        import meshport

        write(shop.path, {".sqlfluff": "[sqlfluff:templater:jinja]\nlibrary_path = lint\n"})
        write(shop.path, {"lint/meshport.py": "def keyed_hash(column): return column\n"})
        write(shop.path, {"models/a.sql": "select {{ meshport.keyed_hash('email') }} AS email\n"})
        assert linted(shop)["models/a.sql"] == ["CP01"]
        assert __import__("sys").modules["meshport"] is meshport
        assert json.loads(shop.run("lint", "--format", "sarif").out)["version"] == "2.1.0"


class TestChanged:
    @pytest.fixture
    def branch(self, shop: Domain) -> Domain:
        """A branch with a changed, a new, a deleted and an uncommitted file; main went on in the meantime."""
        loud = "SELECT 1 as one\n"
        repository(shop.path, {"models/old.sql": loud, "models/gone.sql": loud, "models/later.sql": loud})
        git(shop.path, "switch", "--quiet", "--create", "work")
        write(shop.path, {"models/clean.sql": "select 2 AS two\n", "models/new.sql": loud})
        (shop.path / "models/gone.sql").unlink()
        commit(shop.path)
        git(shop.path, "switch", "--quiet", "main")
        write(shop.path, {"models/later.sql": "SELECT 2 as two\n"})
        commit(shop.path)
        git(shop.path, "switch", "--quiet", "work")
        write(shop.path, {"models/uncommitted ü.sql": loud, "notes.txt": "x"})
        return shop

    def test_only_what_changed_on_this_branch_is_linted(self, branch: Domain) -> None:
        expected = {"models/clean.sql", "models/new.sql", "models/uncommitted ü.sql"}
        assert linted(branch, "--changed").keys() == expected
        assert linted(branch, "--changed=main").keys() == expected
        assert linted(branch, "--changed=work").keys() == {"models/uncommitted ü.sql"}
        assert linted(branch, "--changed", "main", str(branch.path / "models/new.sql")).keys() == {"models/new.sql"}
        assert linted(branch).keys() > expected

    def test_origins_main_branch_comes_first(self, branch: Domain, tmp_path: Path) -> None:
        git(tmp_path, "clone", "--quiet", "--branch=work", str(branch.path), "clone")
        write(tmp_path / "clone", {"models/fresh.sql": "SELECT 1 as one\n"})
        git(tmp_path / "clone", "remote", "set-head", "origin", "work")
        assert linted(Domain(tmp_path / "clone"), "--changed").keys() == {"models/fresh.sql"}

    def test_nothing_changed_is_nothing_to_lint(self, branch: Domain) -> None:
        commit(branch.path)
        assert linted(branch, "--changed=work", code=0) == {}
        assert branch.run("lint", "--changed=work").out == "0 files, 0 findings, 0 not read.\n"

    def test_a_reference_that_does_not_exist_is_refused(self, branch: Domain) -> None:
        for ref in ("nowhere", "models"):
            done = branch.run("lint", f"--changed={ref}")
            assert done.code == 4
            assert f"git knows no {ref}" in done.err

    def test_without_a_repository_it_is_refused(self, shop: Domain) -> None:
        done = shop.run("lint", "--changed")
        assert done.code == 4
        assert "no git repository" in done.err


class TestFix:
    def test_what_can_be_mended_is_mended_and_the_rest_is_reported(self, shop: Domain) -> None:
        before = f"SELECT {{{{ ref('a') }}}} AS {'x' * 60}\n"
        write(shop.path, {"models/a.sql": before})
        (shop.path / "models/a.sql").chmod(0o640)
        found = linted(shop, "--fix")
        mended = (shop.path / "models/a.sql").read_text().split()
        assert mended[:6] == ["select", "{{", "ref('a')", "}}", "as", "x" * 60]
        assert (shop.path / "models/a.sql").stat().st_mode & 0o777 == 0o640
        assert found["models/a.sql"] == ["LT05"]
        assert (shop.path / "models/clean.sql").read_text() == PROJECT["models/clean.sql"]

    def test_windows_line_ends_and_foreign_letters_stay(self, shop: Domain) -> None:
        (shop.path / "models/a.sql").write_bytes("SELECT 'Größe' as one\r\nfrom t\r\n".encode())
        assert linted(shop, "--fix", code=0)["models/a.sql"] == []
        assert (shop.path / "models/a.sql").read_bytes() == "select 'Größe' as one\r\nfrom t\r\n".encode()
        assert {path.name for path in (shop.path / "models").iterdir()} == {"a.sql", "clean.sql"}

    def test_what_was_not_read_is_not_touched(self, shop: Domain) -> None:
        for text in ("SELECT 1 from x {{ some_package.tail() }} y z\n", "SELEC 1\n"):
            write(shop.path, {"models/a.sql": text})
            shop.run("lint", "--fix")
            assert (shop.path / "models/a.sql").read_text() == text


def test_many_files_are_linted_by_several_processes(shop: Domain) -> None:
    write(shop.path, {f"models/m{number}.sql": f"SELECT {number} as n\n" for number in range(20)})
    found = linted(shop)
    assert len(found) == 21
    assert all(rules == ["CP01"] for path, rules in found.items() if path != "models/clean.sql")


def test_annotations_and_sarif_start_at_the_repository(shop: Domain, tmp_path: Path) -> None:
    repository(tmp_path, {})
    write(shop.path, {"models/a.sql": "select 1 as one\nFROM t\n"})
    done = shop.run("lint", "--format", "github")
    assert done.out == (
        "::error file=shop/models/a.sql,line=2,title=CP01::models/a.sql:2:1: Keywords must be lower case.\n"
    )
    data = json.loads(shop.run("lint", "--format", "sarif").out)
    (result,) = data["runs"][0]["results"]
    place: Any = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], place["artifactLocation"]["uri"], place["region"]) == (
        "CP01",
        "shop/models/a.sql",
        {"startLine": 2},
    )


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({"profiles.yml": "{}"}, (), "dialect"),
        ({".sqlfluff": "[sqlfluff]\ndialect = klingon\n"}, (), "Unknown dialect"),
        ({"dbt_project.yml": "name: [\n"}, (), "dbt_project.yml"),
        ({}, ("models/nowhere.sql",), "there is nothing at"),
    ],
)
def test_bad_input_is_explained(shop: Domain, files: dict[str, str], arguments: tuple[str, ...], said: str) -> None:
    write(shop.path, files)
    done = shop.run("lint", *arguments)
    assert done.code == 4, done
    assert said in done.err
    assert "failed in a way it should not" not in done.err


def test_sqlfluff_is_imported_by_this_command_alone() -> None:
    code = "import sys; from meshport.cli import cli, main\ntry: main(['standards', 'show'])\nexcept SystemExit: pass\n"
    code += "assert 'sqlfluff' not in sys.modules"
    subprocess.run([__import__("sys").executable, "-c", code], check=True, capture_output=True)
