"""What it costs on the laptop: recorded runs at a rate, budgets, and the cost of a change."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from meshport.errors import ExitCode
from meshport.operations.messages import message
from tests.publish.domain import Domain

pytestmark = pytest.mark.dbt


def ask(domain: Domain, *words: str, code: int = 0) -> Any:
    """Return what the command says, as a program reads it."""
    done = domain.run("ops", "cost", *words, "--format", "json")
    assert done.code == code, done
    return json.loads(done.out)


def say(domain: Domain, text: str) -> None:
    """Add a line to mesh.yml."""
    with (domain.path / "mesh.yml").open("a") as mesh:
        mesh.write(text)


def took(domain: Domain, **seconds: float) -> None:
    """Say how long models took, by name; all other nodes nothing."""
    with domain.editing("run_results.json") as file:
        for result in file["results"]:
            kind, _, name, *_ = result["unique_id"].split(".")
            result["execution_time"] = seconds.get(name, 0.0) if kind == "model" else 0.0


def test_runs_cost_their_time_at_the_rate_of_the_domain(domain: Domain) -> None:
    domain.rebuild(hours=0)
    took(domain, orders=18.0, customers=9.0, stg_customers=6.0, revenue_by_country=3.0)
    domain.publish()
    said = ask(domain)
    assert (said["currency"], Decimal(said["total"])) == ("s", 36)
    assert "amounts are seconds" in said["notes"][0]

    say(domain, "cost: {rate_per_hour: 2, currency: EUR}\nwarehouses: {small: {budget: 0.01}}\n")
    said = ask(domain, "--by", "model")
    assert (said["currency"], Decimal(said["total"])) == ("EUR", Decimal("0.02"))
    amounts = {each["name"]: Decimal(each["amount"]) for each in said["lines"]}
    assert amounts["sales.orders"] == Decimal("0.01")
    assert sum(amounts.values()) == Decimal("0.02")
    # What both products are built from is shared between them; a port is its own product's, whoever is built from it.
    by_product = {each["name"]: Decimal(each["amount"]) for each in ask(domain)["lines"]}
    assert round(by_product["sales.revenue"] * 3600 / 2, 4) == 3 + 3
    assert round(by_product["sales.customer_orders"] * 3600 / 2, 4) == 18 + 9 + 3

    said = ask(domain, "--record", "--fail", code=ExitCode.BLOCKED)
    assert [(each["domain"], each["over"]) for each in said["budgets"]] == [("sales", True)]
    with domain.registry() as registry:
        (incident,) = (each for each in registry.incidents(lasting=True) if each.kind == "cost")
    assert incident.product == "sales.customer_orders"
    facts = message(incident, "begin", "Sales").facts
    assert facts["Where to look"] == "meshport ops cost --by model"
    assert "raise the budget" in facts["How to fix it"]
    domain.publish()  # which says nothing of what it costs
    with domain.registry() as registry:
        assert incident.id in [each.id for each in registry.incidents(lasting=True)]


def test_outside_of_a_project_everything_is_shown(domain: Domain, tmp_path: Path) -> None:
    took(domain, orders=18.0)
    assert domain.run("ops", "record").code == 0
    elsewhere = Domain(tmp_path / "elsewhere")
    elsewhere.path.mkdir()
    said = ask(elsewhere, "--by", "domain", "--registry", str(domain.registry_file), "--record")
    assert [(each["name"], Decimal(each["amount"])) for each in said["lines"]] == [("sales", 18)]
    text = elsewhere.run("ops", "cost", "--registry", str(domain.registry_file)).out
    assert "not known" in text  # nothing was published yet: whose models these are nobody told


def test_a_rate_without_a_currency_is_no_rate(domain: Domain) -> None:
    say(domain, "cost: {rate_per_hour: 2}\n")
    done = domain.run("ops", "cost")
    assert done.code == ExitCode.INPUT
    assert "go together" in done.err
