"""Governed tags of the standards become tag policies; what others make of them stays."""

# ruff: noqa: TID251 - tested through the real SDK
from __future__ import annotations

import pytest
from databricks.sdk import WorkspaceClient

from meshport.catalogs.databricks.registration import tag_policies
from meshport.errors import InputError, UnavailableError
from meshport.standards.types import TagTemplate
from tests.databricks.registration.conftest import Hurried, each_fault, writes
from tests.databricks_double.rest_server import Served
from tests.databricks_double.store import TagPolicy


def template(*values: str, governed: bool = True) -> TagTemplate:
    return TagTemplate("How far.", ("port",), "product.tier", values=values, governed=governed)


TEMPLATES = {
    "tier": template("bronze", "gold"),
    "owner": template(),
    "free": template("pii.email", governed=False),
}


def run(client: WorkspaceClient) -> None:
    wanted = tag_policies.desired(TEMPLATES)
    tag_policies.apply(client, wanted, tag_policies.observed(client))


def values(served: Served) -> dict[str, tuple[str, ...]]:
    return {key: policy.values for key, policy in served.store.tag_policies.items()}


def test_governed_templates_become_policies_once(served: Served, admin: WorkspaceClient) -> None:
    run(admin)
    assert values(served) == {"tier": ("bronze", "gold"), "owner": ()}
    assert served.store.tag_policies["tier"].description == "How far."
    served.requests.clear()
    run(admin)
    assert writes(served) == []


def test_values_are_added_and_those_of_others_stay(served: Served, admin: WorkspaceClient) -> None:
    served.store.tag_policies["tier"] = TagPolicy("tier", ("platinum", "gold"), "Theirs")
    run(admin)
    assert values(served)["tier"] == ("platinum", "gold", "bronze")
    assert served.store.tag_policies["tier"].description == "Theirs"


def test_a_policy_that_allows_every_value_stays_so(served: Served, admin: WorkspaceClient) -> None:
    served.store.tag_policies["tier"] = TagPolicy("tier")
    run(admin)
    assert values(served)["tier"] == ()


def test_what_was_added_after_reading_is_kept(served: Served, admin: WorkspaceClient) -> None:
    there = tag_policies.observed(admin)
    served.store.tag_policies["tier"] = TagPolicy("tier", ("platinum",))
    tag_policies.apply(admin, tag_policies.desired(TEMPLATES), there)
    assert values(served)["tier"] == ("platinum", "bronze", "gold")


@pytest.mark.parametrize("value", ["pii.email", "a/b", " a", "", "x" * 257, "50%"])
def test_what_cannot_be_governed_is_said(value: str) -> None:
    with pytest.raises(InputError, match="cannot be governed"):
        tag_policies.desired({"tier": template(value)})


def test_who_may_not_is_told_what_it_needs(served: Served, client) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnavailableError, match="`tier` a governed tag: Databricks refused") as refused:
        run(client("ann", clock=Hurried()))
    assert "CREATE" in (refused.value.hint or "")
    assert values(served) == {}


def test_a_fault_at_any_call_is_made_good_by_the_next_run(served: Served, admin: WorkspaceClient) -> None:
    def fresh() -> None:
        served.store.tag_policies.clear()
        served.store.tag_policies["tier"] = TagPolicy("tier", ("platinum",))

    assert each_fault(served.faults, lambda: run(admin), fresh, lambda: values(served)) > 20
