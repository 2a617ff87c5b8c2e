"""The statements of a dbt build as text that a person can compare: by node, without what differs from run to run.

Every statement of dbt says in a comment which run and which node it is of (`query_comment`), so threads do not matter.
Statements without one, the rows of seeds, are left out: the comment is all that says which build they are of.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

_COMMENT = re.compile(r"\s*/\*\s*(\{.*?\})\s*\*/\s*", re.DOTALL)
CONNECTION = "(of no node)"


def by_run(statements: Iterable[str]) -> list[str]:
    """Return the log of each run of dbt, in order of their first statements."""
    runs: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for statement in statements:
        if found := _COMMENT.match(statement):
            said = json.loads(found[1])
            node = said.get("node_id", CONNECTION)
            runs[said["invocation_id"]][node].append(_settled(statement[found.end() :]))
    return [_text(nodes) for nodes in runs.values()]


def titled(logs: Sequence[tuple[str, str]]) -> str:
    """Return logs under titles, as one text."""
    return "\n".join(f"-- {'=' * 10} {title} {'=' * 10}\n\n{log}" for title, log in logs)


def _settled(statement: str) -> str:
    """Leave out blank lines: templates make them, and they say nothing."""
    return "\n".join(line.rstrip() for line in statement.splitlines() if line.strip())


def _text(nodes: dict[str, list[str]]) -> str:
    nodes[CONNECTION] = sorted(set(nodes[CONNECTION]))  # of many connections, in whatever order
    return "\n".join(f"-- {node}\n" + "".join(f"{each};\n" for each in nodes[node]) for node in sorted(nodes))
