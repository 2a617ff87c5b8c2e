"""A publish that would take away more than usual is refused with numbers, until somebody says so."""

from __future__ import annotations

import pytest

from meshport.errors import ExitCode
from tests.publish.domain import Domain

pytestmark = pytest.mark.dbt


def without_descriptions(domain: Domain) -> None:
    """As if the project had been read without its YAML: most comments would go."""
    with domain.editing() as manifest:
        for node in manifest["nodes"].values():
            for column in node["columns"].values():
                column["description"] = ""


def test_too_much_at_once_is_refused_with_numbers_unless_it_is_said(published: Domain) -> None:
    mesh = published.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + "guard: {removals: 0.4, beginning_with: 4}\n")
    written = len(published.comments("customers_v1"))
    without_descriptions(published)
    (removal,) = published.plan().removals
    assert removal.removed > 0.4 * removal.written
    assert removal.written >= 4
    refused = published.publish(code=ExitCode.BLOCKED)
    assert f"takes away {removal}: more than 40%" in refused.err
    assert len(published.comments("customers_v1")) == written
    published.publish("--allow-removals")
    assert len(published.comments("customers_v1")) == 1
    assert published.in_sync()


def test_what_is_few_may_go_without_a_word(published: Domain) -> None:
    mesh = published.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + "guard: {removals: 0, beginning_with: 1000}\n")
    without_descriptions(published)
    published.publish()
    assert published.in_sync()


def test_a_little_of_much_may_go(published: Domain) -> None:
    mesh = published.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + "guard: {removals: 0.5, beginning_with: 1}\n")
    with published.editing_model("customers.v1") as model:
        model["columns"]["country"]["description"] = ""
    published.publish()
    assert published.in_sync()
