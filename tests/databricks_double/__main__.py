"""`python -m tests.databricks_double`: start the double by hand, and say how dbt, the SDK and the connector reach it."""

from __future__ import annotations

import argparse
import threading

import yaml

from tests.databricks_double.double import Double
from tests.databricks_double.store import Principal


def _principal(text: str) -> Principal:
    name, _, groups = text.partition(":")
    return Principal(name, f"dapi-{name}", frozenset(group for group in groups.split(",") if group))


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.databricks_double", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one, if not given")
    parser.add_argument("--catalog", action="append", default=[], help="may be repeated; 'dev' if not given")
    parser.add_argument("--principal", action="append", default=[], type=_principal, metavar="NAME:GROUP,GROUP")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that each call takes at least")
    options = parser.parse_args()
    catalogs = options.catalog or ["dev"]
    with Double(options.principal, catalogs, delay=options.delay, port=options.port) as double:
        write = print  # what this program is for
        for principal in double.store.principals.values():
            write(f"# {principal.name}, in {sorted(principal.groups) or 'no groups'}")
            for key, value in double.environment(principal.name).items():
                write(f"export {key}={value}")
        profile = double.profile(catalog=catalogs[0], schema="default")
        write(
            "# profiles.yml\n"
            + yaml.safe_dump({"double": {"target": "dev", "outputs": {"dev": profile}}}, sort_keys=False)
        )
        write("# Ctrl-C stops it, and nothing is kept.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            write("stopped")


if __name__ == "__main__":
    main()
