"""Certificates for the loopback server: a new authority each time, trusted by whoever is given its file."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


def certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return the server's side, and the file that clients trust."""
    authority = trustme.CA()
    file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context, file
