"""Which product a model falls into: its dbt group, else the area it is filed under."""

from __future__ import annotations

import re

from meshport.artifacts import Node, Project
from meshport.inspection.ports import MART_FOLDERS, folders


def product_name(project: Project, node: Node) -> str:
    """Return the name of the product (and dbt group) of a model, a valid name in every catalog."""
    return node.group or identifier(area(node) or project.name)


def area(node: Node) -> str | None:
    """Return the folder below `marts` (`marts/<area>/...`), else the first folder; None right below `marts`."""
    below = folders(node)
    marts = [position for position, folder in enumerate(below) if folder in MART_FOLDERS]
    inside = below[marts[0] + 1 :] if marts else below
    return inside[0] if inside else None


def identifier(text: str) -> str:
    """Return a text as a name without spaces, quotes or punctuation."""
    return re.sub(r"\W+", "_", text.casefold()).strip("_") or "product"


def title(name: str) -> str:
    """Return a name as a title: `customer_360` → `Customer 360`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
