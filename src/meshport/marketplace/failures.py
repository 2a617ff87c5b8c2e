"""What people and programs are told when something goes wrong: what, where, how to fix it; nothing of our insides."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    TooManyRequestsException,
    ValidationException,
)
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_400_BAD_REQUEST, HTTP_500_INTERNAL_SERVER_ERROR

from meshport.errors import (
    BlockedError,
    DeniedError,
    InputError,
    MeshportError,
    NotFoundError,
    PlanMovedError,
    UnavailableError,
)
from meshport.marketplace.identity import Identity

API = "/api/"
_LOG = logging.getLogger("meshport.marketplace")
# Of an error that is of several kinds the first counts.
_STATUS: Mapping[type[MeshportError], int] = {
    NotFoundError: 404,
    InputError: 400,
    DeniedError: 403,
    BlockedError: 409,
    PlanMovedError: 409,
    UnavailableError: 503,
}
TITLES: Mapping[int, str] = {
    400: "That does not fit",
    401: "Sign in first",
    403: "You may not do this",
    404: "There is no such thing",
    405: "Not like this",
    409: "This cannot be done now",
    413: "That is too much",
    415: "Not in this form",
    429: "Too many requests",
    503: "Something is out of reach",
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a program is told: https://www.rfc-editor.org/rfc/rfc9457."""

    title: str
    status: int
    detail: str
    hint: str | None = None


PROBLEM_TYPE = "application/problem+json"
Handler = Callable[[Request[Any, Any, Any], Any], Response[Any]]


def _known(request: Request[Any, Any, Any], error: MeshportError) -> Response[Any]:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
    return _answer(request, status, error.message, error.hint)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    signs_in = isinstance(error, NotAuthorizedException) and not request.url.path.startswith(API)
    if signs_in and request.method == "GET":
        then = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return Redirect(f"/login?then={quote(then, safe='')}", status_code=HTTP_303_SEE_OTHER)
    detail = _fields(error) if isinstance(error, ValidationException) else error.detail
    headers = dict(error.headers or {})
    if isinstance(error, TooManyRequestsException) and "RateLimit-Reset" in headers:
        headers["retry-after"] = headers["RateLimit-Reset"]
    hint = "sign in, go back, and send it again" if signs_in else None
    return _answer(request, error.status_code, detail, hint, headers)


def _fields(error: ValidationException) -> str:
    found = [f"{each.get('key')}: {each.get('message')}" for each in error.extra or () if isinstance(each, dict)]
    return "; ".join(found) or error.detail


def _defect(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(
        request, HTTP_500_INTERNAL_SERVER_ERROR, "this is a defect of meshport's own; the log says more", None
    )


def too_deep(request: Request[Any, Any, Any], error: RecursionError) -> Response[Any]:
    """Answer JSON that is nested without end, which msgspec gives up: nothing else recurses over what callers send."""
    _LOG.warning("%s %s is nested too deeply", request.method, request.url.path, exc_info=error)
    return _answer(request, HTTP_400_BAD_REQUEST, "this is nested too deeply", None)


def _answer(
    request: Request[Any, Any, Any], status: int, message: str, hint: str | None, headers: dict[str, str] | None = None
) -> Response[Any]:
    title = TITLES.get(status, "Something went wrong")
    if request.url.path.startswith(API):
        problem = Problem(title, status, message, hint)
        return Response(problem, status_code=status, media_type=PROBLEM_TYPE, headers=headers)
    identity = request.scope.get("user")
    site = request.app.state.site
    context = {
        "site": site.settings,
        "local": site.local is not None,
        "viewer": identity if isinstance(identity, Identity) else None,
        "said": None,
        "here": "/",
        "waiting": 0,  # what failed may be the registry: nothing is asked of it here
        "title": title,
        "message": message,
        "hint": hint,
    }
    return Template(template_name="error.html", context=context, status_code=status, headers=headers)


HANDLERS: dict[type[Exception] | int, Handler] = {
    MeshportError: _known,
    HTTPException: _http,
    HTTP_500_INTERNAL_SERVER_ERROR: _defect,
}
