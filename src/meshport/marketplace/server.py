"""Serving the marketplace: the registry opened, the application made, uvicorn run."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path

from meshport.access.principals import Principal, user
from meshport.discovery import Discovery
from meshport.discovery.folders import index_folder
from meshport.errors import InputError, UnavailableError
from meshport.marketplace.app import create_app
from meshport.marketplace.identity import Identity
from meshport.marketplace.settings import Settings
from meshport.marketplace.site import Site
from meshport.mesh import FILE_NAME, load_mesh
from meshport.registry import open_registry
from meshport.standards import standards_of


def serve(
    project_dir: Path,
    settings: Settings,
    *,
    host: str,
    port: int,
    registry_url: str | None,
    ready: Callable[[str], None],
) -> None:
    """Serve until interrupted; `ready` hears the address as soon as it answers. Port 0 is any free one.

    Raises InputError where others than this machine could reach a marketplace in which nobody signs in, or where people
    sign in and nobody said at which address.
    """
    import uvicorn

    check_reach(settings, host)
    with open_registry(project_dir, registry_url) as registry:
        discovery = Discovery.open(registry, standards_of(project_dir), cache=index_folder())
        site = Site(registry, discovery, settings, None if settings.oidc else local_identity(project_dir))
        with _listen(host, port) as listening:
            taken = listening.getsockname()[1]
            app = create_app(site, taken)
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
            ready(f"http://{f'[{host}]' if ':' in host else host}:{taken}")
            server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UnavailableError(
            f"{host}:{port} cannot be listened at: {error.strerror}", hint="--port 0 takes any free port"
        ) from error


def check_reach(settings: Settings, host: str) -> None:
    """Raise InputError where the marketplace would be open to people whom nobody knows."""
    if settings.oidc is not None:
        if settings.url is None:
            raise InputError(
                "`url` is not set: the issuer sends people back to it", hint="marketplace.yml: url: https://..."
            )
        return
    try:
        own = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        own = False
    if not own:
        raise InputError(
            f"nobody signs in here, so it is for this machine alone, and {host} is not",
            hint="configure `oidc` in marketplace.yml, or serve on 127.0.0.1",
        )


def local_identity(project_dir: Path) -> Identity:
    """Return who sits at this machine: its user, and the owner of the domain whose project this is."""
    person = user()
    own = frozenset({load_mesh(project_dir).domain}) if (project_dir / FILE_NAME).is_file() else frozenset()
    return Identity(person=person, name=person.removeprefix(f"{Principal('user', '').kind}:"), owns=own)
