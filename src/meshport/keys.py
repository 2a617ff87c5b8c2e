"""Keys of the anonymising macros: from the environment into a DuckDB session, and never into SQL text.

A key is a secret of at least 16 characters in `MESHPORT_KEY_<NAME>`; macros name it in lower case (`key='default'`).
One secret serves three purposes that must not know of each other, so each gets a key of its own by HKDF-SHA-256
(RFC 5869, no salt, `info` is `meshport <purpose>`):

- `hash` (`keyed_hash`) and `token` (`tokenise`): HMAC-SHA-256 (RFC 2104). DuckDB has SHA-256 but no HMAC, so the
  session gets the two padded keys as variables, and the macro hashes twice.
- `encrypt` (`encrypt`, `decrypt`): AES-256-GCM. DuckDB has no cipher: two functions of Python are registered.

Who can run SQL in the session can read its variables; they hold derived keys, never the secret itself.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from meshport.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PREFIX = "MESHPORT_KEY_"
MINIMUM_LENGTH = 16
_BLOCK = 64  # bytes, of SHA-256
_IV = 12  # bytes, what AES-GCM asks for


def load_keys(environ: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """Return the secrets of the environment by lower-case name.

    Raises InputError where a name cannot be written in a macro or a secret is too short. The message never shows it.
    """
    keys = {}
    for variable, secret in (os.environ if environ is None else environ).items():
        if not variable.startswith(PREFIX):
            continue
        name = variable[len(PREFIX) :].lower()
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise InputError(
                f"{variable} names no key", hint=f"after {PREFIX} come letters, digits and underscores, a letter first"
            )
        if len(secret) < MINIMUM_LENGTH:
            raise InputError(
                f"the key in {variable} is shorter than {MINIMUM_LENGTH} characters",
                hint='make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"',
            )
        keys[name] = secret.encode()
    return keys


def derive(secret: bytes, purpose: str) -> bytes:
    """Return the 32-byte key of one purpose (`hash`, `token`, `encrypt`): HKDF-SHA-256 with `meshport <purpose>`."""
    extracted = hmac.digest(b"\0" * 32, secret, "sha256")
    return hmac.digest(extracted, f"meshport {purpose}".encode() + b"\x01", "sha256")


def set_variables(connection: DuckDBPyConnection) -> None:
    """Put the padded keys into the session. DuckDB keeps variables per connection: each cursor needs them again."""
    for name, secret in load_keys().items():
        for purpose in ("hash", "token"):
            block = derive(secret, purpose).ljust(_BLOCK, b"\0")
            for side, pad in (("inner", 0x36), ("outer", 0x5C)):
                padded = bytes(byte ^ pad for byte in block)
                # Names are letters, digits and underscores; the value travels as a parameter.
                connection.execute(f"set variable meshport_{purpose}_{side}_{name} = ?", [padded])


def prepare_connection(connection: DuckDBPyConnection) -> None:
    """Make the anonymising macros work on a connection: sets the variables, registers the cipher's functions.

    May be called again for a connection and for its cursors. Raises InputError for a key that cannot be used.
    """
    set_variables(connection)
    registered = connection.execute(
        "select count(*) from duckdb_functions() where function_name = 'meshport_encrypt'"
    ).fetchall()  # to the end: DuckDB 2 refuses other work on a connection whose result is half read
    if registered == [(0,)]:
        # A new initialisation vector for each value: DuckDB must not merge two calls into one.
        connection.create_function("meshport_encrypt", encrypt, ["VARCHAR", "VARCHAR"], "VARCHAR", side_effects=True)
        connection.create_function("meshport_decrypt", decrypt, ["VARCHAR", "VARCHAR"], "VARCHAR")


def encrypt(text: str, key: str) -> str:
    """Return base64 of initialisation vector (12 bytes), ciphertext, tag (16 bytes): AES-256-GCM with the named key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    vector = os.urandom(_IV)
    return base64.b64encode(vector + AESGCM(_cipher_key(key)).encrypt(vector, text.encode(), None)).decode()


def decrypt(text: str, key: str) -> str:
    """Return what `encrypt` was given. Raises InputError where the text was not made with this key."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        sealed = base64.b64decode(text, validate=True)
        return AESGCM(_cipher_key(key)).decrypt(sealed[:_IV], sealed[_IV:], None).decode()
    except (InvalidTag, ValueError):
        # Not chained: the cause could show what was read.
        raise InputError(f"a value cannot be decrypted: it was not encrypted with the key {key}") from None


def _cipher_key(name: str) -> bytes:
    secret = load_keys().get(name)
    if secret is None:
        raise InputError(f"the meshport key {name} is not set: set {PREFIX}{name.upper()}")
    return derive(secret, "encrypt")
