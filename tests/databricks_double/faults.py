"""What goes wrong, and when: `Faults` is what the server asks before and after each call and each statement.

    faults = Faults()
    faults.add(TooManyRequests(), path="/tables", times=2)     # the next two calls whose path matches
    faults.add(Cut(after=True), statement="SHALLOW CLONE")     # done, but nobody learns it
    faults.begin(); publish(); n = faults.count("statement")   # how many points there are ...
    for i in range(1, n + 1):                                  # ... and each of them once
        faults.begin(); faults.at(i, Cut(after=True), kind="statement"); publish()

Calls of clients about themselves (features, telemetry, discovery) are not counted and never hurt: they depend on the time.
`log` says what was done to whom.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from tests.databricks_double.fault_actions import (
    Action,
    Cut,
    GatewayTimeout,
    Revoke,
    ServerError,
    Slow,
    Stale,
    StopWarehouse,
    TooManyRequests,
    Unavailable,
    copied,
)
from tests.databricks_double.http import RequestInfo, Response
from tests.databricks_double.store import Metastore

__all__ = [
    "Action",
    "Cut",
    "Faults",
    "GatewayTimeout",
    "Injected",
    "Revoke",
    "Rule",
    "ServerError",
    "Slow",
    "Stale",
    "StopWarehouse",
    "TooManyRequests",
    "Unavailable",
]

Kind = Literal["http", "statement"]
ABOUT_CLIENTS = re.compile(r"^/(\.well-known/|telemetry|oidc/|api/2\.0/connector-service/)")
_THRIFT = re.compile(r"^/sql/1\.0/|^/sql/protocolv1/")


@dataclass
class Rule:
    """Where an action applies: every part that is given must match. `times` counts down; None is for ever."""

    action: Action
    kind: Kind | None = None
    nth: int | None = None
    """The nth call, or statement, since `begin`."""
    method: str | None = None
    path: str | None = None
    statement: str | None = None
    principal: str | None = None
    source: str | None = None
    times: int | None = 1
    skip: int = 0
    """Let so many matches pass first."""

    def matches(self, info: RequestInfo, number: int) -> bool:
        """Return whether this is such a call or statement."""
        wanted = self.kind or ("statement" if self.statement is not None else "http")
        return (
            info.kind == wanted
            and self.times != 0
            and self.nth in (None, number)
            and self.method in (None, info.method)
            and self.source in (None, info.source)
            and (self.principal is None or (info.principal is not None and info.principal.name == self.principal))
            and (self.path is None or re.search(self.path, info.path) is not None)
            and (self.statement is None or re.search(self.statement, info.statement or "", re.I | re.S) is not None)
        )

    def take(self) -> bool:
        """Return whether a match is this rule's to act on, and count it."""
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(frozen=True)
class Injected:
    """One fault that happened."""

    action: Action
    kind: str
    number: int
    method: str
    path: str
    statement: str | None


@dataclass
class Faults:
    """The rules, the counts, and what the actions share. Safe for many threads."""

    store: Metastore | None = None
    """Needed by `StopWarehouse`, and by `Stale` when `watch` is on."""
    rules: list[Rule] = field(default_factory=list)
    log: list[Injected] = field(default_factory=list)
    revoked: dict[str, int] = field(default_factory=dict)
    """Principals whose token is refused from now on, and with which status."""
    snapshots: deque[Metastore] = field(default_factory=deque)
    released: threading.Event = field(default_factory=threading.Event)
    """Set it, and whoever is slow stops waiting: at the end of a test."""
    on_effect: Callable[[RequestInfo], None] | None = None
    """Told of each call and each statement after its effect, before anything of it is answered or hurt."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._due: dict[tuple[str, int], Action] = {}
        self._watching = False

    def add(
        self,
        action: Action,
        *,
        kind: Kind | None = None,
        nth: int | None = None,
        method: str | None = None,
        path: str | None = None,
        statement: str | None = None,
        principal: str | None = None,
        source: str | None = None,
        times: int | None = 1,
        skip: int = 0,
    ) -> Rule:
        """Add a rule; the first that matches acts. `path` and `statement` are regular expressions."""
        rule = Rule(action, kind, nth, method, path, statement, principal, source, times, skip)
        with self._lock:
            self.rules.append(rule)
        return rule

    def at(self, number: int, action: Action, *, kind: Kind = "http") -> Rule:
        """Add a rule for the nth call, or statement, since `begin`."""
        return self.add(action, kind=kind, nth=number)

    def begin(self) -> None:
        """Start over: no rules, no counts, no log; revoked tokens are good again."""
        with self._lock:
            self.rules.clear()
            self.log.clear()
            self.revoked.clear()
            self._counts.clear()
            self._due.clear()
            self.released.clear()

    def count(self, kind: Kind = "http") -> int:
        """Return how many calls, or statements, there were since `begin`."""
        with self._lock:
            return self._counts[kind]

    def snapshot(self, store: Metastore) -> None:
        """Keep what the store holds now, for `Stale()` to answer from."""
        with store.lock:
            kept = copied(store)
        self.snapshots.append(kept)

    def watch(self, store: Metastore, depth: int = 5) -> None:
        """Keep a snapshot before each call: `Stale(calls=n)` answers as of n calls ago."""
        self.store, self._watching = store, True
        self.snapshots = deque(maxlen=depth)

    def before(self, info: RequestInfo) -> Response | None:
        """Do what the first rule that matches says, before anything happens."""
        if info.kind == "http" and ABOUT_CLIENTS.search(info.path):
            return None
        action = self._matched(info)
        if self._watching and self.store is not None and info.kind == "http":
            self.snapshot(self.store)
        if info.principal is not None and info.principal.name in self.revoked:
            return Revoke.answer(self.revoked[info.principal.name])
        if action is not None:
            if not action.after:
                return action.act(self, info)
            with self._lock:
                self._due[info.kind, info.number] = action
        if self.store is not None and info.kind == "http" and _THRIFT.search(info.path):
            return StopWarehouse.refusal(self.store, info.path)
        return None

    def after(self, info: RequestInfo) -> Response | None:
        """Do what was due after the effect."""
        if self.on_effect is not None:
            self.on_effect(info)
        with self._lock:
            action = self._due.pop((info.kind, info.number), None)
        return action.act(self, info) if action is not None else None

    def _matched(self, info: RequestInfo) -> Action | None:
        """Count a call, and return the action of the first rule that takes it."""
        with self._lock:
            self._counts[info.kind] += 1
            number = self._counts[info.kind]
            for rule in self.rules:
                if rule.matches(info, number) and rule.take():
                    found = Injected(rule.action, info.kind, number, info.method, info.path, info.statement)
                    self.log.append(found)
                    return rule.action
        return None

    @staticmethod
    def everything(after: Iterable[bool] = (False, True)) -> list[Action]:
        """Return one action of each kind that a client should survive, for the enumeration of all points."""
        actions: list[Action] = [TooManyRequests(), Unavailable()]
        for late in after:
            actions += [ServerError(after=late), Cut(after=late)]
        return actions
