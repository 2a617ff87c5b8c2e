"""What keeps pages of other sites from acting through a browser: a header that none of them can send.

A browser sends a header of one's own to another site only after asking that site (CORS), and here nobody ever agrees.
Callers with a token of the issuer need none: a browser never adds that by itself.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler
from litestar.status_codes import HTTP_415_UNSUPPORTED_MEDIA_TYPE

HEADER = "x-meshport"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def guard_calls(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a call through, or raise: 403 where another site may have made it, 415 where it sends something else."""
    if connection.scope.get("method") in SAFE:
        return
    if connection.scope.get("auth") != "bearer" and not connection.headers.get(HEADER):
        raise PermissionDeniedException("send the header `X-Meshport: 1`, or a token")
    kind = connection.headers.get("content-type")
    if kind is not None and kind.partition(";")[0].strip().lower() != "application/json":
        raise HTTPException("send JSON: `Content-Type: application/json`", status_code=HTTP_415_UNSUPPORTED_MEDIA_TYPE)
