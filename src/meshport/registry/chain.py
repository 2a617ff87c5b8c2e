"""The audit log's hash chain: each entry's hash covers its content and the hash before it. Pure.

The way a hash is made never changes: entries that were chained years ago have to verify. Each part goes in as its
length in bytes, a colon and its UTF-8 bytes, so that no two lists of parts give the same text.
"""

from __future__ import annotations

import hashlib

GENESIS = "0" * 64
"""What stands before the first entry."""


def link(previous: str, number: int, at: str, actor: str, action: str, subject: str, detail: str) -> str:
    """Return the hash of an entry (SHA-256, 64 hexadecimal digits). `detail` is the JSON text as it is stored."""
    digest = hashlib.sha256()
    for part in (previous, str(number), at, actor, action, subject, detail):
        raw = part.encode()
        digest.update(b"%d:" % len(raw) + raw)
    return digest.hexdigest()
