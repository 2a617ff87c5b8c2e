"""meshport as a Python wheel task of a Databricks job: the command line, but that success raises nothing.

Such a task is a function that is called; a `SystemExit` may be taken for a failure there, even one with 0.
"""

from __future__ import annotations

from meshport.cli import main


def run() -> None:
    """Run the command that `sys.argv` holds. Raises SystemExit where it did not succeed."""
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise
