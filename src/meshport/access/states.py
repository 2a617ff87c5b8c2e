"""The life of a subscription, as data. Denied, expired and revoked are ends: who wants access again asks again.

`approved` means that it is decided, and its grants were not seen in the catalog yet.
"""

from __future__ import annotations

from typing import Literal

from meshport.registry.types import SubscriptionState

Action = Literal["approve", "deny", "grant", "revoke", "expire"]

FIRST: SubscriptionState = "requested"
# action: the states it starts from, the state it leads to
TRANSITIONS: dict[Action, tuple[frozenset[SubscriptionState], SubscriptionState]] = {
    "approve": (frozenset({"requested"}), "approved"),
    "deny": (frozenset({"requested"}), "denied"),
    "grant": (frozenset({"approved"}), "active"),
    "revoke": (frozenset({"approved", "active"}), "revoked"),
    "expire": (frozenset({"approved", "active"}), "expired"),
}
READS: frozenset[SubscriptionState] = frozenset({"active"})
# Its grants should be in the catalog.
GRANTED: tuple[SubscriptionState, ...] = ("approved", "active")
# A principal has at most one of these for a product; the registry's index `uq_subscription_alive` says the same.
ALIVE: frozenset[SubscriptionState] = frozenset({"requested", "approved", "active"})
EVERY: tuple[SubscriptionState, ...] = ("requested", "approved", "active", "denied", "expired", "revoked")
