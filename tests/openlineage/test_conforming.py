"""The check of events can fail: each way of being wrong is noticed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource

from tests.openlineage.conforming import check, files
from tests.openlineage.conftest import Run, lines


@pytest.fixture
def end(run: Run) -> dict[str, Any]:
    """The end of a run, with lineage."""
    found = lines(run("--dry-run").stdout)
    return next(event for event in found if event.get("eventType") == "COMPLETE" and event["inputs"])


def _facets(event: dict[str, Any]) -> dict[str, Any]:
    return event["outputs"][0]["facets"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda event: event.pop("producer"),
        lambda event: event.update(eventType="DONE"),
        lambda event: event.update(eventTime="yesterday"),
        lambda event: event.update(producer="meshport"),
        lambda event: event.update(event_time="2026-01-01T00:00:00Z"),
        lambda event: event["run"].update(runId="7"),
        lambda event: event["job"].pop("name"),
        lambda event: event["inputs"][0].update(name=None),
        lambda event: _facets(event)["schema"].pop("_producer"),
        lambda event: _facets(event)["schema"]["fields"][0].update(ordinal_position="1"),
        lambda event: _facets(event)["schema"]["fields"][0].update(ordinalPosition=1),
        lambda event: _facets(event)["columnLineage"]["fields"]["country"].pop("inputFields"),
        lambda event: _facets(event)["columnLineage"]["fields"]["country"]["inputFields"][0].update(column="x"),
        lambda event: _facets(event)["ownership"]["owners"][0].pop("name"),
        lambda event: _facets(event).update(columns=_facets(event).pop("schema")),
    ],
)
def test_what_is_wrong_is_noticed(spoil: Any, end: dict[str, Any]) -> None:
    check(end)
    spoilt = copy.deepcopy(end)
    spoil(spoilt)
    with pytest.raises((ValidationError, AssertionError)):
        check(spoilt)


def test_an_event_is_valid_under_the_published_file_as_it_is(run: Run) -> None:
    """The check above closes the schemas first; here is the core one untouched."""
    resources = [(address, Resource.from_contents(schema)) for address, schema in files().items()]
    core = Draft202012Validator(
        {"$ref": "https://openlineage.io/spec/2-0-2/OpenLineage.json"}, registry=Registry().with_resources(resources)
    )
    for event in lines(run("--dry-run").stdout):
        core.validate(event)
