"""What a breaking change asks for before it is published: docs/decisions/0009-breaking-changes.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meshport.access.principals import Actor
from meshport.access.subscriptions import approve, request
from meshport.errors import ExitCode
from meshport.plan.types import ProductPlan
from tests.publish.domain import Domain, Done

pytestmark = pytest.mark.dbt

KEY = "sales.customer_orders"
V1, V2 = "model.sales.customers.v1", "model.sales.customers.v2"
REASON = "marketing said yes"


def product(domain: Domain) -> ProductPlan:
    (found,) = [item for item in domain.plan().products if item.product.key == KEY]
    return found


def blocked(domain: Domain) -> list[tuple[str, str]]:
    return [(gate.name, gate.subject) for gate in product(domain).blocked]


def version(domain: Domain) -> str:
    return domain.publications(KEY)[0].version


def drop_email(domain: Domain) -> None:
    with domain.editing_model("customers.v1") as model:
        del model["columns"]["email"]


def slower(domain: Domain, freshness: str = "48h") -> None:
    with domain.editing() as manifest:
        group = manifest["groups"]["group.sales.customer_orders"]
        group["config"]["meta"]["data_product"]["slo"]["freshness"] = freshness


def second(entry: Any) -> Any:
    """Return what dbt writes of the second version, from what it wrote of the first."""
    text = json.dumps(entry).replace("customers_v1", "customers_v2").replace(V1, V2)
    return json.loads(text.replace("unique_customers_v1", "unique_customers_v2"))


def add_version(domain: Domain, *, goes_on: str | None = None, latest: int = 2, drop: str | None = "email") -> None:
    """Leave what dbt would for `versions: [{v: 1}, {v: 2}]`, in which the second has a column less."""
    with domain.editing() as manifest:
        nodes = manifest["nodes"]
        nodes[V1].update(latest_version=latest, deprecation_date=goes_on)
        tests = [key for key, node in nodes.items() if node.get("attached_node") == V1]
        for key in (V1, *tests):
            nodes[key.replace("customers_v1", "customers_v2").replace(V1, V2)] = second(nodes[key])
        nodes[V2].update(version=2, deprecation_date=None)
        nodes[V2]["columns"].pop(drop, None)
    with domain.editing("run_results.json") as results:
        results["results"] += [second(each) for each in results["results"] if each["unique_id"] in (V1, *tests)]
    exclude = f"exclude ({drop})" if drop else ""
    domain.by_hand(
        f"create or replace table customers_v2 as select * {exclude} from customers_v1", file=domain.internal
    )


def subscribe(domain: Domain, *who: str) -> None:
    with domain.registry() as registry:
        for name in who:
            request(registry, KEY, name, actor=Actor.named(f"domain:{name}"))
            approve(registry, KEY, name, actor=Actor.named("domain:sales"))


def acknowledge(domain: Domain, name: str | None, who: str) -> Done:
    return domain.run("contract", "acknowledge", *([name] if name else []), "--as", who, "--format", "json")


def audit(domain: Domain, action: str) -> list[dict[str, Any]]:
    with domain.registry() as registry:
        return [entry.detail for entry in registry.audit_log(KEY) if entry.action == action]


def test_in_place_needs_a_reason_that_is_shown_and_kept(published: Domain) -> None:
    subscribe(published, "marketing")
    drop_email(published)
    done = published.publish(code=ExitCode.BLOCKED)
    assert "customers.v1, in place" in done.out
    assert "domain:marketing" in done.out
    assert "Announced" not in done.err  # nobody's word would help: it needs a version of its own
    assert version(published) == "1.0.0"
    done = published.publish("--override-contract", REASON)
    assert f"Promises are broken all the same: {REASON}" in done.out
    assert version(published) == "2.0.0"
    assert published.ask("select * from customer_orders.customers_v1 limit 0") == []
    (entry,) = audit(published, "contract.override")
    assert (entry["reason"], entry["port"], entry["subscribers"]) == (REASON, "customers.v1", ["domain:marketing"])
    assert entry["changes"] == ["the column `email` is gone"]
    assert published.in_sync()


def test_a_reason_that_nothing_needs_is_not_kept(published: Domain) -> None:
    done = published.publish("--override-contract", REASON)
    assert "Nothing needed --override-contract." in done.err
    assert audit(published, "contract.override") == []


def test_an_override_lifts_no_other_gate(published: Domain) -> None:
    drop_email(published)
    with published.editing_result("test.sales.unique_customers_v1") as result:
        result.update(status="fail", failures=1)
    done = published.publish("--override-contract", REASON, code=ExitCode.BLOCKED)
    assert "unique_customers_v1_customer_id" in done.out
    assert audit(published, "contract.override") == []


def test_a_saved_plan_keeps_its_override(published: Domain, tmp_path: Path) -> None:
    drop_email(published)
    file = tmp_path / "plan.json"
    assert published.run("plan", "--override-contract", REASON, "--out", str(file)).code == 0
    published.publish("--plan", str(file))
    (entry,) = audit(published, "contract.override")
    assert entry["reason"] == REASON


def test_a_version_of_its_own_needs_a_day_on_the_one_it_replaces(published: Domain) -> None:
    add_version(published)
    (gate,) = product(published).blocked
    assert (gate.name, gate.subject) == ("contract", "customers.v1")
    assert "customers.v2 takes its place and it has no day to go" in gate.reason
    assert "product deprecate sales.customer_orders --port customers.v1 --on DATE" in gate.hint
    assert published.run("product", "deprecate", KEY, "--port", "customers.v1", "--on", "2030-01-31").code == 0
    published.publish()
    assert version(published) == "1.1.0"
    assert published.ask("select count(*) from customer_orders.customers_v2") == [(2,)]
    assert published.in_sync()


def test_the_day_may_stand_in_the_yaml(published: Domain) -> None:
    add_version(published, goes_on="2030-01-31T00:00:00+00:00")
    published.publish()
    assert version(published) == "1.1.0"


def test_a_version_that_breaks_nothing_needs_nothing(published: Domain) -> None:
    subscribe(published, "marketing")
    add_version(published, drop=None)
    assert blocked(published) == []


def test_a_version_that_is_not_the_latest_takes_nobodys_place_yet(published: Domain) -> None:
    subscribe(published, "marketing")
    add_version(published, latest=1)
    published.publish()
    with published.editing() as manifest:
        for node in (V1, V2):
            manifest["nodes"][node]["latest_version"] = 2
    assert blocked(published) == [("contract", "customers.v1"), ("acknowledgement", "customers.v1")]


def test_subscribers_are_named_told_and_waited_for(published: Domain) -> None:
    subscribe(published, "marketing", "finance")
    add_version(published, goes_on="2030-01-31")
    assert blocked(published) == [("acknowledgement", "customers.v1")]
    done = published.publish(code=ExitCode.BLOCKED)
    assert "customers.v1, replaced by customers.v2, goes on 2030-01-31" in done.out
    assert (
        "Announced to domain:finance, domain:marketing: "
        "meshport contract acknowledge sales.customer_orders.customers.v1" in done.err
    )
    assert "Announced before to" in published.publish(code=ExitCode.BLOCKED).err

    (waiting,) = json.loads(acknowledge(published, None, "marketing").out)
    assert (waiting["port"], waiting["replaced_by"], waiting["goes_on"]) == (
        "customers.v1",
        "customers.v2",
        "2030-01-31",
    )
    assert waiting["changes"] == ["the column `email` is gone"]
    assert acknowledge(published, f"{KEY}.customers.v1", "marketing").code == 0
    assert json.loads(acknowledge(published, None, "marketing").out) == []
    (gate,) = product(published).blocked
    assert gate.reason.startswith("not acknowledged by domain:finance (")
    assert "domain:finance, domain:marketing (acknowledged)" in published.run("plan").out
    assert acknowledge(published, f"{KEY}.orders", "finance").code == ExitCode.BLOCKED  # nothing is announced of it
    assert acknowledge(published, KEY, "finance").code == 0  # all that is announced of the product

    published.publish()
    assert [entry["principal"] for entry in audit(published, "contract.acknowledge")] == [
        "domain:finance",
        "domain:marketing",
    ]
    assert len(audit(published, "contract.announce")) == 1
    assert audit(published, "contract.override") == []


def test_only_who_subscribes_can_acknowledge(published: Domain) -> None:
    subscribe(published, "marketing")
    add_version(published, goes_on="2030-01-31")
    published.publish(code=ExitCode.BLOCKED)
    done = acknowledge(published, f"{KEY}.customers.v1", "finance")
    assert (done.code, "does not subscribe" in done.err) == (ExitCode.BLOCKED, True)
    done = acknowledge(published, "sales.customer_order", "marketing")
    assert (done.code, "sales.customer_orders" in done.err) == (ExitCode.INPUT, True)


def test_another_change_is_another_question(published: Domain) -> None:
    subscribe(published, "marketing")
    add_version(published, goes_on="2030-01-31")
    published.publish(code=ExitCode.BLOCKED)
    acknowledge(published, f"{KEY}.customers.v1", "marketing")
    assert blocked(published) == []
    with published.editing_model("customers.v1") as model:
        model["deprecation_date"] = "2029-01-31"  # earlier than they agreed to
    assert blocked(published) == [("acknowledgement", "customers.v1")]


def test_an_override_says_who_was_not_asked(published: Domain) -> None:
    subscribe(published, "marketing", "finance")
    add_version(published, goes_on="2030-01-31")
    published.publish(code=ExitCode.BLOCKED)
    acknowledge(published, f"{KEY}.customers.v1", "marketing")
    published.publish("--override-contract", REASON)
    (entry,) = audit(published, "contract.override")
    assert entry["subscribers"] == ["domain:finance", "domain:marketing"]
    assert entry["acknowledged"] == ["domain:marketing"]


def test_a_promise_of_the_whole_product_waits_for_who_subscribes(published: Domain) -> None:
    subscribe(published, "marketing")
    slower(published)
    assert blocked(published) == [("acknowledgement", "customer_orders")]
    published.publish(code=ExitCode.BLOCKED)
    assert acknowledge(published, KEY, "marketing").code == 0
    published.publish()
    assert version(published) == "2.0.0"


def test_a_promise_that_nobody_relies_on_is_only_counted(published: Domain) -> None:
    slower(published)
    published.publish()
    assert version(published) == "2.0.0"


def test_hiding_more_does_not_wait(domain: Domain) -> None:
    with domain.editing_model("customers.v1") as model:
        model["columns"]["email"]["config"]["meta"]["classification"] = "public"
    domain.publish()
    subscribe(domain, "marketing")
    with domain.editing_model("customers.v1") as model:
        model["columns"]["email"]["config"]["meta"]["classification"] = "pii.email"
    done = domain.publish()
    assert "`email` is masked now" in done.out
    assert "domain:marketing" in done.out
    assert version(domain) == "2.0.0"
    assert ("***@example.com",) in domain.ask("select email from customer_orders.customers_v1")


def test_who_subscribes_after_the_plan_was_saved_does_not_make_it_unfit(published: Domain, tmp_path: Path) -> None:
    with published.editing_model("customers.v1") as model:
        model["description"] = "Other words."
    file = tmp_path / "plan.json"
    published.run("plan", "--out", str(file))
    subscribe(published, "marketing")
    published.publish("--plan", str(file))
