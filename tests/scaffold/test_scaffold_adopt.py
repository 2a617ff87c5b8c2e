from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from meshport.errors import InputError
from meshport.mesh import load_mesh
from meshport.scaffold.new import new
from meshport.scaffold.update import update

Run = Callable[..., str]
Commit = Callable[[Path], str]


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if ".git" not in path.parts}


@pytest.fixture
def committed(foreign: Path, run_git: Run, commit: Commit) -> Path:
    run_git(foreign, "init", "--quiet", "--initial-branch=trunk")
    commit(foreign)
    return foreign


def test_what_is_missing_is_added_and_nothing_overwritten(committed: Path, run_git: Run) -> None:
    before = contents(committed)
    done = new(committed, {})
    after = contents(committed)
    assert done.adopted
    assert set(after) == set(before) | set(done.added)
    assert {name for name in before if after[name] != before[name]} == {"packages.yml"} == set(done.changed)
    assert done.left == [".github/CODEOWNERS", "README.md", "dbt_project.yml"]
    assert {"mesh.yml", ".sqlfluff", ".github/workflows/meshport.yml", "vendor/meshport/dbt_project.yml"} <= set(
        done.added
    )
    assert not [name for name in done.added if name.startswith(("models/", "seeds/", "tests/", "profiles"))]
    assert load_mesh(committed).domain == "jaffle_shop"
    assert run_git(committed, "status", "--porcelain") == ""


def test_the_commit_is_a_merge_of_the_template(committed: Path, run_git: Run) -> None:
    head = run_git(committed, "rev-parse", "HEAD")
    done = new(committed, {})
    assert run_git(committed, "rev-parse", "HEAD^1") == head
    assert run_git(committed, "rev-parse", "HEAD^2") == run_git(committed, "rev-parse", "meshport-template")
    changed = run_git(committed, "diff", "--name-only", "HEAD^1", "HEAD").splitlines()
    assert sorted(changed) == sorted([*done.added, "packages.yml"])
    assert run_git(committed, "symbolic-ref", "--short", "HEAD") == "trunk"


def test_packages_keep_their_comments(committed: Path) -> None:
    new(committed, {})
    assert (committed / "packages.yml").read_text() == (
        "# what we use\npackages:\n  # utils\n  - local: vendor/meshport\n  - package: acme/utils\n    version: 1.0.0\n"
    )


def test_a_later_update_touches_only_what_was_added(committed: Path, newer: Path, commit: Commit) -> None:
    new(committed, {})
    (committed / ".sqlfluff").write_text("# ours now\n" + (committed / ".sqlfluff").read_text())
    commit(committed)
    before = contents(committed)
    for name in ("README.md.jinja", "dbt_project.yml.jinja", "profiles.yml.jinja", "packages.yml", ".sqlfluff"):
        with (newer / "template" / name).open("a") as file:
            file.write("# newer\n")
    (newer / "template/.github/CODEOWNERS.jinja").write_text("* @template\n")
    (newer / "template/CONTRIBUTING.md").write_text("How we work.\n")
    done = update(committed, {}, template=newer)
    after = contents(committed)
    assert sorted(done.changed) == [".sqlfluff", "CONTRIBUTING.md"]
    assert {name for name in after if after[name] != before.get(name)} == {".sqlfluff", "CONTRIBUTING.md"}
    assert after[".sqlfluff"].startswith(b"# ours now\n")
    assert after[".sqlfluff"].endswith(b"# newer\n")


def test_a_project_in_a_subfolder_is_adopted_there(tmp_path: Path, foreign: Path, run_git: Run, commit: Commit) -> None:
    run_git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "README.md").write_text("all\n")
    commit(tmp_path)
    done = new(foreign, {})
    changed = run_git(tmp_path, "diff", "--name-only", "HEAD^1", "HEAD").splitlines()
    assert sorted(changed) == sorted(f"foreign/{name}" for name in [*done.added, "packages.yml"])
    assert update(foreign, {}).changed == []
    assert run_git(tmp_path, "status", "--porcelain") == ""


def test_a_dirty_tree_is_refused_and_untouched(committed: Path) -> None:
    (committed / "models/orders.sql").write_text("select 2 as id\n")
    before = contents(committed)
    with pytest.raises(InputError, match="not committed") as caught:
        new(committed, {})
    assert "stash" in str(caught.value.hint)
    assert contents(committed) == before


def test_a_project_that_git_does_not_know_yet_is_refused(foreign: Path, run_git: Run) -> None:
    run_git(foreign, "init", "--quiet")
    before = contents(foreign)
    with pytest.raises(InputError, match="not committed to git yet"):
        new(foreign, {})
    assert contents(foreign) == before


def test_outside_git_files_are_added_and_update_says_what_it_needs(foreign: Path) -> None:
    before = contents(foreign)
    done = new(foreign, {})
    assert done.branch is None
    assert all(contents(foreign)[name] == before[name] for name in before if name != "packages.yml")
    with pytest.raises(InputError, match="not in git"):
        update(foreign, {})


@pytest.mark.parametrize("text", ["", "name: [1]\n", "- a\n", "name: {\n", "version: 1\n"])
def test_a_project_that_cannot_be_read_is_refused(foreign: Path, text: str) -> None:
    (foreign / "dbt_project.yml").write_text(text)
    before = contents(foreign)
    with pytest.raises(InputError, match=r"dbt_project\.yml"):
        new(foreign, {})
    assert contents(foreign) == before


def test_packages_that_cannot_be_added_to_are_refused(foreign: Path) -> None:
    (foreign / "packages.yml").write_text("packages: {a: 1}\n")
    before = contents(foreign)
    with pytest.raises(InputError, match="no list of packages"):
        new(foreign, {})
    assert contents(foreign) == before


def test_a_file_in_the_place_of_a_folder_is_refused_before_anything_is_written(committed: Path, commit: Commit) -> None:
    (committed / "vendor").write_text("mine")
    commit(committed)
    before = contents(committed)
    with pytest.raises(InputError, match="vendor is a file"):
        new(committed, {})
    assert contents(committed) == before


def test_packages_declared_elsewhere_are_added_to_there(foreign: Path) -> None:
    (foreign / "packages.yml").rename(foreign / "dependencies.yml")
    done = new(foreign, {})
    assert done.changed == ["dependencies.yml"]
    assert not (foreign / "packages.yml").exists()
    listed = yaml.safe_load((foreign / "dependencies.yml").read_text())["packages"]
    assert {"local": "vendor/meshport"} in listed


def test_without_packages_the_file_is_the_templates(foreign: Path) -> None:
    (foreign / "packages.yml").unlink()
    done = new(foreign, {})
    assert "packages.yml" in done.added
    assert done.changed == []


def test_a_linter_that_is_configured_elsewhere_is_left(foreign: Path) -> None:
    (foreign / "pyproject.toml").write_text("[tool.sqlfluff.core]\ndialect = 'snowflake'\n")
    done = new(foreign, {})
    assert ".sqlfluff" in done.left
    assert not (foreign / ".sqlfluff").exists()


def test_a_project_on_azure_stays_there(foreign: Path) -> None:
    (foreign / "azure-pipelines.yml").write_text("trigger: none\n")
    done = new(foreign, {})
    assert "azure-pipelines.yml" in done.left
    assert not (foreign / ".github").exists()
