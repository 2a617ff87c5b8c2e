"""Carrying out in the catalog what was decided about subscriptions, and saying what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshport.cli.output import say

if TYPE_CHECKING:
    from meshport.access.granting import Settled
    from meshport.mesh import Guard
    from meshport.registry import Registry
    from meshport.registry.types import Subscription

LATER = "meshport access reconcile"


def settle(
    registry: Registry, domain: str, *, actor: str, guard: Guard | None = None, allow_removals: bool = False
) -> Settled:
    """Bring grants in line with subscriptions, and say what was done. Raises what `granting.settle` does, and
    UnavailableError at the end where single grants failed.
    """
    from meshport.access import granting
    from meshport.errors import UnavailableError

    done = granting.settle(registry, domain, actor=actor, guard=guard, allow_removals=allow_removals)
    _say(done)
    if done.problems:
        raise UnavailableError(
            f"not all grants could be changed: {'; '.join(done.problems)}",
            hint=f"mend it and run `{LATER}`: it does what is left",
        )
    return done


def carry_out(registry: Registry, decided: Subscription, *, actor: str) -> None:
    """Do in the catalog what a decision means, and say what came of it."""
    from meshport.access import granting

    done = granting.carry_out(registry, decided, actor=actor)
    _say(done)
    for problem in done.problems:
        say(f"The catalog does not show it yet: {problem}")
    if done.problems:
        say(f"What is left is done by the domain's next publish, or by: {LATER}")


def _say(done: Settled) -> None:
    for texts, word in ((done.granted, "Granted"), (done.revoked, "Revoked")):
        for text in texts:
            say(f"{word}: {text}")
