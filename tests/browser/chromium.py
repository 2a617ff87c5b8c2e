"""Where Chromium is: Debian's own, or whatever the machine has; Playwright brings none that package indexes carry."""

from __future__ import annotations

import os
import shutil

VARIABLE = "MESHPORT_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowserError(Exception):
    """There is no Chromium on this machine."""


def executable() -> str:
    """Return the path of Chromium or Chrome. Raises NoBrowserError, which says how to get one."""
    found = os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowserError(
            f"none of {', '.join(NAMES)} is installed: `apt-get install chromium`, or name one in {VARIABLE}"
        )
    return found
