"""A dbt that stays: one process for many commands, since starting dbt takes longer than what the tests ask of it.

Reads a JSON line `{"arguments": [..], "variables": {..}}`, runs that command, writes `{"returncode": .., "stdout": ".."}`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys

from dbt.cli.main import dbtRunner  # noqa: TID251 - a program of its own: nothing of meshport is in this process


def main() -> None:
    """Run commands until the input ends."""
    own = dict(os.environ)
    for line in sys.stdin:
        command = json.loads(line)
        os.environ.clear()
        os.environ.update(own | command["variables"])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            succeeded = dbtRunner().invoke(command["arguments"]).success
        print(json.dumps({"returncode": 0 if succeeded else 1, "stdout": printed.getvalue()}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
