"""dbt, loaded once: importing it takes longer than most of what tests ask of it.

`start` makes a program that behaves as `dbt`. It hands its arguments, folder, environment and output to a server that has
imported dbt and forks for every call, so each call is a process of its own, of the real dbt, as fresh as after the
import. Commands that tests run as programs of their own still start the installed `dbt`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

_CLIENT = """\
#!{python} -SE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode(errors="surrogateescape")
    socket.send_fds(server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(asked)
    code = server.recv(1)
os._exit(code[0] if code else 1)
"""


class PreloadedDbt:
    """The server, and the program that stands for it. It ends with this process."""

    def __init__(self, folder: Path) -> None:
        address = folder / "dbt.socket"
        self.program = folder / "dbt"
        self.program.write_text(_CLIENT.format(python=sys.executable, address=str(address)), encoding="utf-8")
        self.program.chmod(0o755)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(address))
        self._listening.listen(8)
        self._server = subprocess.Popen(
            [sys.executable, "-m", __name__, str(self._listening.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[self._listening.fileno()],
            cwd=Path(__file__).parents[1],
        )

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(timeout=30)
        self._listening.close()


def serve(listening: socket.socket) -> None:
    """Fork for every call, until standard input ends."""
    import select
    import signal

    import dbt.adapters.duckdb
    import dbt.cli.main
    import dbt.task.build  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listening, sys.stdin.fileno()], [], [])
        if sys.stdin.fileno() in ready:
            return
        client, _ = listening.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listening.close()
            _answer(client)
        client.close()


def _answer(client: socket.socket) -> NoReturn:
    """Be dbt for one call, and end with its code."""
    from dbt.cli.main import cli

    head, outputs, _, _ = socket.recv_fds(client, 8, 3)
    length, text = int.from_bytes(head, "big"), b""
    while len(text) < length:
        text += client.recv(length - len(text))
    arguments, folder, environment = msgspec.json.decode(text, type=tuple[list[str], str, dict[str, str]])
    for number, given in enumerate(outputs):
        os.dup2(given, number)
        os.close(given)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["dbt", *arguments]
    code = 1
    try:
        cli(prog_name="dbt")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    # Ending as a program ends, so that dbt cleans up; whoever waits for the output waits for that, too.
    client.sendall(bytes([code & 0xFF]))
    sys.exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
