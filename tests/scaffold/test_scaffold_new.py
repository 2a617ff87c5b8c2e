from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshport.errors import InputError
from meshport.mesh import load_mesh
from meshport.scaffold.new import new

Run = Callable[..., str]


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def product_of(project: Path) -> Any:
    return load(project / "models/marts/_product.yml")["groups"][0]


def test_a_project_is_made_and_committed(tmp_path: Path, run_git: Run) -> None:
    done = new(tmp_path / "Sales EU", {})
    assert done.domain == "sales_eu"
    assert load_mesh(done.path).domain == "sales_eu"
    assert load(done.path / "dbt_project.yml")["name"] == "sales_eu"
    assert run_git(done.path, "status", "--porcelain") == ""
    assert run_git(done.path, "symbolic-ref", "--short", "HEAD") == "main"
    assert run_git(done.path, "rev-parse", "main") == run_git(done.path, "rev-parse", "meshport-template")
    assert run_git(done.path, "ls-files").splitlines() == done.added
    assert {"mesh.yml", ".sqlfluff", ".github/CODEOWNERS", "vendor/meshport/dbt_project.yml"} <= set(done.added)
    assert load(done.path / ".meshport/answers.yml")["answers"]["domain"] == "sales_eu"


def test_only_the_package_is_vendored(tmp_path: Path) -> None:
    done = new(tmp_path / "sales", {})
    vendored = {Path(name).parts[2] for name in done.added if name.startswith("vendor/")}
    assert vendored == {"dbt_project.yml", "macros"}


def test_answers_are_used(tmp_path: Path) -> None:
    answers = {"owner_name": "Sales data", "owner_email": "sd@acme.org", "product": "orders_360", "title": "Sales EU"}
    project = new(tmp_path / "sales", answers).path
    mesh = load_mesh(project)
    assert (mesh.title, mesh.owner.name, mesh.owner.email) == ("Sales EU", "Sales data", "sd@acme.org")
    group = product_of(project)
    assert (group["name"], group["owner"]) == ("orders_360", {"name": "Sales data", "email": "sd@acme.org"})
    assert "* sd@acme.org" in (project / ".github/CODEOWNERS").read_text()


@pytest.mark.parametrize(
    ("title", "owner"),
    [
        ('O\'Neill & "Sons"', "Vertrieb: Köln – 東京 🛒"),
        ("# not a comment", "- no list"),
        ("*anchor &alias !tag", "back\\slash \\u0041 \\n"),
        ("null", "3.10"),
        ("{a: 1}", "[[ brackets ]] [% if %]"),
        ("'; drop table x; --", " spaces around "),
    ],
)
def test_any_text_is_a_title_and_an_owner(tmp_path: Path, title: str, owner: str) -> None:
    project = new(tmp_path / "sales", {"title": title, "owner_name": owner}).path
    mesh = load_mesh(project)
    assert (mesh.title, mesh.owner.name) == (title, owner)
    assert product_of(project)["owner"]["name"] == owner
    assert load(project / "models/marts/_exposures.yml")["exposures"][0]["owner"]["name"] == owner
    assert load(project / ".meshport/answers.yml")["answers"]["title"] == title
    for file in project.rglob("*.yml"):
        load(file)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        *(
            ("domain", name)
            for name in ("Sales", "1st", "a-b", "a b", "a__b", "a_", "ünï", "", "meshport", "on", "x" * 61)
        ),
        *(("domain", name) for name in ("sales\n", "a; drop", "main")),
        *(("product", name) for name in ("Orders", "a'b", "yes", "../up")),
        *(("title", text) for text in ("", "  ", "two\nlines", "{{ env_var('X') }}", "a {% b", "bell\a")),
        *(("owner_email", text) for text in ("nobody", "a b@c.de", "a@b\nc", "x@y.z # z", '"@"')),
        ("owner_name", "{# hidden"),
        ("ci", "jenkins"),
        ("sample_data", "perhaps"),
    ],
)
def test_an_answer_is_refused_and_nothing_is_written(tmp_path: Path, question: str, answer: str) -> None:
    with pytest.raises(InputError, match=question):
        new(tmp_path / "sales", {question: answer})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_gives_no_name_needs_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="domain"):
        new(tmp_path / "2026", {})
    assert new(tmp_path / "2026", {"domain": "year_2026"}).domain == "year_2026"


def test_an_unknown_question_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="asks no question `colour`") as caught:
        new(tmp_path / "sales", {"colour": "red"})
    assert "owner_email" in str(caught.value.hint)


def test_a_file_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "sales").write_text("mine")
    with pytest.raises(InputError, match="a file, not a folder"):
        new(tmp_path / "sales", {})
    assert (tmp_path / "sales").read_text() == "mine"


def test_a_folder_with_something_else_in_it_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        new(tmp_path, {"domain": "sales"})
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_a_second_time_is_refused(tmp_path: Path) -> None:
    project = new(tmp_path / "sales", {}).path
    with pytest.raises(InputError, match="already") as caught:
        new(project, {})
    assert "meshport update" in str(caught.value.hint)


def test_an_empty_repository_is_filled(tmp_path: Path, run_git: Run) -> None:
    run_git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    new(tmp_path, {"domain": "sales"})
    assert run_git(tmp_path, "rev-parse", "trunk") == run_git(tmp_path, "rev-parse", "meshport-template")
    assert run_git(tmp_path, "status", "--porcelain") == ""


def test_a_subfolder_of_a_repository_is_committed_alone(
    tmp_path: Path, run_git: Run, commit: Callable[[Path], str]
) -> None:
    run_git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "other.txt").write_text("one")
    before = commit(tmp_path)
    (tmp_path / "other.txt").write_text("two")
    run_git(tmp_path, "add", "other.txt")
    (tmp_path / "other.txt").write_text("three")
    done = new(tmp_path / "domains" / "sales", {})
    assert done.branch == "meshport-template-sales"
    assert run_git(tmp_path, "show", ":other.txt") == "two"
    assert (tmp_path / "other.txt").read_text() == "three"
    changed = run_git(tmp_path, "diff", "--name-only", before, "HEAD").splitlines()
    assert changed == [f"domains/sales/{name}" for name in done.added]
    assert run_git(tmp_path, "rev-parse", "HEAD^1") == before
    assert run_git(tmp_path, "status", "--porcelain") == "MM other.txt"


def test_a_folder_that_a_repository_ignores_gets_its_own(
    tmp_path: Path, run_git: Run, commit: Callable[[Path], str]
) -> None:
    run_git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("scratch/\n")
    before = commit(tmp_path)
    new(tmp_path / "scratch" / "sales", {})
    assert run_git(tmp_path, "rev-parse", "HEAD") == before
    assert (tmp_path / "scratch" / "sales" / ".git").is_dir()


def test_variables_of_a_hook_do_not_lead_astray(
    tmp_path: Path, run_git: Run, commit: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run_git(other, "init", "--quiet")
    (other / "file").write_text("mine")
    before = commit(other)
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DIR", str(other / ".git"))
        patch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
        new(tmp_path / "sales", {})
    assert run_git(other, "rev-parse", "HEAD") == before
    assert run_git(other, "status", "--porcelain") == ""
    assert run_git(tmp_path / "sales", "status", "--porcelain") == ""


def test_commits_are_the_users_own(tmp_path: Path, run_git: Run) -> None:
    project = new(tmp_path / "sales", {}).path
    assert run_git(project, "log", "-1", "--format=%an <%ae> %cn") == "Ada Keller <ada@example.com> Ada Keller"


def test_without_an_identity_commits_are_meshports(
    tmp_path: Path, run_git: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for name in ("EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    project = new(tmp_path / "sales", {}).path
    assert run_git(project, "log", "-1", "--format=%an <%ae>") == "meshport <meshport@localhost>"


def test_without_git_the_project_is_made_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = new(tmp_path / "sales", {})
    assert done.branch is None
    assert load_mesh(done.path).domain == "sales"
    assert not (done.path / ".git").exists()


def test_without_sample_data_there_is_nothing_to_throw_away(tmp_path: Path) -> None:
    done = new(tmp_path / "sales", {"sample_data": "no"})
    assert not [name for name in done.added if name.startswith(("models/", "seeds/", "tests/"))]
    assert "seeds" not in load(done.path / "dbt_project.yml")


def commands(steps: list[dict[str, Any]]) -> list[str]:
    return [step.get("run") or step.get("script") for step in steps if "run" in step or "script" in step]


CHECK = ["pip install --requirement requirements.txt", "sqlfluff lint", "meshport build", "meshport plan"]
PUBLISH = ["pip install --requirement requirements.txt", "meshport build", "meshport publish --yes"]


def test_github_checks_pull_requests_and_publishes_what_is_merged(tmp_path: Path) -> None:
    done = new(tmp_path / "sales", {"ci": "github"})
    workflow = load(done.path / ".github/workflows/meshport.yml")
    assert workflow[True] == {"pull_request": None, "push": {"branches": ["main"]}}  # YAML 1.1 reads `on` as true
    jobs = workflow["jobs"]
    assert (commands(jobs["check"]["steps"]), jobs["check"]["if"]) == (CHECK, "github.event_name == 'pull_request'")
    assert (commands(jobs["publish"]["steps"]), jobs["publish"]["if"]) == (PUBLISH, "github.event_name == 'push'")
    assert "azure-pipelines.yml" not in done.added


def test_azure_checks_pull_requests_and_publishes_what_is_merged(tmp_path: Path) -> None:
    done = new(tmp_path / "sales", {"ci": "azure"})
    check, publish = load(done.path / "azure-pipelines.yml")["jobs"]
    assert (check["job"], commands(check["steps"])) == ("check", CHECK)
    assert (publish["job"], commands(publish["steps"])) == ("publish", PUBLISH)
    assert not (done.path / ".github").exists()
