"""What `meshport --help` may not import, so that every command starts at once."""

from benchmarks.load import heavy_imports


def test_help_imports_nothing_heavy() -> None:
    assert heavy_imports() == []


def test_the_measurement_sees_what_is_imported(monkeypatch) -> None:
    monkeypatch.setattr("benchmarks.load.HEAVY", ("click", "sqlglot"))
    assert heavy_imports() == ["click"]
