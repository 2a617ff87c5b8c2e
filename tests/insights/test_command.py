"""What `meshport insights` says of products, domains and the mesh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from meshport.errors import InputError
from meshport.insights.characteristics import NAMES

Told = Callable[..., Any]


def claims(found: Any, characteristic: str) -> dict[tuple[str, str], bool | None]:
    return {(piece["subject"], piece["claim"]): piece["met"] for piece in found["evidence"][characteristic]}


def test_a_product_shows_every_characteristic_with_its_evidence(told: Told) -> None:
    found = told("sales.customer_360")
    assert tuple(found["scores"]) == NAMES
    assert found["scores"]["discoverable"]["said"] == "100 %"
    assert claims(found, "understandable") == {
        ("", "a way to ask its owners"): True,
        ("customers.v1.customer_id", "a description"): False,
        ("customers.v1.email", "a description"): True,
    }
    assert found["scores"]["understandable"]["said"] == "66 %"
    assert claims(found, "truthful")[("customers.v1.email", "not_null_email")] is True
    assert claims(found, "truthful")[("", "the freshness that is promised")] is False
    assert claims(found, "truthful")[("", "the quality that is promised")] is True
    assert claims(found, "truthful")[("customers.v1.email", "its origin is known")] is False
    assert claims(found, "truthful")[("customers.v1.customer_id", "its origin is known")] is True
    assert claims(found, "secure") == {
        ("customers.v1", "its columns are classified"): True,
        ("customers.v1.email", "hidden by a mask"): True,
        ("domain:marketing", "access that ends by itself"): True,
        ("domain:finance", "access that ends by itself"): False,
    }
    assert claims(found, "compliance")[("domain:finance", "a purpose")] is False


def test_missing_evidence_is_unknown_and_never_all_or_nothing(told: Told) -> None:
    """A product without tests, lineage, classification, ratings or use."""
    found = told("sales.plain")
    assert found["scores"]["secure"] == {"low": None, "high": None, "said": "unknown"}
    assert claims(found, "truthful")[("facts", "a rule that its rows obey")] is None
    assert claims(found, "truthful")[("facts.a", "its origin is known")] is None
    assert claims(found, "valuable")[("", "a rating of 4 stars or more")] is None
    assert claims(found, "cost")[("", "what it costs in money")] is None
    for said in found["scores"].values():
        assert said["said"] != "100 %"


def test_a_rule_that_failed_does_not_hold(told: Told) -> None:
    found = told("hr.staff")
    assert claims(found, "truthful")[("customers.v1.email", "not_null_email")] is False
    assert found["levels"][1]["met"] is False
    assert "tests that failed: not_null_email" in found["certifications"]["customers.v1"]["missing"]


def test_no_product_reaches_a_hundred_per_cent_of_what_nobody_records(told: Told) -> None:
    scores = told("sales.customer_360")["scores"]
    for name in ("cost", "compliance"):
        assert scores[name]["low"] < 1


def test_owners_see_what_waits_and_how_their_products_stand(told: Told) -> None:
    found = told("sales")
    assert [(each["principal"], each["purpose"]) for each in found["requests"]] == [("user:zoe", "curious")]
    product = next(each for each in found["products"] if each["key"] == "sales.customer_360")
    assert product["subscribers"] == ["domain:finance", "domain:marketing"]
    assert sum(week["number"] for week in product["queries"]) == 2
    assert (product["stars"], product["rated_by"]) == (5.0, 1)
    assert [change["waiting"] for change in product["announced"]] == [["domain:marketing"]]
    assert product["certifications"]["customers.v1"]["status"] is None
    assert "its rows are older than promised (24h)" in product["certifications"]["customers.v1"]["missing"]
    assert [level["name"] for level in product["levels"]] == ["freshness", "quality"]


def test_a_retired_product_counts_nowhere(told: Told) -> None:
    gone = next(each for each in told("sales")["products"] if each["key"] == "sales.gone")
    assert {each["said"] for each in gone["scores"].values()} == {"unknown"}
    mesh = told()
    assert [each["key"] for each in mesh["unused"]] == ["hr.staff", "sales.plain"]
    assert [each["products"] for each in mesh["domains"]] == [1, 2]


def test_the_mesh_is_told_by_domain_with_what_is_not_recorded(told: Told) -> None:
    found = told()
    hr, sales = found["domains"]
    assert hr["failing"] == 1
    assert (sales["owned"], sales["columns"], sales["classified"], sales["masked"]) == (1, 4, 1, 1)
    assert (sales["tested"], sales["checked"], sales["failing"]) == (1, 0, 0)
    assert [(each["domain"], each["columns"], each["masked"]) for each in found["classifications"]] == [
        ("hr", 1, 1),
        ("sales", 1, 1),
    ]
    assert [(each["passed"], each["failed"]) for each in found["months"]] == [(1, 1)]
    assert any("policies" in said for said in found["not_recorded"])
    # One product of two is known to be secure, of the other nothing is known: it may be anything.
    assert sales["scores"]["secure"]["said"] == "37–88 %"


@pytest.mark.parametrize("name", [(), ("sales",), ("sales.customer_360",)])
@pytest.mark.parametrize("output_format", ["text", "markdown"])
def test_people_read_the_same(told: Told, name: tuple[str, ...], output_format: str) -> None:
    said = told(*name, output_format=output_format)
    assert "Characteristics" in said
    assert "discoverable" in said
    assert ("| --- |" in said) == (output_format == "markdown")


def test_a_name_that_is_not_there_is_explained(told: Told) -> None:
    with pytest.raises(InputError, match="there is no domain 'salse'"):
        told("salse")
    with pytest.raises(InputError, match=r"sales\.customer_36"):
        told("sales.customer_36")
