"""The API called by its own description, with what nobody thinks of (Schemathesis): it answers as it says, always."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from litestar import Litestar
from litestar.testing import TestClient
from schemathesis import GenerationMode

from meshport.marketplace.api.routes import PATH, ROUTES
from meshport.marketplace.identity import Identity
from tests.marketplace.conftest import Place
from tests.marketplace.people import OUTSIDE, app_with_sign_in, browser_of

# Somebody who may do everything, so that no call ends at a permission.
EVERYTHING = Identity("user:everything", "Everything", owns=frozenset({"sales", "marketing"}), auditor=True)
THERE = {"product": "sales.orders", "port": "orders"}
# The header that unsafe calls need is asked for by a guard: the description says so in words.
LEFT_OUT = [schemathesis.checks.ignored_auth, schemathesis.checks.missing_required_header]


@pytest.fixture(scope="module")
def app(house: Place) -> Iterator[Litestar]:
    with app_with_sign_in(house) as made:
        yield made


@pytest.fixture(scope="module")
def browser(app: Litestar) -> TestClient[Litestar]:
    return browser_of(app, EVERYTHING)


@pytest.fixture(scope="module")
def operations(browser: TestClient[Litestar]) -> dict[str, schemathesis.APIOperation]:
    schema = schemathesis.openapi.from_dict(browser.get("/api/openapi.json").json())
    found = [operation.ok() for operation in schema.get_all_operations()]
    return {operation.label: operation for operation in found}


LABELS = [
    f"{method} {PATH}{path.replace(':str', '')}"
    for route in ROUTES
    for method in sorted(route.http_methods)
    for path in sorted(route.paths)
]


def test_every_route_is_described(operations: dict[str, schemathesis.APIOperation]) -> None:
    assert sorted(operations) == sorted(LABELS)


def _can_be_described(case: schemathesis.Case) -> bool:
    """Whether JSON Schema can tell that a body fits: it has no words for letters that nobody sees."""
    principal = case.body.get("principal") if isinstance(case.body, dict) else None
    return not isinstance(principal, str) or principal.isprintable()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: str(mode.value))
@pytest.mark.parametrize("label", LABELS)
def test_the_api_answers_as_its_description_says(
    operations: dict[str, schemathesis.APIOperation], browser: TestClient[Litestar], label: str, mode: GenerationMode
) -> None:
    # What is there, where all is right otherwise: else every call would end at a product that nobody knows.
    known = {name: value for name, value in THERE.items() if f"{{{name}}}" in label}
    there = {"path_parameters": known} if known and mode is GenerationMode.POSITIVE else {}

    @settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operations[label].as_strategy(generation_mode=mode, **there).filter(_can_be_described))
    def check(case: schemathesis.Case) -> None:
        sent = case.as_transport_kwargs(base_url=OUTSIDE)
        headers = {name: value for name, value in sent["headers"].items() if name.lower() != "authorization"}
        body = sent.get("json") if sent.get("data") is None else None
        answer = browser.request(
            sent["method"],
            sent["url"],
            params=sent.get("params"),
            content=sent.get("data"),
            json=body,
            headers={**headers, "x-meshport": "1"},
        )
        case.validate_response(answer, excluded_checks=LEFT_OUT)

    check()
