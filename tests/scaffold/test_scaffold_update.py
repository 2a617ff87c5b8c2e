from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from meshport.errors import BlockedError, InputError
from meshport.scaffold.new import new
from meshport.scaffold.update import update

Run = Callable[..., str]
Commit = Callable[[Path], str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return new(tmp_path / "sales", {}).path


def replace(file: Path, old: str, text: str) -> None:
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, text), encoding="utf-8")


def change_template(newer: Path) -> None:
    """What a newer meshport might bring: a changed line, a new file, a file that is gone."""
    replace(newer / "template/.sqlfluff", "max_line_length = 120", "max_line_length = 100")
    (newer / "template/CONTRIBUTING.md").write_text("How we work.\n")
    (newer / "template/.pre-commit-config.yaml").unlink()


def test_edits_stay_and_the_new_arrives(project: Path, newer: Path, run_git: Run, commit: Commit) -> None:
    replace(project / ".sqlfluff", "dialect = duckdb", "dialect = databricks")
    (project / "models/mine.sql").write_text("select 1 as id\n")
    (project / "README.md").write_text("all ours now\n")
    commit(project)
    change_template(newer)
    done = update(project, {}, template=newer)
    assert sorted(done.changed) == [".pre-commit-config.yaml", ".sqlfluff", "CONTRIBUTING.md"]
    settings = (project / ".sqlfluff").read_text()
    assert "dialect = databricks" in settings
    assert "max_line_length = 100" in settings
    assert (project / "CONTRIBUTING.md").read_text() == "How we work.\n"
    assert not (project / ".pre-commit-config.yaml").exists()
    assert (project / "models/mine.sql").is_file()
    assert (project / "README.md").read_text() == "all ours now\n"
    assert run_git(project, "status", "--porcelain") == ""


def test_again_changes_nothing(project: Path, newer: Path, run_git: Run) -> None:
    before = run_git(project, "rev-parse", "HEAD", "meshport-template")
    assert update(project, {}).changed == []
    assert run_git(project, "rev-parse", "HEAD", "meshport-template") == before
    change_template(newer)
    assert update(project, {}, template=newer).changed
    after = run_git(project, "rev-parse", "HEAD", "meshport-template")
    assert update(project, {}, template=newer).changed == []
    assert run_git(project, "rev-parse", "HEAD", "meshport-template") == after


def test_a_conflict_is_shown_and_nothing_is_lost(project: Path, newer: Path, run_git: Run, commit: Commit) -> None:
    replace(project / ".sqlfluff", "max_line_length = 120", "max_line_length = 80")
    edited = commit(project)
    change_template(newer)
    with pytest.raises(BlockedError, match=r"\.sqlfluff") as caught:
        update(project, {}, template=newer)
    assert "git merge --abort" in str(caught.value.hint)
    shown = (project / ".sqlfluff").read_text()
    assert "max_line_length = 80" in shown
    assert "max_line_length = 100" in shown
    assert run_git(project, "rev-parse", "HEAD") == edited

    with pytest.raises(InputError, match="not committed"):
        update(project, {}, template=newer)

    run_git(project, "merge", "--abort")
    assert "max_line_length = 80" in (project / ".sqlfluff").read_text()
    with pytest.raises(BlockedError):
        update(project, {}, template=newer)

    run_git(project, "checkout", "--ours", ".sqlfluff")
    commit(project)
    assert update(project, {}, template=newer).changed == []
    assert "max_line_length = 80" in (project / ".sqlfluff").read_text()


def test_a_file_that_the_user_deleted_stays_deleted(project: Path, newer: Path, commit: Commit) -> None:
    shutil.rmtree(project / "seeds")
    (project / "models/staging/stg_orders.sql").unlink()
    commit(project)
    change_template(newer)
    update(project, {}, template=newer)
    assert not (project / "seeds").exists()
    assert not (project / "models/staging/stg_orders.sql").exists()


def test_an_answer_can_change(project: Path) -> None:
    done = update(project, {"ci": "azure", "title": "Sales “EU”"})
    assert "azure-pipelines.yml" in done.changed
    assert not (project / ".github").exists()
    assert "Sales “EU”" in (project / "mesh.yml").read_text(encoding="utf-8")
    assert update(project, {}).changed == []


def test_a_question_that_is_gone_or_new_does_no_harm(project: Path, newer: Path, commit: Commit) -> None:
    replace(project / ".meshport/answers.yml", "answers:\n", 'answers:\n  asked_once: "no more"\n')
    commit(project)
    replace(newer / "copier.yml", "\ntitle:\n", '\ncolour:\n  type: str\n  default: "red"\n\ntitle:\n')
    update(project, {}, template=newer)
    answers = (project / ".meshport/answers.yml").read_text()
    assert 'colour: "red"' in answers


def test_a_domain_keeps_its_name(project: Path) -> None:
    with pytest.raises(InputError, match="keeps its name"):
        update(project, {"domain": "marketing"})


def test_what_is_not_committed_is_not_merged_over(project: Path, newer: Path, run_git: Run) -> None:
    before = run_git(project, "rev-parse", "HEAD", "meshport-template")
    (project / "mesh.yml").write_text("domain: mine\n")
    change_template(newer)
    with pytest.raises(InputError, match="not committed") as caught:
        update(project, {}, template=newer)
    assert "stash" in str(caught.value.hint)
    assert (project / "mesh.yml").read_text() == "domain: mine\n"
    assert run_git(project, "rev-parse", "HEAD", "meshport-template") == before


def test_an_untracked_file_in_the_way_is_kept(project: Path, newer: Path) -> None:
    change_template(newer)
    (project / "CONTRIBUTING.md").write_text("mine, not yet committed\n")
    with pytest.raises(InputError, match=r"CONTRIBUTING\.md"):
        update(project, {}, template=newer)
    assert (project / "CONTRIBUTING.md").read_text() == "mine, not yet committed\n"
    (project / "CONTRIBUTING.md").unlink()
    assert "CONTRIBUTING.md" in update(project, {}, template=newer).changed


def test_domains_of_one_repository_are_updated_one_by_one(
    tmp_path: Path, newer: Path, run_git: Run, commit: Commit
) -> None:
    mono = tmp_path / "mono repo"
    mono.mkdir()
    run_git(mono, "init", "--quiet", "--initial-branch=main")
    (mono / "README.md").write_text("all domains\n")
    commit(mono)
    sales = new(mono / "domains" / "sales", {}).path
    marketing = new(mono / "domains" / "märketing", {"domain": "marketing"}).path
    replace(marketing / ".sqlfluff", "dialect = duckdb", "dialect = databricks")
    commit(mono)
    change_template(newer)

    done = update(marketing, {}, template=newer)
    assert "domains/märketing/CONTRIBUTING.md" in done.changed
    assert "dialect = databricks" in (marketing / ".sqlfluff").read_text()
    assert not (sales / "CONTRIBUTING.md").exists()

    update(sales, {}, template=newer)
    assert (sales / "CONTRIBUTING.md").is_file()
    assert (mono / "README.md").read_text() == "all domains\n"
    assert run_git(mono, "status", "--porcelain") == ""
    assert update(sales, {}, template=newer).changed == []


def test_a_clone_without_the_branch_finds_the_rendering(
    tmp_path: Path, project: Path, newer: Path, run_git: Run
) -> None:
    change_template(newer)
    update(project, {}, template=newer)
    replace(newer / "template/CONTRIBUTING.md", "How", "Why")
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "--quiet", "--single-branch", "--branch=main", str(project), str(clone))
    assert run_git(clone, "branch", "--list", "--all", "*meshport*") == ""
    done = update(clone, {}, template=newer)
    assert done.changed == ["CONTRIBUTING.md"]
    assert run_git(clone, "branch", "--list", "meshport-template")


def test_a_clone_of_a_squashed_project_uses_the_branch_on_origin(
    tmp_path: Path, project: Path, newer: Path, run_git: Run
) -> None:
    # History that was rewritten no longer holds the rendering; only the branch does.
    run_git(project, "checkout", "--quiet", "--orphan", "squashed")
    run_git(project, "commit", "--quiet", "--message", "one commit\n\nMeshport-Template: sales")
    run_git(project, "branch", "--quiet", "--delete", "--force", "main")
    change_template(newer)
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "--quiet", "--single-branch", "--branch=squashed", str(project), str(clone))
    with pytest.raises(InputError, match="neither here nor on origin") as caught:
        update(clone, {}, template=newer)
    assert "git fetch" in str(caught.value.hint)
    run_git(clone, "fetch", "--quiet", "origin", "meshport-template:refs/remotes/origin/meshport-template")
    with pytest.raises(InputError, match="no history in common") as caught:
        update(clone, {}, template=newer)
    run_git(clone, *str(caught.value.hint).split("`")[1].split()[1:])
    assert "CONTRIBUTING.md" in update(clone, {}, template=newer).changed


def test_a_branch_that_is_behind_what_was_merged_is_moved_on(
    tmp_path: Path, project: Path, newer: Path, run_git: Run, commit: Commit
) -> None:
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "--quiet", str(project), str(clone))
    run_git(clone, "branch", "--quiet", "meshport-template", "origin/meshport-template")
    change_template(newer)
    update(project, {}, template=newer)  # a colleague's, who then edits what it brought
    (project / "CONTRIBUTING.md").write_text("Edited.\n")
    commit(project)
    run_git(clone, "pull", "--quiet", "origin", "main")
    assert update(clone, {}, template=newer).changed == []
    assert (clone / "CONTRIBUTING.md").read_text() == "Edited.\n"


def test_the_template_branch_itself_is_not_worked_on(project: Path, run_git: Run) -> None:
    run_git(project, "switch", "--quiet", "meshport-template")
    with pytest.raises(InputError, match="not worked on"):
        update(project, {})


def test_a_project_outside_git_is_refused(project: Path) -> None:
    shutil.rmtree(project / ".git")
    with pytest.raises(InputError, match="not in git"):
        update(project, {})


@pytest.mark.parametrize(
    "text", ["", "[]", "answers: {", "template: 1.0\nanswers: {}\n", "template: '1'\nanswers: {}\n"]
)
def test_answers_that_cannot_be_read_are_refused(project: Path, text: str) -> None:
    (project / ".meshport/answers.yml").write_text(text)
    with pytest.raises(InputError, match="answers"):
        update(project, {})


def test_a_folder_without_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not made from the template"):
        update(tmp_path, {})
