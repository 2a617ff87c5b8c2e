"""docs/reference/api.md: the marketplace's API for programs, from its routes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from docs._generate.markdown import block, code, document, prose, table
from meshport.marketplace.api.routes import DESCRIPTION, PATH, ROUTES
from meshport.marketplace.failures import TITLES
from meshport.marketplace.permissions import ALLOWED, OPTION

EXAMPLE = """\
curl -H "Authorization: Bearer $TOKEN" "https://data.acme.example/api/v1/products?q=orders&limit=5"
curl -H "Authorization: Bearer $TOKEN" --json '{"principal": "domain:marketing", "purpose": "campaigns", "days": 90}' \\
  https://data.acme.example/api/v1/products/sales.customer_orders/subscriptions"""


def page() -> str:
    """Return the reference of the API."""
    return document(
        "The marketplace's API",
        [
            f"{prose(DESCRIPTION)} What each call takes and sends is described in OpenAPI at `/api/openapi.json`, "
            "which anybody may read.",
            block(EXAMPLE, "sh"),
            "Lists come in pages (`limit`, `offset`, `total`). A refusal is "
            "[a problem](https://www.rfc-editor.org/rfc/rfc9457): `title`, `status`, `detail`, and a `hint` where "
            "there is one. After too many requests (429) `Retry-After` says how many seconds to wait.",
            f"Paths are below `{PATH}`. An owner is one of the product's domain.",
            table(("Call", "For", "What it does"), _rows()),
            "## Refusals",
            table(("Status", "Title", "When"), _statuses()),
        ],
    )


def _statuses() -> Iterator[tuple[str, str, str]]:
    when = {
        400: "The body, a parameter or a name in the path is not what it has to be.",
        401: "There is no session and no token, or they do not hold any more.",
        403: "The caller's role does not allow it, or what they ask for is not theirs to see or to decide.",
        404: "The product, port, lineage or route is not there, for this caller.",
        405: "The route is not called so.",
        409: "It was decided already, is retired, or is in another state that does not allow it.",
        413: "The body is too large.",
        415: "The body is no JSON.",
        429: "The caller asked too often.",
        503: "The registry, the catalog or the issuer cannot be reached.",
    }
    for status, title in TITLES.items():
        yield str(status), title, when[status]


def _rows() -> Iterator[tuple[str, str, str]]:
    for route in ROUTES:
        for path in sorted(route.paths):
            roles = ", ".join(sorted(ALLOWED[route.opt[OPTION]])) or "anybody"
            call = f"{' '.join(sorted(route.http_methods))} {path.replace(':str', '')}"
            yield code(call), roles, prose(inspect.getdoc(route.fn) or "")
