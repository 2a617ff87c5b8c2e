"""The benchmarks' own command line: they are run by hand, so that nobody else would see it break."""

import pytest

from benchmarks.__main__ import BENCHMARKS, main


def test_help_names_every_benchmark(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(name in shown for name in BENCHMARKS)


def test_an_unknown_benchmark_is_named(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "speed"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "no benchmark named speed" in capsys.readouterr().err
