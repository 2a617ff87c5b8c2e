"""A git of the tests' own, and a template that can be changed as if a newer meshport had brought it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from meshport import bundled

Run = Callable[..., str]


@pytest.fixture(autouse=True)
def git_identity(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git sees the tests' configuration and nobody else's."""
    config = tmp_path_factory.mktemp("git") / "config"
    config.write_text("[user]\n\tname = Ada Keller\n\temail = ada@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def run_git() -> Run:
    """Run git in a folder, fail where it fails, return its output."""

    def run(folder: Path, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def commit(run_git: Run) -> Callable[[Path], str]:
    """Commit everything in a folder and return the commit."""

    def make(folder: Path) -> str:
        run_git(folder, "add", "--all", ".")
        run_git(folder, "commit", "--quiet", "--message", "work")
        return run_git(folder, "rev-parse", "HEAD")

    return make


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A copy of the template, to be changed."""
    copy = tmp_path / "newer-template"
    shutil.copytree(bundled.project_template(), copy)
    return copy


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A dbt project that somebody made without meshport."""
    project = tmp_path / "foreign"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: Jaffle_Shop # ours\nversion: '1.0'\nprofile: jaffle\n")
    (project / "models" / "orders.sql").write_text("select 1 as id\n")
    (project / "README.md").write_bytes(b"# Ours\r\n\xc3\xa9\n")
    (project / "CODEOWNERS").write_text("* @us\n")
    (project / "packages.yml").write_text(
        "# what we use\npackages:\n  # utils\n  - package: acme/utils\n    version: 1.0.0\n"
    )
    return project
