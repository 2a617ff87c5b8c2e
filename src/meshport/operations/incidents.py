"""What is wrong with products: hard where nothing new can be published, soft where a promise is missed.

`keep` judges by what publishing knows anyhow, `check` by what the registry knows while time goes by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from meshport.contracts.levels import Level, levels
from meshport.model import Evidence, QualityRule
from meshport.operations.history import FAILED, current
from meshport.plan.types import Plan, ProductPlan
from meshport.registry.runs import TESTS
from meshport.registry.types import Incident, IncidentKind, RunResult, Scope, Trouble

if TYPE_CHECKING:
    from meshport.model import Product
    from meshport.registry import Registry

SKIPPED = "skipped"
"""How a node ended that dbt did not get to, because something before it failed."""
SHOWN = 3
OF_BUILDS: tuple[IncidentKind, ...] = ("run", "tests", "quality", "freshness")
"""What builds and their rows tell of; what they cost is looked at elsewhere."""


def keep(registry: Registry, plan: Plan, *, actor: str) -> list[Incident]:
    """Keep the incidents of all products of a plan, once it was carried out as far as nothing of it is refused.

    Owners are told of each that begins, those who subscribe of the soft ones. Returns those that began.
    """
    lasting = {each.product for each in registry.incidents(domain=plan.domain, lasting=True)}
    began = []
    for planned in plan.products:
        looked_at, found = troubles(planned)
        if found or planned.product.key in lasting:
            began += registry.keep_incidents(planned.product.key, looked_at, found, actor=actor)
    return began


def check(registry: Registry, domain: str, *, actor: str) -> list[Incident]:
    """Keep the incidents of a domain's products by what is known now, without a build or a plan: rows get older, and
    runs of dbt fail that nobody publishes.

    Owners and those who subscribe are told as by `keep`. Returns those that began.
    """
    scope = Scope(domain=domain)
    published, builds = registry.newest_results(scope), registry.newest_builds(scope)
    lasting = {each.product for each in registry.incidents(domain=domain, lasting=True)}
    products = [head.product for head in registry.heads(domain).values() if head.status != "retired"]
    results = current(products, registry.newest_run_results(scope))
    began = []
    for product in products:
        evidence = published[product.key].evidence if product.key in published else {}
        looked_at, found = known(product, evidence, builds.get(product.key, {}), results[product.key])
        if found or product.key in lasting:
            began += registry.keep_incidents(product.key, looked_at, found, actor=actor)
    return began


def known(
    product: Product,
    evidence: Mapping[str, Sequence[Evidence]],
    builds: Mapping[str, str],
    results: Sequence[RunResult],
) -> tuple[tuple[IncidentKind, ...], list[Trouble]]:
    """Return which kinds of trouble can be told of a published product, and what is wrong. Pure but for the time.

    `evidence` is what it was published on, `builds` are what its ports hold, `results` are the newest of its nodes.
    As long as these did not fail and none was skipped, its quality is theirs; of a build that failed nothing is
    published, so that the quality stays what it was.
    """
    missed = {level.name: level for level in levels(product, evidence, builds) if level.met is False}
    if not results:
        return ("quality", "freshness"), [_missed(product.key, level) for level in missed.values()]
    failed = [each for each in results if each.status in FAILED]
    skipped = [each for each in results if each.status == SKIPPED]
    tests = [each for each in results if each.kind in TESTS]
    if tests and not failed and not skipped:
        missed.pop("quality", None)
        ran = {"": [Evidence(QualityRule(each.unique_id, each.name, each.kind), each.status) for each in tests]}
        missed |= {
            level.name: level for level in levels(product, ran, {}) if level.name == "quality" and level.met is False
        }
    found = [_missed(product.key, level) for level in missed.values()]
    runs = [str(each.label) for each in failed if each.kind not in TESTS]
    refused = [f"{each.name} of {each.label}" for each in failed if each.kind in TESTS]
    if runs:
        found.append(Trouble("run", "hard", f"the last run of {product.key} failed: {_named(runs)}"))
    elif skipped:
        left_out = sorted({str(each.label) for each in skipped})
        text = f"the last run left out {product.key}, because what it is built from failed: {_named(left_out)}"
        found.append(Trouble("run", "hard", text))
    if refused:
        found.append(
            Trouble("tests", "hard", f"the tests of {product.key} failed when they last ran: {_named(refused)}")
        )
    return OF_BUILDS, found


def troubles(planned: ProductPlan) -> tuple[tuple[IncidentKind, ...], list[Trouble]]:
    """Return which kinds of trouble a product's plan tells of, and what it found. Pure but for what time it is.

    Of a build that is refused nothing is known but its tests: what is published keeps its quality and gets older.
    """
    if planned.blocked:
        return ("tests",), _failed_tests(planned)
    missed = [level for level in levels(planned.product, planned.evidence, planned.builds) if level.met is False]
    return OF_BUILDS, [_missed(planned.product.key, level) for level in missed]


def _missed(key: str, level: Level) -> Trouble:
    return Trouble(level.name, "soft", f"{key} misses its {level.name}: {level.promised} promised, {level.found}")


def _failed_tests(planned: ProductPlan) -> list[Trouble]:
    failed = [
        f"{each.rule.name} of {label}"
        for label, results in planned.evidence.items()
        for each in results
        if each.status in FAILED
    ]
    if not failed:
        return []
    text = f"publishing {planned.product.key} was refused, its tests failed: {_named(failed)}"
    return [Trouble("tests", "hard", text)]


def _named(names: Iterable[str]) -> str:
    """Return the first of some names, and how many more there are."""
    all_of_them = list(names)
    more = f" and {len(all_of_them) - SHOWN} more" if len(all_of_them) > SHOWN else ""
    return ", ".join(all_of_them[:SHOWN]) + more
