"""Products for programs: find them, and everything that their pages show."""

from __future__ import annotations

from typing import Any

from litestar import Request, get, put
from litestar.pagination import OffsetPagination
from litestar.params import JSONBody
from msgspec import Struct

from meshport.errors import NotFoundError
from meshport.marketplace import acts
from meshport.marketplace.api.paging import Limit, Offset, paged
from meshport.marketplace.api.problems import PROBLEMS
from meshport.marketplace.api.shapes import (
    CostsShape,
    LineageShape,
    ProductShape,
    QualityShape,
    SampleShape,
    SearchShape,
    VersionShape,
    costs_shape,
    lineage_shape,
    product_shape,
    quality_shape,
    sample_shape,
    version_shape,
)
from meshport.marketplace.downloads import contract
from meshport.marketplace.identity import Identity
from meshport.marketplace.parameters import Filters, Name, OpenSite, OwnToken, Sentence, Stars, Text
from meshport.marketplace.preview import sample
from meshport.marketplace.site import port_of
from meshport.marketplace.views.costs import product_costs
from meshport.marketplace.views.found import find
from meshport.marketplace.views.product import about
from meshport.marketplace.views.quality import quality
from meshport.registry.types import Rating

Call = Request[Identity, Any, Any]
PORT = "/products/{product:str}/ports/{port:str}"


class RatingBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A rating of one's own."""

    stars: Stars
    comment: Sentence = ""


@get("/products", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def find_products(
    request: Call,
    site: OpenSite,
    filters: Filters,
    q: Text = "",
    limit: Limit = 20,
    offset: Offset = 0,
) -> SearchShape:
    """Search, best first, with what narrows it down."""
    found = find(site, request.user, q, filters, offset, limit)
    return SearchShape(found.cards, limit, offset, found.total, found.near, found.facets)


@get("/products/{product:str}", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_product(request: Call, site: OpenSite, product: Name) -> ProductShape:
    """A product."""
    return product_shape(about(site, product, request.user))


@get("/products/{product:str}/versions", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_versions(
    request: Call, site: OpenSite, product: Name, limit: Limit = 20, offset: Offset = 0
) -> OffsetPagination[VersionShape]:
    """Its versions, newest first, each with what it changed."""
    key = site.product(product, request.user).product.key
    return paged([version_shape(step) for step in site.history.steps(site.registry.versions(key))], limit, offset)


@get("/products/{product:str}/quality", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_quality(request: Call, site: OpenSite, product: Name) -> QualityShape:
    """Its rules with their results over time, and what it promised of its service."""
    return quality_shape(quality(site.registry, site.product(product, request.user).product))


@get("/products/{product:str}/costs", permission="costs", sync_to_thread=True, responses=PROBLEMS)
def read_costs(request: Call, site: OpenSite, product: Name) -> list[CostsShape]:
    """What it cost in the last 30 days, and whom, by currency; for its owners and those who watch."""
    key = site.product(product, request.user).product.key
    return [costs_shape(each) for each in product_costs(site.registry, key)]


@get(f"{PORT}/contract", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_contract(request: Call, site: OpenSite, product: Name, port: Name) -> dict[str, Any]:
    """A port's contract in the Open Data Contract Standard 3.1."""
    return contract(site.product(product, request.user), port)


@get(f"{PORT}/lineage", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_lineage(request: Call, site: OpenSite, product: Name, port: Name) -> LineageShape:
    """Where the columns of a port come from."""
    version = site.product(product, request.user)
    label = port_of(version, port).label
    found = site.registry.column_lineage(version.product.key).get(label)
    if found is None:
        raise NotFoundError(f"no lineage of {version.product.key} {label} is recorded")
    return lineage_shape(found)


@get(f"{PORT}/sample", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_sample(request: Call, site: OpenSite, product: Name, port: Name, token: OwnToken) -> SampleShape:
    """Some rows of a port as the caller may see them."""
    return sample_shape(*sample(site, site.product(product, request.user), port, request.user, token))


@get("/products/{product:str}/ratings", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def read_ratings(
    request: Call, site: OpenSite, product: Name, limit: Limit = 20, offset: Offset = 0
) -> OffsetPagination[Rating]:
    """What people think of it, newest first."""
    key = site.product(product, request.user).product.key
    return paged(site.registry.ratings(key), limit, offset)


@put("/products/{product:str}/rating", permission="consumer", sync_to_thread=True, responses=PROBLEMS, status_code=204)
def rate_product(request: Call, site: OpenSite, product: Name, data: JSONBody[RatingBody]) -> None:
    """Rate a product that one reads, in place of what one said before."""
    acts.rate(site, request.user, product, data.stars, data.comment)
