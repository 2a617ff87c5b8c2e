"""`marketplace.yml`: how the marketplace signs people in, and what their groups make of them. It holds no secret."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import msgspec

from meshport.errors import InputError

FILE_NAME = "marketplace.yml"
SESSION_KEY, CLIENT_SECRET = "MESHPORT_SESSION_KEY", "MESHPORT_OIDC_SECRET"
"""The environment variables that hold secrets."""


class Oidc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An OpenID Connect issuer (Entra ID, Keycloak, ...).

    `person` is the claim that names people, `groups` the one that lists their groups.
    """

    issuer: str
    client_id: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    person: str = "email"
    groups: str = "groups"


class Groups(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which groups of the issuer make somebody what. `{domain}` stands for the name of a domain."""

    owner: str = "{domain}-owners"
    developer: str = "{domain}-developers"
    provisioner: tuple[str, ...] = ("mesh-provisioners",)
    auditor: tuple[str, ...] = ("mesh-auditors",)

    def __post_init__(self) -> None:
        for name in ("owner", "developer"):
            if getattr(self, name).count("{domain}") != 1:
                raise ValueError(f"`{name}` needs {{domain}} once: the group of one domain is not that of another")


class Provisioning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The central team's repository, whose domain files the portal writes and applies; without it there is no portal.

    `standards` is the folder of the standards whose policies hold, None for `standards/` of the repository, else those
    that ship. Relative paths start at the folder of the file that says them.
    """

    folder: str
    standards: str | None = None


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `marketplace.yml`. `url` is where people reach it from outside; `per_minute` what one person may ask.

    `session_minutes` is how long roles hold that an issuer's groups made. `forwarded_tokens` says that a proxy in front
    brings people's own tokens of the catalog, and lets nobody else bring one.
    """

    title: str = "Data marketplace"
    url: str | None = None
    oidc: Oidc | None = None
    groups: Groups = Groups()
    provisioning: Provisioning | None = None
    per_minute: Annotated[int, msgspec.Meta(ge=1)] = 600
    session_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 60
    forwarded_tokens: bool = False


def load_settings(path: Path) -> Settings:
    """Return the settings of a file, or the defaults where there is none. Raises InputError where it does not fit."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}", where=str(path)) from error
    try:
        return _placed(msgspec.convert(yaml.safe_load(text) or {}, Settings), path.resolve().parent)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise InputError(f"{path.name} does not fit: {error}", where=str(path)) from error


def _placed(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the paths in them made absolute."""
    said = settings.provisioning
    if said is None:
        return settings
    standards = str(folder / said.standards) if said.standards else None
    return msgspec.structs.replace(settings, provisioning=Provisioning(str(folder / said.folder), standards))


def session_key(settings: Settings) -> bytes:
    """Return the 32 bytes that encrypt sessions: from the environment, or new ones where nobody else needs them.

    Raises InputError where people sign in, and there is no key that several processes could share.
    """
    given = os.environ.get(SESSION_KEY, "")
    if not given:
        if settings.oidc is not None:
            raise InputError(
                f"{SESSION_KEY} is not set: sessions need a key that outlives this process",
                hint=f'export {SESSION_KEY}="$(openssl rand -hex 32)"',
            )
        return secrets.token_bytes(32)
    try:
        key = bytes.fromhex(given)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise InputError(f"{SESSION_KEY} is not 32 bytes in hexadecimal", hint="openssl rand -hex 32")
    return key


def client_secret() -> str | None:
    """Return the secret of the OIDC client, None for a public client (which PKCE protects)."""
    return os.environ.get(CLIENT_SECRET) or None
