"""Tokens of service principals: client credentials (`oauth_service_principal` of the SDK's unified authentication).

`documents["oauth_clients"][client id]["secret"]` holds who may. The client id is the name of a principal of the store, and the token
that is given out is the one of that principal: so faults that revoke it work as for others.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.databricks_double.http import Response
from tests.databricks_double.rest.routes import Call, Routes

routes = Routes()


@routes("GET", "/oidc/.well-known/oauth-authorization-server", is_open=True)
def endpoints(call: Call) -> dict[str, Any]:
    """Say where tokens are: `oauth.get_workspace_endpoints`."""
    base = f"{call.options.scheme}://{call.request.headers.get('host', 'localhost')}/oidc/v1"
    return {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token", "issuer": base}


@routes("POST", "/oidc/v1/token", is_open=True)
def token(call: Call) -> Response:
    """Give a token for a client's id and secret, in the header or in the form."""
    form = {name: values[0] for name, values in parse_qs(call.request.body.decode()).items()}
    client_id, secret = _basic(call) or (form.get("client_id", ""), form.get("client_secret", ""))
    if form.get("grant_type") != "client_credentials" or form.get("scope") != "all-apis":
        return Response(400, {"error": "unsupported_grant_type", "error_description": "client_credentials, all-apis"})
    known = call.store.documents.get("oauth_clients", {}).get(client_id)
    owner = next((one for one in call.store.principals.values() if one.name == client_id), None)
    if known is None or owner is None or known["secret"] != secret:
        return Response(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
    lasts = known.get("expires_in", 3600)
    return Response(
        200, {"access_token": owner.token, "token_type": "Bearer", "expires_in": lasts, "scope": "all-apis"}
    )


def _basic(call: Call) -> tuple[str, str] | None:
    """Return the id and the secret of a Basic header."""
    kind, _, encoded = call.request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote(client_id), unquote(secret)
