"""Every event of real projects is as the published schemas want it, and names only what it describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from meshport.artifacts import load_project
from meshport.lineage import column_lineage
from meshport.openlineage import Counts, Naming, Settings, events
from tests.openlineage.conforming import check

PROJECTS = ("jaffle_shop", "jaffle_databricks", "fixture_dbt_1_12", "fixture_dbt_2_0", "mattermost", "tuva")


@pytest.mark.parametrize("name", PROJECTS)
def test_every_event_is_valid_and_true_to_itself(name: str, shared_data: Path) -> None:
    project = load_project(shared_data / name)
    counts = Counts()
    settings = Settings("test", Naming(project.adapter_type, "test://here"))
    columns: dict[tuple[str, str], set[str]] = {}
    lineages: list[tuple[tuple[str, str], set[tuple[str, str]], dict[str, Any]]] = []
    total = 0
    for event in events(project, column_lineage(project), settings, counts):
        data = json.loads(msgspec.json.encode(event))
        check(data)
        total += 1
        for dataset in (*data["inputs"], *data["outputs"]):
            schema = dataset["facets"].get("schema", {"fields": ()})
            columns[dataset["namespace"], dataset["name"]] = {field["name"] for field in schema["fields"]}
        inputs = {(each["namespace"], each["name"]) for each in data["inputs"]}
        for output in data["outputs"]:
            if "columnLineage" in output["facets"]:
                where = output["namespace"], output["name"]
                lineages.append((where, inputs, output["facets"]["columnLineage"]))

    built = sum(
        1
        for node in project.nodes.values()
        if node.resource_type in ("model", "snapshot", "seed") and node.materialized != "ephemeral"
    )
    assert counts.runs + counts.designs == built
    assert total == 2 * (counts.runs + counts.tests) + counts.designs
    assert lineages
    for where, inputs, facet in lineages:
        assert facet["fields"].keys() <= columns[where]
        fields = [field for column in facet["fields"].values() for field in column["inputFields"]]
        for field in (*fields, *facet.get("dataset", ())):
            source = field["namespace"], field["name"]
            assert source in inputs, "lineage from what is no input"
            assert not columns[source] or field["field"] in columns[source]


def test_relations_that_dbt_does_not_know_are_named_only_where_their_name_is_whole(shared_data: Path) -> None:
    """jaffle_databricks reads `public.customers_hardcoded`: of which catalog nobody knows."""
    project = load_project(shared_data / "jaffle_databricks")
    settings = Settings("test", Naming("databricks", "databricks://host"))
    lineage = column_lineage(project)
    assert any("public.customers_hardcoded" in node.foreign for node in lineage.nodes.values())
    found = list(events(project, lineage, settings, Counts()))
    names = {dataset.name for event in found for dataset in (*event.inputs, *event.outputs)}
    assert "workspace.raw.raw_customers" in names  # as Databricks keeps it, whatever the manifest's RAW_CUSTOMERS
    assert not any("hardcoded" in name for name in names)
