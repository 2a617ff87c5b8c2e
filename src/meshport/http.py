"""What every client over HTTP has in common: connections through the environment's proxy, and how long to wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import LocationValueError

from meshport.errors import InputError

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same request may go well a moment later."""


def pool(url: str) -> urllib3.PoolManager:
    """Return connections to a server, through the proxy that the environment names for it.

    Raises InputError where the proxy is no URL.
    """
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    try:
        if proxy and not proxy_bypass(parts.netloc):
            return urllib3.ProxyManager(proxy)
        return urllib3.PoolManager()
    except LocationValueError as error:
        raise InputError(f"the proxy for {shown(url)} is no URL: {error}") from error


def retry_after(headers: Mapping[str, str], otherwise: float) -> float:
    """Return the seconds that a server asks to wait (`Retry-After`: a number, or a time of day), else `otherwise`."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isdigit():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return otherwise
    return max(0.0, (until - datetime.now(timezone.utc)).total_seconds()) if until.tzinfo else otherwise


def shown(url: str) -> str:
    """Return a URL as messages may have it: without a user, and without a query, where tokens are."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "what was given"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
