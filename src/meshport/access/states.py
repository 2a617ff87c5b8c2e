"""The life of a subscription, as data. Denied and revoked are ends: who wants access again asks again."""

from __future__ import annotations

from typing import Literal

from meshport.registry.types import SubscriptionState

Action = Literal["approve", "deny", "revoke"]

FIRST: SubscriptionState = "requested"
# action: the state it starts from, the state it leads to
TRANSITIONS: dict[Action, tuple[SubscriptionState, SubscriptionState]] = {
    "approve": ("requested", "active"),
    "deny": ("requested", "denied"),
    "revoke": ("active", "revoked"),
}
READS: frozenset[SubscriptionState] = frozenset({"active"})
# A principal has at most one of these for a product; the registry's index `uq_subscription_alive` says the same.
ALIVE: frozenset[SubscriptionState] = frozenset({"requested", "active"})
