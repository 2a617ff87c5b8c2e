"""Column lineage as a picture: SVG, drawn on the server, readable without a script.

Nodes stand in layers, the port on the right, what it is built from to the left of it; each lists its columns that take
part, and lines lead from column to column. Colours come from the style sheet, so that dark pages have dark pictures.
"""

from __future__ import annotations

from collections import defaultdict

from markupsafe import Markup, escape

from meshport.registry.types import PortLineage

WIDTH, GAP, ROW, HEAD, SPACE = 210, 90, 20, 28, 18
"""In pixels: a node, between layers, a column, a node's name, between nodes."""
MOST_ROWS = 400
"""Columns beyond which nobody reads a picture: the table of formulas says more."""
LETTERS = 26
"""How much of a name fits."""


def draw(lineage: PortLineage | None) -> Markup:
    """Return the picture of a port's column lineage, empty where there is nothing to draw or too much of it."""
    if lineage is None:
        return Markup("")
    edges = [edge for edge in lineage.edges if edge.kind != "scan"]
    columns: dict[str, dict[str, None]] = defaultdict(dict)
    for edge in edges:
        columns[edge.to][edge.name] = None
        columns[edge.node][edge.column] = None
    rows = sum(map(len, columns.values()))
    if not edges or rows > MOST_ROWS:
        return Markup("")
    layers = _layers({(edge.node, edge.to) for edge in edges}, lineage.unique_id)
    deepest = max(layers.values())
    place: dict[tuple[str, str], tuple[float, float]] = {}
    boxes, heights = [], [0.0] * (deepest + 1)
    for node in sorted(columns, key=lambda each: (layers[each], lineage.nodes.get(each, each))):
        layer = deepest - layers[node]
        x, y = layer * (WIDTH + GAP), heights[layer]
        boxes.append(_box(lineage.nodes.get(node, node), list(columns[node]), x, y, node == lineage.unique_id))
        for position, column in enumerate(columns[node]):
            place[node, column] = (x, y + HEAD + position * ROW + ROW / 2)
        heights[layer] += HEAD + len(columns[node]) * ROW + SPACE
    lines = [_line(place[edge.node, edge.column], place[edge.to, edge.name], edge.kind) for edge in edges]
    width, height = (deepest + 1) * (WIDTH + GAP) - GAP, max(heights)
    return Markup(
        '<svg class="lineage" viewBox="-1 -1 {width} {height}" width="{width}" height="{height}" role="img" '
        'aria-label="{label}">{lines}{boxes}</svg>'
    ).format(
        width=width + 2,
        height=height + 2,
        label=f"{len(edges)} columns lead to {lineage.nodes.get(lineage.unique_id, lineage.unique_id)}",
        lines=Markup("").join(lines),
        boxes=Markup("").join(boxes),
    )


def _layers(pairs: set[tuple[str, str]], port: str) -> dict[str, int]:
    """Return how far each node is from the port, along the longest way; a circle ends where it began."""
    parents = defaultdict(set)
    for parent, child in pairs:
        parents[child].add(parent)
    layers = {node: 0 for pair in pairs for node in pair}
    frontier, depth = {port}, 0
    while frontier and depth < len(layers):
        depth += 1
        frontier = {parent for node in frontier for parent in parents[node]}
        for node in frontier:
            layers[node] = max(layers[node], depth)
    return layers


def _box(name: str, columns: list[str], x: float, y: float, port: bool) -> Markup:
    height = HEAD + len(columns) * ROW
    texts = [
        Markup('<text x="{}" y="{}">{}</text>').format(x + 10, y + HEAD + n * ROW + 14, _short(column))
        for n, column in enumerate(columns)
    ]
    return Markup(
        '<g class="{kind}"><title>{name}</title><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'
        '<text class="name" x="{tx}" y="{ty}">{short}</text>{texts}</g>'
    ).format(
        kind="port" if port else "node",
        name=name,
        x=x,
        y=y,
        width=WIDTH,
        height=height,
        tx=x + 10,
        ty=y + 18,
        short=_short(name),
        texts=Markup("").join(texts),
    )


def _line(start: tuple[float, float], end: tuple[float, float], kind: str) -> Markup:
    x1, x2 = start[0] + WIDTH, end[0]
    middle = (x1 + x2) / 2
    return Markup('<path class="{}" d="M{} {} C{} {} {} {} {} {}"/>').format(
        escape(kind), x1, start[1], middle, start[1], middle, end[1], x2, end[1]
    )


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else name[: LETTERS - 1] + "…"
