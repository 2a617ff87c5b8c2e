"""A mail server on the loopback interface that keeps what arrives."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "mesh", "s3cret-of-mail"


class Arrived(NamedTuple):
    """A message as it arrived."""

    message: Message
    to: list[str]
    encrypted: bool
    signed_in: bool


class Mailbox:
    """What arrived at `address`, the URL of a route without who it is from and to."""

    def __init__(self, port: int) -> None:
        self.address = f"smtp://{USER}:{PASSWORD}@localhost:{port}"
        self.arrived: list[Arrived] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=default)
        self.arrived.append(Arrived(message, envelope.rcpt_tos, session.ssl is not None, bool(session.authenticated)))
        return "250 kept"


@contextmanager
def mailbox(context: ssl.SSLContext | None) -> Iterator[Mailbox]:
    """Run a server until the block ends. With a TLS context it offers STARTTLS, and takes mail from USER alone."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (USER.encode(), PASSWORD.encode()), handled=False)

    box = Mailbox(port)
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=context is not None,
        auth_required=context is not None,
        authenticator=known,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
