"""Running the real server, as far as that goes without its jars: a program that stands in for Java."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import urllib3

from tools import unity_server

JAVA = f"""#!{sys.executable}
import http.server, pathlib, sys
assert sys.argv[1:4:2] == ["-Xmx512m", {{jars!r}} + "/*"], sys.argv
assert sys.argv[4:6] == [{unity_server.MAIN!r}, "-p"], sys.argv
assert "server.authorization=enable" in pathlib.Path("etc/conf/server.properties").read_text()
pathlib.Path("etc/conf/token.txt").write_text("a-token\\n")
{{more}}
http.server.HTTPServer(("127.0.0.1", int(sys.argv[6])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture
def java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MESHPORT_UNITY", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "java"


def stand_in(java: Path, more: str = "") -> None:
    unity_server.jars().mkdir(parents=True)
    (unity_server.jars() / ".complete").touch()
    java.write_text(JAVA.format(jars=str(unity_server.jars().resolve()), more=more))
    java.chmod(0o755)


def test_it_is_started_waited_for_and_ended(java: Path) -> None:
    stand_in(java)
    with unity_server.running(authorise=True) as (url, token):
        assert token == "a-token"
        assert urllib3.request("GET", url, retries=False).status == 200
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", url, retries=False)


def test_one_that_does_not_start_says_why(java: Path) -> None:
    stand_in(java, "raise SystemExit('no room')")
    with (
        pytest.raises(unity_server.ServerError, match=r"did not start; it said:\s+no room"),
        unity_server.running(authorise=True),
    ):
        pass


def test_what_is_missing_is_named(java: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(unity_server.ServerError, match="make unity-jars"), unity_server.running():
        pass
    monkeypatch.setenv("PATH", "")
    with pytest.raises(unity_server.ServerError, match="`mvn` is not there: apt-get install -y maven"):
        unity_server.fetch()
