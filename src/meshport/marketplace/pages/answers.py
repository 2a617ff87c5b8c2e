"""How pages answer: a template with what every page needs, or a redirect that says what was done."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER

from meshport.marketplace.identity import Identity
from meshport.marketplace.sign_in import local_path
from meshport.marketplace.site import Site

SAID = "said"
"""The key of the session under which a sentence waits for the next page."""


def page(request: Request[Any, Any, Any], site: Site, template: str, **context: Any) -> Template:
    """Return a page. A sentence that an action left is said once."""
    session = dict(request.session)
    said = session.pop(SAID, None)
    if said is not None:
        request.set_session(session)
    identity = request.scope.get("user")
    viewer = identity if isinstance(identity, Identity) else None
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    waiting = site.registry.unread_notices(viewer.principals) if viewer else 0
    return Template(
        template_name=template,
        context={"site": site.settings, "local": site.local is not None, "viewer": viewer, "said": said, "here": here}
        | {"waiting": waiting}
        | context,
    )


def done(request: Request[Any, Any, Any], sentence: str, path: str) -> Redirect:
    """Go on to a path of this site, where the page says what was done."""
    request.set_session({**request.session, SAID: sentence})
    return Redirect(local_path(path), status_code=HTTP_303_SEE_OTHER)
