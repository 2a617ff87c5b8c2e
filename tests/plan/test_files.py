"""Plans in files: back as they were, or refused."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from meshport.errors import InputError, PlanMovedError, UnavailableError
from meshport.plan.files import load_plan, save_plan
from meshport.plan.make import digest_of, sealed
from meshport.plan.types import FORMAT, Plan
from tests.plan.strategies import plans

Path_ = list[Any]
OPEN = {"tags", "builds", "evidence", "support", "arguments"}
"""Fields that are mappings themselves, in which any key is known."""


def saved(plan: Plan) -> Path:
    path = Path(tempfile.mkdtemp()) / "plan.json"
    save_plan(plan, path)
    return path


def places(value: Any, here: Path_ | None = None) -> Iterator[Path_]:
    """Yield the way to every value inside a JSON document."""
    here = here or []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield [*here, key]
        yield from places(inner, [*here, key])


def at(data: Any, way: Path_) -> Any:
    for key in way:
        data = data[key]
    return data


fewer = settings(max_examples=25)  # a plan is large


@fewer
@given(plans)
def test_a_plan_comes_back_as_it_was(plan: Plan) -> None:
    assert load_plan(saved(plan)) == plan


@fewer
@given(plans, st.data())
def test_any_edit_is_refused(plan: Plan, data: st.DataObject) -> None:
    path = saved(plan)
    document = json.loads(path.read_text())
    *parents, last = data.draw(st.sampled_from(list(places(document))))
    holder = at(document, parents)
    edit = data.draw(st.sampled_from(["change", "remove", "repeat"]))
    if edit == "remove":
        del holder[last]
    elif edit == "repeat" and isinstance(holder, list):
        holder.append(holder[last])
    else:
        other = data.draw(st.sampled_from([None, True, 0, 1, 1.5, "", "x", [], {}, ["x"]]))
        assume(json.dumps(other) != json.dumps(holder[last]))
        holder[last] = other
    path.write_text(json.dumps(document))
    with pytest.raises((PlanMovedError, InputError)):
        load_plan(path)


@fewer
@given(plans, st.data())
def test_an_unknown_field_is_refused_even_with_a_right_digest(plan: Plan, data: st.DataObject) -> None:
    path = saved(plan)
    document = json.loads(path.read_text())
    structs = [
        way for way in [[], *places(document)] if isinstance(at(document, way), dict) and not (way and way[-1] in OPEN)
    ]
    at(document, data.draw(st.sampled_from(structs)))["unheard_of"] = 1
    document["digest"] = digest_of(document)
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="does not know"):
        load_plan(path)


@fewer
@given(plans)
def test_the_digest_depends_on_nothing_but_the_plan(plan: Plan) -> None:
    assert sealed(plan).digest == plan.digest
    assert sealed(msgspec.structs.replace(plan, digest="other")).digest == plan.digest
    backwards = dict(reversed(plan.as_data().items()))
    assert digest_of(backwards) == plan.digest


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1', '"a plan"', "\x00"])
def test_what_is_no_plan_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(InputError, match="this is no plan") as refused:
        load_plan(path)
    assert refused.value.where == str(path)


def test_another_format_is_refused_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(InputError, match=rf"no plan of format {FORMAT} \(found: {FORMAT + 1}\)"):
        load_plan(path)


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_plan(tmp_path / "missing.json")
    with pytest.raises(InputError, match="Is a directory"):
        load_plan(tmp_path)
    with pytest.raises(UnavailableError, match="cannot be written"):
        save_plan(
            Plan(domain="", catalog="", catalog_type="", basis="", products=(), foreign=()), tmp_path / "no" / "p"
        )


def test_a_plan_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.mkdir()
    plan = Plan(domain="", catalog="", catalog_type="", basis="", products=(), foreign=())
    with pytest.raises(UnavailableError, match="cannot be written"):
        save_plan(plan, path)
    assert list(tmp_path.iterdir()) == [path]
