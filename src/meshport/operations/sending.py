"""Alerts on their way: one attempt by one route. What an address holds is a secret and is in no message of ours."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from meshport import __version__
from meshport.errors import InputError, UnavailableError
from meshport.http import pool
from meshport.mesh import Alert
from meshport.operations import messages
from meshport.operations.messages import Message

SECONDS = 15.0
"""How long a receiver may take for one answer. It is asked again at the next check."""
TIMEOUT = urllib3.Timeout(connect=SECONDS, read=SECONDS)
_BODIES = {"slack": messages.slack, "teams": messages.teams, "webhook": messages.webhook}


def send(route: Alert, said: Message) -> None:
    """Send a message by a route.

    Raises InputError where the route's address is missing or is none, UnavailableError where the receiver cannot be
    reached or refuses: the reason names the route and never its address.
    """
    address = os.environ.get(route.address, "").strip()
    if not address:
        raise InputError(f"the environment variable {route.address} is not set", hint=f"it says where {route.to} is")
    if route.to == "email":
        _mail(route, address, said)
    else:
        _post(route, address, msgspec.json.encode(_BODIES[route.to](said)))


def _post(route: Alert, address: str, body: bytes) -> None:
    if not address.startswith(("https://", "http://")):
        raise InputError(f"{route.address} holds no URL", hint="it is like https://hooks.example.com/...")
    headers = {"Content-Type": "application/json", "User-Agent": f"meshport/{__version__}"}
    connections = pool(address)
    try:
        answer = connections.request(
            "POST", address, body=body, headers=headers, timeout=TIMEOUT, retries=False, redirect=False
        )
    except HTTPError as error:  # its words have the address in them
        raise UnavailableError(f"{route.name} cannot be reached ({type(error).__name__})") from None
    finally:
        connections.clear()
    if not 200 <= answer.status < 300:
        raise UnavailableError(f"{route.name} answers {answer.status}")


def _mail(route: Alert, address: str, said: Message) -> None:
    """Send by SMTP, encrypted where the server offers it; a password is never sent in the clear."""
    try:
        parts = urlsplit(address)
        asked, host, port = parse_qs(parts.query), parts.hostname, parts.port
    except ValueError:
        asked, host, port = {}, None, None
    sender, recipients = asked.get("from", [""])[0], ", ".join(asked.get("to", []))
    if parts.scheme not in ("smtp", "smtps") or not host or not sender or not recipients:
        hint = "it is like smtp://USER:PASSWORD@mail.example.com:587?from=mesh@example.com&to=team@example.com"
        raise InputError(f"{route.address} names no mail server with `from` and `to`", hint=hint)
    try:
        made = messages.mail(said, sender, recipients)
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=_trusted())
        else:
            server = smtplib.SMTP(host, port or 587, timeout=SECONDS)
        with server:
            _deliver(route, server, made, unquote(parts.username or ""), unquote(parts.password or ""))
    except smtplib.SMTPResponseException as error:
        raise UnavailableError(f"{route.name} answers {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise UnavailableError(f"{route.name} cannot be reached ({type(error).__name__})") from None
    except ValueError:  # a line end, or letters that the protocol has no way to say
        raise InputError(f"{route.address} holds a name, password or address that cannot be sent") from None


def _deliver(route: Alert, server: smtplib.SMTP, made: EmailMessage, user: str, password: str) -> None:
    server.ehlo()
    encrypted = isinstance(server, smtplib.SMTP_SSL)
    if not encrypted and server.has_extn("starttls"):
        server.starttls(context=_trusted())
        server.ehlo()
        encrypted = True
    if user:
        if not encrypted:
            raise UnavailableError(f"{route.name} offers no encryption: the password is not sent")
        server.login(user, password)
    server.send_message(made)


def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
