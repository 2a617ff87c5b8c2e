"""A dbt that stays: one process for many commands, since starting dbt takes longer than what the tests ask of it.

Reads a JSON line `{"arguments": [..], "variables": {..}}`, runs that command, writes `{"code": .., "printed": ".."}`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys

# This is a program of its own, not a part of meshport.
from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: TID251
from dbt.cli.main import dbtRunner  # noqa: TID251


def main() -> None:
    """Run commands until the input ends."""
    own = dict(os.environ)
    # Reading the project takes longer than most operations; where its files do not change, once is enough.
    kept = dbtRunner().invoke(["--quiet", "parse"]).result if "MESHPORT_TESTS_PARSE_ONCE" in own else None
    for line in sys.stdin:
        command = json.loads(line)
        os.environ.clear()
        os.environ.update(own | command["variables"])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            succeeded = dbtRunner(manifest=kept).invoke(command["arguments"]).success
        # A process that ends lets go of its database files; this one must be told to.
        DuckDBConnectionManager.close_all_connections()
        print(json.dumps({"code": 0 if succeeded else 1, "printed": printed.getvalue()}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
