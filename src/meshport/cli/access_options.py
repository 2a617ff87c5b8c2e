"""Options that commands of `meshport access` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

PRINCIPAL = "domain:NAME, user:NAME, or a bare domain."
reason: Callable[[F], F] = click.option("--reason", default=None, help="Why; kept with the subscription.")
actor: Callable[[F], F] = click.option(
    "--actor",
    default=None,
    metavar="PRINCIPAL",
    show_default="the domain of this project, else the user logged in",
    help="Who does this: " + PRINCIPAL,
)
