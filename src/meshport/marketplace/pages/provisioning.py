"""The provisioner's pages: a form for a new domain, its plan, the button that applies it; and a domain's developers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_400_BAD_REQUEST
from msgspec import Meta

from meshport.domains.answers import Answers
from meshport.errors import InputError
from meshport.marketplace import provisioning
from meshport.marketplace.identity import Identity
from meshport.marketplace.pages.answers import done, page
from meshport.marketplace.parameters import Name, OpenSite, Sentence
from meshport.resources.infrastructure import SIZES

Short = Annotated[str, Meta(max_length=280, pattern=r"^[^\x00]*$")]
Digest = Annotated[str, Meta(max_length=64, pattern=r"^[0-9a-f]*$")]


class DomainForm(msgspec.Struct):
    """What is asked of a new domain; what is left empty follows from its name."""

    name: Short
    title: Short = ""
    description: Sentence = ""
    owner_name: Short = ""
    owner_email: Short = ""
    owner_group: Short = ""
    developer_group: Short = ""
    groups: Literal["existing", "create"] = "existing"
    platform: Literal["databricks", "duckdb"] = "databricks"
    storage: Short = ""
    size: Short = "Small"
    auto_stop_minutes: Annotated[int, Meta(ge=0, le=100_000)] = 10
    budget: Annotated[float, Meta(ge=0, le=1e12)] = 500.0


class ApplyForm(msgspec.Struct):
    """The plan that somebody saw."""

    digest: Digest


class DeveloperForm(msgspec.Struct):
    """Who is added or removed."""

    person: Short
    action: Literal["add", "remove"] = "add"


@get("/provisioning", permission="provisioner", sync_to_thread=True)
def provisioning_page(request: Request[Identity, Any, Any], site: OpenSite) -> Template:
    """The domains that have a file, and a form for a new one."""
    told = DomainForm(name="")
    return page(
        request, site, "provisioning.html", known=provisioning.known(site), told=told, sizes=SIZES, problem=None
    )


@post("/new-domain", permission="provisioner", sync_to_thread=True)
def new_domain(
    request: Request[Identity, Any, Any], site: OpenSite, data: URLEncodedBody[DomainForm]
) -> Redirect | Template:
    """Write the file of a new domain; where something does not fit, say so beside the form."""
    known = provisioning.known(site)
    try:
        name = provisioning.write(site, request.user, Answers(**msgspec.structs.asdict(data)))
    except InputError as problem:
        answer = page(request, site, "provisioning.html", known=known, told=data, sizes=SIZES, problem=problem)
        answer.status_code = HTTP_400_BAD_REQUEST
        return answer
    return done(request, f"Written: domains/{name}.yml. Have it reviewed before you apply it.", f"/provisioning/{name}")


@get("/provisioning/{name:str}", permission="provisioner", sync_to_thread=True)
def plan_page(request: Request[Identity, Any, Any], site: OpenSite, name: Name) -> Template:
    """The file of a domain, and what applying it would change."""
    found = provisioning.planned(site, request.user, name)
    return page(request, site, "provisioned.html", name=name, found=found)


@post("/provisioning/{name:str}/apply", permission="provisioner", sync_to_thread=True)
def apply_plan(
    request: Request[Identity, Any, Any], site: OpenSite, name: Name, data: URLEncodedBody[ApplyForm]
) -> Redirect:
    """Apply the plan that was shown."""
    provisioning.apply(site, request.user, name, data.digest)
    return done(request, f"Provisioned: {name}.", f"/provisioning/{name}")


@get("/domains/{domain:str}/developers", permission="owner", sync_to_thread=True)
def developers_page(request: Request[Identity, Any, Any], site: OpenSite, domain: Name) -> Template:
    """The developers that were added to a domain, and a form to add one."""
    groups = site.registry.domain_groups().get(domain)
    return page(request, site, "developers.html", domain=domain, groups=groups, members=site.registry.members(domain))


@post("/domains/{domain:str}/developers/change", permission="owner", sync_to_thread=True)
def change_developers(
    request: Request[Identity, Any, Any], site: OpenSite, domain: Name, data: URLEncodedBody[DeveloperForm]
) -> Redirect:
    """Add or remove a developer."""
    if data.action == "add":
        changed = provisioning.add_developer(site, request.user, domain, data.person)
        said = f"{data.person} is a developer of {domain} now." if changed else f"{data.person} is one already."
    else:
        changed = provisioning.remove_developer(site, request.user, domain, data.person)
        said = f"{data.person} is no developer of {domain} any more." if changed else f"{data.person} was none."
    return done(request, said, f"/domains/{domain}/developers")
