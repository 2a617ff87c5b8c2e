"""Where the registry is: the command line, then mesh.yml, then the user's data folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from meshport.errors import InputError
from meshport.registry import Registry, location, registry_url


def database(found: str) -> str | None:
    return make_url(found).database


def test_the_command_line_wins_and_starts_at_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert database(location("of_mesh.db", tmp_path / "project", "given.db")) == str(tmp_path / "given.db")


def test_mesh_yml_starts_at_the_project(tmp_path: Path) -> None:
    assert database(location("../shared.db", tmp_path / "project", None)) == str(tmp_path / "shared.db")
    assert database(location("sqlite:///in/it.db", tmp_path, None)) == str(tmp_path / "in" / "it.db")


def test_the_default_is_one_for_all_projects_of_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    found = location(None, tmp_path / "sales", None)
    assert found == location(None, tmp_path / "marketing", None)
    assert (database(found) or "").startswith(str(tmp_path))
    assert (database(found) or "").endswith("meshport/registry.db")


def test_a_folder_without_mesh_yml_has_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert registry_url(tmp_path, None) == location(None, tmp_path, None)
    (tmp_path / "mesh.yml").write_text("domain: sales\nregistry: mine.db\n")
    assert database(registry_url(tmp_path, None)) == str(tmp_path / "mine.db")


def test_other_databases_keep_their_url_and_hide_their_password() -> None:
    given = "postgresql+psycopg://mesh:secret@db.example.com/mesh"
    assert location(None, Path("."), given) == given


def test_a_url_that_is_none_is_an_input_error() -> None:
    with pytest.raises(InputError, match="cannot be understood") as error:
        location(None, Path("."), "not a scheme://:x:y")
    assert "postgresql://" in str(error.value.hint)


@pytest.mark.parametrize("name", ["a b.db", "a?b=c.db", "a%20b.db", "ü;'\".db", "#1.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    with Registry.open(location(None, tmp_path, str(tmp_path / name))) as registry:
        assert registry.name == str(tmp_path / name)
    assert (tmp_path / name).is_file()
