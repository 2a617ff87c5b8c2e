"""The open-source Unity Catalog server on this machine: `make unity-jars` fetches it, `make unity-server` runs it.

It is a Java program whose jars the Maven client fetches from the registry that it is set up for. It runs on the
loopback interface, on a free port (and the port after it, which it takes too), with a database in memory: what is
registered is gone when it ends. Jars are kept in `.unity/jars`, or in the folder MESHPORT_UNITY.

    python -m tools.unity_server fetch
    python -m tools.unity_server run [--authorise]
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import urllib3

VERSION = "0.6.0"
MAIN = "io.unitycatalog.server.UnityCatalogServer"
READY_SECONDS = 90
ROOT = Path(__file__).parents[1]
POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>meshport</groupId><artifactId>unity-jars</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>io.unitycatalog</groupId><artifactId>unitycatalog-server</artifactId><version>{VERSION}</version>
  </dependency></dependencies>
</project>
"""


class ServerError(Exception):
    """What a person has to mend."""


def jars() -> Path:
    """Return the folder of the jars, whether or not they are there."""
    return Path(os.environ.get("MESHPORT_UNITY", ROOT / ".unity")) / "jars" / VERSION


def fetched() -> bool:
    """Tell whether the jars are there, all of them."""
    return (jars() / ".complete").is_file()


def fetch() -> None:
    """Fetch the jars, unless they are there. Raises ServerError where Maven is missing or its registry has them not."""
    if fetched():
        return
    maven = _program("mvn", "apt-get install -y maven")
    jars().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pom.xml").write_text(POM)
        done = subprocess.run(
            [
                maven,
                "-q",
                "-B",
                "-U",
                "dependency:copy-dependencies",
                "-DincludeScope=runtime",
                f"-DoutputDirectory={jars().resolve()}",
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if "ERROR" in line]
        raise ServerError(
            f"Maven did not fetch the Unity Catalog server {VERSION}:\n  {said[0] if said else done.stderr}\n"
            "Not every registry serves it. The tests then run against a double; a server of your own will do for "
            "`meshport unity`."
        )
    (jars() / ".complete").touch()


@contextmanager
def running(*, authorise: bool = False) -> Iterator[tuple[str, str | None]]:
    """Start a server and yield its URL and, where it authorises, the token of its administrator; end it afterwards."""
    if not fetched():
        raise ServerError("the server's jars are not there: make unity-jars")
    java = _program("java", "apt-get install -y default-jre-headless (Java 17 or later)")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="unity-") as name:
        folder = Path(name)
        settings = folder / "etc" / "conf" / "server.properties"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"server.env=test\nserver.authorization={'enable' if authorise else 'disable'}\n")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [java, "-Xmx512m", "-cp", f"{jars().resolve()}/*", MAIN, "-p", str(port)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                _wait(process, url, folder / "log")
                token = (settings.parent / "token.txt").read_text().strip() if authorise else None
                yield url, token
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib3.request("GET", f"{url}/api/2.1/unity-catalog/catalogs", retries=False, timeout=5)
            return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.3)
    tail = "\n  ".join(log.read_text(errors="replace").splitlines()[-15:])
    raise ServerError(f"the Unity Catalog server did not start; it said:\n  {tail}")


def _free_port() -> int:
    """Return a port that is free together with the next one."""
    for _ in range(50):
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
    raise ServerError("there are no two free ports in a row")


def _program(name: str, how: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ServerError(f"`{name}` is not there: {how}")
    return found


def main() -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.unity_server")
    parser.add_argument("what", choices=["fetch", "run"])
    parser.add_argument("--authorise", action="store_true", help="Check tokens and privileges.")
    given = parser.parse_args()
    out = sys.stdout
    try:
        fetch()
        if given.what == "run":
            with running(authorise=given.authorise) as (url, token):
                out.write(f"Unity Catalog is at {url}; Ctrl-C ends it.\n")
                if token:
                    out.write(f"export UNITY_TOKEN={token}\n")
                out.flush()
                while True:
                    time.sleep(3600)
        out.write(f"The jars are in {jars()}.\n")
    except ServerError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
