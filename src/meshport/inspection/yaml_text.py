"""Bring entries into a YAML text by inserting lines, so that every other character stays as it was.

A round trip through a YAML library keeps comments, and still re-indents lists and re-flows long texts. Here the parser
only says where things are; new lines go between the old ones. The result is parsed again and must equal what merging
the data gives: a text that this does not hold for (anchors, tabs, ...) is refused and left alone.
"""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from meshport.inspection.yaml_data import Loader, dump, flow, merge, name_of

_HEAD = ("name", "description", "data_type")
"""Keys that an entry begins with; new keys come after them."""


class CannotEdit(ValueError):
    """The text is not understood well enough to change it safely."""


class _Edit(msgspec.Struct, frozen=True):
    """Replace `text[start:end]`."""

    start: int
    end: int
    new: str


def merge_text(text: str, wanted: dict[str, Any]) -> str:
    """Return `text` with `wanted` in it, by the rules of `merge`; the same text where that is in it already.

    Raises CannotEdit where the text is no mapping, or cannot be changed by inserting lines.
    """
    try:
        before = yaml.load(text, Loader)
        root = yaml.compose(text, Loader)
    except yaml.YAMLError as error:
        raise CannotEdit(f"it is not YAML: {error}") from error
    if before is None:
        lines = text if not text or text.endswith("\n") else text + "\n"
        return lines + dump(wanted)
    if not isinstance(before, dict) or not isinstance(root, yaml.MappingNode):
        raise CannotEdit("it is not a mapping")
    after = merge(before, wanted)
    if after == before:
        return text
    edits: list[_Edit] = []
    _mapping(text, root, wanted, edits)
    result = _apply(text, edits)
    try:
        same = yaml.load(result, Loader) == after
    except yaml.YAMLError:
        same = False
    if not same:
        raise CannotEdit("its layout (anchors, merge keys, tabs, ...) leaves no place to insert lines")
    return result


def _mapping(text: str, node: yaml.MappingNode, wanted: dict[str, Any], edits: list[_Edit]) -> None:
    pairs = {key.value: (key, value) for key, value in node.value}
    for key, value in wanted.items():
        if key in pairs and key != "name":
            _value(text, *pairs[key], value, bool(node.flow_style), edits)
    new = {key: value for key, value in wanted.items() if key not in pairs}
    if not new:
        return
    if node.flow_style:
        comma = ", " if node.value else ""
        edits.append(_at(node.end_mark.index - 1, comma + flow(new)[1:-1]))
    else:
        head = [pairs[key] for key in _HEAD if key in pairs]
        anchor = max(head, key=lambda pair: pair[0].start_mark.index) if head else node.value[-1]
        edits.append(_below(text, anchor[1], dump(new), node.start_mark.column))


def _value(text: str, key: yaml.Node, node: yaml.Node, wanted: Any, in_flow: bool, edits: list[_Edit]) -> None:
    empty = node.tag == "tag:yaml.org,2002:null" or (isinstance(node, yaml.CollectionNode) and not node.value)
    if isinstance(wanted, dict | list) and empty:
        if in_flow:
            edits.append(_Edit(node.start_mark.index, node.end_mark.index, flow(wanted)))
        else:
            edits.append(_Edit(node.start_mark.index, node.end_mark.index, ""))
            edits.append(_below(text, node, dump(wanted), key.start_mark.column + 2))
    elif isinstance(wanted, dict) and isinstance(node, yaml.MappingNode):
        _mapping(text, node, wanted, edits)
    elif isinstance(wanted, list) and isinstance(node, yaml.SequenceNode):
        _sequence(text, node, wanted, edits)
    elif isinstance(node, yaml.ScalarNode) and not isinstance(wanted, dict | list):
        if yaml.load(flow(wanted), Loader) != yaml.load(text[node.start_mark.index : node.end_mark.index], Loader):
            edits.append(_Edit(node.start_mark.index, node.end_mark.index, flow(wanted)))
    else:
        raise CannotEdit(f"line {node.start_mark.line + 1} holds something else than expected")


def _sequence(text: str, node: yaml.SequenceNode, wanted: list[Any], edits: list[_Edit]) -> None:
    there = {_node_name(item): item for item in node.value}
    for entry in wanted:
        if item := there.get(name_of(entry)):
            _mapping(text, item, entry, edits)
    new = [entry for entry in wanted if name_of(entry) not in there]
    if not new:
        return
    if node.flow_style:
        edits.append(_at(node.end_mark.index - 1, ", " + flow(new)[1:-1]))
    else:
        edits.append(_below(text, node.value[-1], dump(new), node.start_mark.column))


def _node_name(node: yaml.Node) -> str | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value.value.casefold() for key, value in node.value if key.value == "name"), None)


def _at(index: int, new: str) -> _Edit:
    return _Edit(index, index, new)


def _below(text: str, node: yaml.Node, block: str, column: int) -> _Edit:
    """Insert whole lines, indented by `column`, below the last line of a node."""
    last = len(text[: _last(node).end_mark.index].rstrip())
    end = text.find("\n", last)
    end = len(text) if end < 0 else end
    if text[end - 1 : end] == "\r":
        end -= 1
    newline = "\r\n" if "\r\n" in text else "\n"
    return _at(end, "".join(newline + " " * column + line for line in block.removesuffix("\n").split("\n")))


def _last(node: yaml.Node) -> yaml.Node:
    """Return the last thing inside a node: the end mark of a block is only where the next one begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    return node


def _apply(text: str, edits: list[_Edit]) -> str:
    parts, position = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):  # stable: of two at one place the inner was added first
        parts += [text[position : edit.start], edit.new]
        position = edit.end
    return "".join([*parts, text[position:]])
