"""Events over HTTP: one POST each, on one connection, again where the server was busy or the line was cut.

Sending an event twice does no harm: the id of a run says which one it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from meshport import __version__
from meshport.errors import DeniedError, InputError, MeshportError, UnavailableError
from meshport.http import BUSY, pool, retry_after, shown

DEFAULT_PATH = "api/v1/lineage"
ATTEMPTS = 5
LONGEST_WAIT = 60.0
"""Seconds. A server that asks for more is not waited for."""
TIMEOUT = urllib3.Timeout(connect=10, read=30)

Tell = Callable[[str], None]


def endpoint(url: str, path: str | None) -> str:
    """Return where events go: a bare server's usual path, else the URL as it is, or `path` in it where one is given.

    Raises InputError for what is no URL of HTTP, and for one with a password in it.
    """
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0  # no number: ValueError
    except ValueError:
        whole = False
    if not whole:
        raise InputError(f"{shown(url)} is no URL of a lineage server", hint="it is like https://lineage.example.com")
    if parts.username is not None:
        raise InputError(
            f"{shown(url)} has a user in it, which would end up in logs", hint="export OPENLINEAGE_API_KEY=... instead"
        )
    if path is None and parts.path in ("", "/"):
        path = DEFAULT_PATH
    return url if path is None else urljoin(url, path)


class Receiver:
    """A lineage server. The key goes into a header and nowhere else: not into messages, not to another host.

    `sleep` waits so many seconds, `tell` hears why.
    """

    def __init__(
        self, url: str, api_key: str | None = None, *, sleep: Callable[[float], None] = time.sleep, tell: Tell
    ) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json", "User-Agent": f"meshport/{__version__}"}
        self._key = _usable(api_key or "")
        if self._key:
            self._headers["Authorization"] = f"Bearer {self._key}"
        self._sleep = sleep
        self._tell = tell
        self._pool = pool(url)
        self._where = shown(url)
        self._sent = 0

    def send(self, events: Iterable[bytes]) -> int:
        """Send encoded events in their order, and return how many.

        Raises DeniedError where the server does not know the key, InputError where it refuses an event or is none,
        UnavailableError where it cannot be reached or stays busy. Each says how many events had arrived by then.
        """
        try:
            for event in events:
                self._post(event)
                self._sent += 1
        finally:
            self._pool.clear()
        return self._sent

    def _post(self, event: bytes) -> None:
        reason = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._tell(f"{self._where} {reason}; again ({attempt + 1} of {ATTEMPTS})")
            pause = 0.5 * 2**attempt
            try:
                response = self._pool.request(
                    "POST", self._url, body=event, headers=self._headers,
                    timeout=TIMEOUT, retries=False, redirect=False,
                )  # fmt: skip
            except SSLError as error:
                message = f"{self._where} cannot be trusted: {error}"
                hint = "export SSL_CERT_FILE=... with your organisation's certificates"
                raise UnavailableError(message, where=self._progress, hint=hint) from error
            except HTTPError as error:
                reason = f"cannot be reached ({type(error).__name__})"
            else:
                if 200 <= response.status < 300:
                    return
                if response.status not in BUSY:
                    raise self._refusal(response)
                reason = f"answers {response.status}"
                pause = retry_after(response.headers, pause)
            if pause > LONGEST_WAIT:
                reason += f", and asks to wait {pause:,.0f} seconds"
                break
            if attempt + 1 < ATTEMPTS:
                self._sleep(pause)
        hint = "try again later: what has arrived does no harm twice"
        raise UnavailableError(f"{self._where} {reason}", where=self._progress, hint=hint)

    @property
    def _progress(self) -> str:
        return f"event {self._sent + 1:,}; those before it have arrived"

    def _refusal(self, response: urllib3.BaseHTTPResponse) -> MeshportError:
        status, progress = response.status, self._progress
        if status in (401, 403):
            hint = "the key in OPENLINEAGE_API_KEY may not do this" if self._key else "export OPENLINEAGE_API_KEY=..."
            return DeniedError(f"{self._where} does not let us in ({status})", where=progress, hint=hint)
        if 300 <= status < 400:
            to = shown(response.headers.get("Location", "nowhere"))
            hint = "name that address: a key is not sent on to another one"
            return InputError(f"{self._where} has moved to {to}", where=progress, hint=hint)
        if status in (404, 405):
            hint = "give the whole address of its endpoint, or export OPENLINEAGE_ENDPOINT=..."
            return InputError(f"{self._where} takes no events ({status})", where=progress, hint=hint)
        said = response.data.decode(errors="replace").strip()
        if self._key:  # some servers say what they were sent
            said = said.replace(self._key, "***")
        return InputError(f"{self._where} refuses an event ({status}): {said[:300]}", where=progress)


def _usable(key: str) -> str:
    """Return a key without the line end that files give it. Raises InputError for what cannot stand in a header."""
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise InputError("OPENLINEAGE_API_KEY has characters that no key has", hint="set it again, from one line")
    return key
