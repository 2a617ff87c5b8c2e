"""Refusals as Databricks words them: an HTTP status and a body with `error_code` and `message`.

The SDK makes its exceptions of both (`databricks.sdk.errors.mapper`): the code first, then the status. So both must be
right: `CATALOG_ALREADY_EXISTS` comes with 400 there (seen in the wild as `BadRequest`), and not with 409.
"""

from __future__ import annotations

from typing import Any

from tests.databricks_double.http import Response


class ApiError(Exception):
    """A call that is refused."""

    def __init__(self, status: int, error_code: str, message: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(f"{error_code}: {message}")
        self.status = status
        self.error_code = error_code
        self.message = message
        self.details = details

    def response(self) -> Response:
        """Return what is sent."""
        body: dict[str, Any] = {"error_code": self.error_code, "message": self.message}
        if self.details:
            body["details"] = self.details
        return Response(self.status, body)


def invalid(message: str) -> ApiError:
    """Return the refusal of a wrong body or parameter."""
    return ApiError(400, "INVALID_PARAMETER_VALUE", message)


def invalid_state(message: str) -> ApiError:
    """Return the refusal of a call that is right, but not now."""
    return ApiError(400, "INVALID_STATE", message)


def unauthenticated(message: str = "Credential was not sent or was of an unsupported type for this API.") -> ApiError:
    """Return the refusal of a call without a token that somebody has."""
    return ApiError(401, "UNAUTHENTICATED", message)


def permission_denied(message: str) -> ApiError:
    """Return the refusal of a call that somebody else might make."""
    return ApiError(403, "PERMISSION_DENIED", message)


def not_found(kind: str, name: str) -> ApiError:
    """Return the refusal of a call about what does not exist. Catalogs, schemas and tables have codes of their own."""
    code = f"{kind.upper()}_DOES_NOT_EXIST" if kind.lower() in _OWN_CODES else "RESOURCE_DOES_NOT_EXIST"
    return ApiError(404, code, f"{kind.capitalize()} '{name}' does not exist.")


def already_exists(kind: str, name: str) -> ApiError:
    """Return the refusal to make something twice."""
    message = f"{kind.capitalize()} '{name}' already exists"
    if kind.lower() in _OWN_CODES:
        return ApiError(400, f"{kind.upper()}_ALREADY_EXISTS", message)
    return ApiError(409, "ALREADY_EXISTS", message)


def endpoint_not_found(method: str, path: str) -> ApiError:
    """Return the refusal of a route that the double does not have."""
    return ApiError(404, "ENDPOINT_NOT_FOUND", f"No API found for '{method} {path}'")


_OWN_CODES = frozenset({"catalog", "schema", "table"})
