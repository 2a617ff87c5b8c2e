"""docs/reference/databricks-calls.md: what is sent to Databricks, where it was taken from, and who has seen it."""

from __future__ import annotations

from docs._generate.markdown import code, document, prose, table
from meshport.catalogs.databricks.calls import DOMAINS, PAGES, REGISTRATION, STATEMENTS, SYSTEM_TABLES, VIEWS, Rest


def page() -> str:
    """Return the reference of statements and calls."""
    return document(
        "What is sent to Databricks",
        [
            "Every kind of statement that the macros and the commands send, every view of `information_schema` that "
            "they read, and every call of a REST service. What dbt-databricks sends for a project's own models is not "
            "here: [its log](../../tests/databricks/golden) is kept.",
            "**Seen by** says who has answered it. There was no workspace where this was made: *the double* is the "
            "[loopback stand-in](../../tests/databricks_double/README.md) of the tests, which knows one reading of the "
            "vendor's pages. The open-source Unity Catalog server has seen none of it, because it has neither SQL nor "
            "these services; [what is sent to it](unity-server.md) is another list. "
            "[`tests/live`](../../tests/live/README.md) is for those who have a workspace.",
            "Tests hold these tables against what the double recorded: a statement or call that is sent and is not "
            "here fails them, and so does one that is here and is not sent.",
            "## Statements",
            "A `…` stands for anything.",
            table(
                ("Statement", "For", "Taken from", "Seen by"),
                ((code(row.shape), prose(row.purpose), _pages(row.pages), row.seen) for row in STATEMENTS),
            ),
            "## Views of information_schema",
            f"Taken from {_pages(('Information schema',))}.",
            table(
                ("View", "What is read", "Seen by"), ((code(row.name), prose(row.purpose), row.seen) for row in VIEWS)
            ),
            "## System tables",
            "Of the catalog `system`; who reads them needs SELECT there.",
            table(
                ("Table", "What is read", "Taken from", "Seen by"),
                (
                    (code(f"system.{row.name}"), prose(row.purpose), _pages((row.page,)), row.seen)
                    for row in SYSTEM_TABLES
                ),
            ),
            "## REST calls",
            "Of databricks-sdk 0.117; a test compares method and path with its source. Publishing:",
            _calls(REGISTRATION),
            "`meshport domain` besides:",
            _calls(DOMAINS),
        ],
    )


def _pages(titles: tuple[str, ...]) -> str:
    return ", ".join(f"[{title}]({PAGES[title]})" for title in titles)


def _calls(rows: tuple[Rest, ...]) -> str:
    return table(
        ("Call", "For", "Taken from", "Seen by"),
        (
            (
                code(f"{row.method} {row.path}"),
                prose(row.purpose),
                code(f"{row.module}.{row.sdk}") if row.module else row.sdk,
                row.seen,
            )
            for row in rows
        ),
    )
