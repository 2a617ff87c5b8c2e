"""Merge what several folders say: the first defines, those after it add and tighten. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from meshport.errors import InputError
from meshport.standards.policy import Policy, Spec
from meshport.standards.ranking import Weight
from meshport.standards.read import Folder, Written
from meshport.standards.tighten import CENTRAL, FIELDS, PROTECTION, SAME, Loosened, Way, lint_way
from meshport.standards.types import (
    AccessRule,
    Classification,
    Kind,
    MaskDefinition,
    Origin,
    Protection,
    Standards,
    TagTemplate,
)

SHAPES: dict[Kind, Any] = {
    "classifications": Classification,
    "masks": MaskDefinition,
    "tag_templates": TagTemplate,
    "ranking": Weight,
    "policies": Spec,
    "lint": dict[str, str],
    "access": AccessRule,
}


def merge(folders: Sequence[Folder], where: str) -> Standards:
    """Return the standards that folders make together, the most general first; `where` names them for people.

    Raises InputError for an entry that does not fit, and for one that would loosen: it names both places.
    """
    merged: dict[Kind, dict[str, Any]] = {kind: {} for kind in SHAPES}
    origins: dict[Kind, dict[str, tuple[Origin, ...]]] = {kind: {} for kind in SHAPES}
    queries = {}
    for folder in folders:
        for kind, entries in folder.entries.items():
            for name, written in entries.items():
                before = merged[kind].get(name)
                if before is None:
                    _require_query(kind, name, written, folder)
                    merged[kind][name] = written.fit(written.value, SHAPES[kind])
                    _refuse_central(kind, name, written, folder)
                    said = Origin(folder.label, written.where())
                else:
                    first = origins[kind][name][0]
                    _refuse_query(name, folder, first)
                    merged[kind][name] = _tightened(kind, name, before, written, first)
                    said = Origin(folder.label, written.where(), tuple(map(str, written.value)))
                origins[kind][name] = (*origins[kind].get(name, ()), said)
        queries.update(folder.queries)
    return Standards(
        where=where,
        classifications=merged["classifications"],
        masks=merged["masks"],
        tag_templates=merged["tag_templates"],
        ranking=merged["ranking"],
        policies={
            key: Policy(
                name=key.partition("/")[2],
                type=key.partition("/")[0],  # type: ignore[arg-type]  # a folder's name, which reading has checked
                path=str(queries[key].path),
                sql=queries[key].sql,
                spec=spec,
            )
            for key, spec in merged["policies"].items()
        },
        lint=merged["lint"],
        access=merged["access"],
        protection=_protection(folders),
        origins=origins,
    )


def _protection(folders: Sequence[Folder]) -> Protection:
    """Return what the most general folder that says it says. Raises InputError where another says it otherwise."""
    first: Folder | None = None
    for folder in folders:
        said = folder.about.protection
        if said == Protection():
            continue
        if folder.own:
            raise InputError(
                f"`protection` {PROTECTION}: it is not a domain's to say",
                where=folder.where,
                hint="remove it here; the standards that mesh.yml names say how masks are enforced",
            )
        if first is not None and said != first.about.protection:
            raise InputError(
                f"this changes how {first.label} enforces masks: `protection` {PROTECTION}",
                where=folder.where,
                hint=f"the rule is at {first.where}: remove it here, or ask its owners to change it",
            )
        first = first or folder
    return first.about.protection if first is not None else Protection()


def _tightened(kind: Kind, name: str, before: Any, written: Written, first: Origin) -> Any:
    """Return an entry with the changes of a later folder. Raises InputError where one of them loosens."""
    if not isinstance(written.value, dict):
        written.fit(written.value, SHAPES[kind])
    old: dict[str, Any] = msgspec.to_builtins(before)
    # Judged as typed values, so that `1` and `1.0`, a date and its text compare equal.
    new = msgspec.to_builtins(written.fit({**old, **written.value}, SHAPES[kind]))
    changed = dict(old)
    for field in written.value:
        way = lint_way(name, field, old.get(field)) if kind == "lint" else FIELDS[kind].get(field, SAME)
        try:
            changed[field] = new[field] if way is None else way.merge(old, old.get(field), new[field])
        except Loosened as loosened:
            raise _refusal(name, str(field), way or SAME, loosened, written, first) from None
    return written.fit(changed, SHAPES[kind])


def _refusal(name: str, field: str, way: Way, loosened: Loosened, written: Written, first: Origin) -> InputError:
    return InputError(
        f"this loosens `{name}` of {first.standards}: `{field}` {way.said}; here {loosened}",
        where=written.where(field),
        hint=f"the rule is at {first.where}: tighten it, leave it, or ask its owners to change it",
    )


def _require_query(kind: Kind, name: str, written: Written, folder: Folder) -> None:
    if kind == "policies" and name not in folder.queries:
        raise InputError(
            f"the policy {name} has no SQL, and no standards below have a policy of that name",
            where=written.where(),
            hint=f"write {name.partition('/')[2]}.sql beside it, or correct the name",
        )


def _refuse_central(kind: Kind, name: str, written: Written, folder: Folder) -> None:
    """Raise InputError where a domain's own folder adds what only the standards that it builds on may say."""
    stray = [field for field in CENTRAL.get(kind, {}) if folder.own and written.value.get(field)]
    if stray:
        raise InputError(
            f"a domain cannot say `{stray[0]}` in a rule of its own: {CENTRAL[kind][stray[0]]}",
            where=written.where(stray[0]),
            hint=f"leave it out of `{name}`, or ask the owners of the standards to write the rule",
        )


def _refuse_query(name: str, folder: Folder, first: Origin) -> None:
    query = folder.queries.get(name)
    if query is not None:
        raise InputError(
            f"this redefines the policy {name} of {first.standards}",
            where=str(query.path),
            hint=f"the rule is at {first.where}: change its settings in YAML, or name a policy of your own otherwise",
        )
