"""docs/reference/unity-server.md: what an open-source Unity Catalog server does, as meshport knows it."""

from __future__ import annotations

from docs._generate.markdown import document, prose, table
from meshport.catalogs.unity.capabilities import CALLS, CANNOT


def page() -> str:
    """Return the reference of the server's calls."""
    return document(
        "The open-source Unity Catalog server",
        [
            "What its API does that `meshport unity` uses, or might look for. Paths are below "
            "`/api/2.1/unity-catalog`. `tests/unity/test_calls.py` makes every one of these calls.",
            "**Not tried on the real server where these pages were written**: the package registry there does not "
            "serve its jars. The rows come from the server's source and from its official Python client (0.7.0), the "
            "calls are made to a double of the server, which that client reads and writes too. Where "
            "`make unity-jars` works, the same tests run against the real server.",
            "## Calls",
            table(
                ("Call", "", "Worth knowing", "Server"),
                (
                    (prose(row.call), row.outcome, prose(row.note), "authorises" if row.authorised else "any")
                    for row in CALLS
                ),
            ),
            "A server **authorises** when it is started with `server.authorization=enable` in "
            "`etc/conf/server.properties`; the administrator's token is then in `etc/conf/token.txt`. Otherwise it "
            "answers everybody, and says yes to grants that it does not keep. `meshport unity` asks for the catalogs "
            "once without the token to tell the two apart.",
            "Privileges are USE CATALOG, USE SCHEMA, SELECT, MODIFY, EXECUTE, READ VOLUME and the CREATE ones. "
            "Principals are users, named by their address exactly as it was entered; there are no groups. Errors are "
            "JSON with `error_code` and `message`; a value that is too long for the server's database is a 500.",
            "## What it has not",
            table(("No", "`meshport unity` does instead"), ((what, prose(instead)) for what, instead in CANNOT)),
        ],
    )
