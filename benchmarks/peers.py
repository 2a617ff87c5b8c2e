"""Programs that meshport is measured against, each in an environment of its own: their dependencies do not agree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PEERS = {
    "colibri": ("dbt-colibri==0.3.7",),
    # From 30.19 on, colibri loses all lineage through unions: sqlglot renamed what it reads.
    "colibri-best": ("dbt-colibri==0.3.7", "sqlglot[c]==30.18.0"),
    "bouncer": ("dbt-bouncer==4.3.0",),
    # The last ones with the command `breaking`.
    "datacontract": ("datacontract-cli==0.10.41", "pytz"),  # which it imports and does not ask for
}
FOLDER = Path(os.environ.get("MESHPORT_PEERS", Path(__file__).parents[1] / ".peers"))


def program(peer: str, name: str) -> str:
    """Return the path of a peer's program, installing the peer first where it is not there."""
    folder = FOLDER / peer
    path = folder / "bin" / name
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", *PEERS[peer]], check=True)
    return str(path)
