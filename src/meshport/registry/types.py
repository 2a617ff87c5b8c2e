"""What the registry takes and gives: frozen types, no database in them.

Time stamps are ISO 8601 in UTC with microseconds, so that they sort as text. A product's *key* is `domain.product`, a
port's *label* is `customers.v2` (see `meshport.model`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, get_args

import msgspec

from meshport.model import Evidence, Owner, Product, Status

SubscriptionState = Literal["requested", "approved", "active", "denied", "expired", "revoked"]
IncidentKind = Literal["run", "tests", "quality", "freshness", "cost"]
INCIDENT_KINDS: tuple[IncidentKind, ...] = get_args(IncidentKind)
OWNERS_ONLY: frozenset[IncidentKind] = frozenset({"cost"})
"""What those who read a product are not told of: what it costs is a matter of those who pay."""
Severity = Literal["hard", "soft"]
AlertEvent = Literal["begin", "end"]
CostKind = Literal["build", "publish", "read", "other", "idle"]
StepState = Literal["started", "done", "failed"]


class Domain(msgspec.Struct, frozen=True):
    """A domain as it last described itself in `mesh.yml`."""

    domain: str
    title: str | None
    description: str
    owner: Owner


class Member(msgspec.Struct, frozen=True):
    """A developer that an owner added to a domain: a principal (`user:ann@example.com`), since when, by whom."""

    person: str
    added_at: str
    added_by: str


class ProductVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One definition of a product, immutable except for `status`, `catalog` and `catalog_type`, which are today's.

    `version` is a semantic version, `digest` the digest of the definition. `catalog` says where the product is
    published: for `catalog_type` `duckdb` the absolute path of the published file.
    """

    product: Product
    version: str
    digest: str
    published_at: str
    published_by: str
    status: Status
    catalog: str
    catalog_type: str


class ColumnOrigin(msgspec.Struct, frozen=True, array_like=True):
    """An edge of column lineage: column `name` of `to` reads `column` of `node`. `kind`: copy, mod, scan."""

    to: str
    name: str
    node: str
    column: str
    kind: str


class PortLineage(msgspec.Struct, frozen=True):
    """Where the columns of a port come from, up to sources and ports of other domains.

    `nodes` maps dbt's unique ids to how people name them; the port's own is `unique_id`. `formulas` are the port's
    columns as expressions over their parents' columns. `unknown` says why a column is not resolved.
    """

    unique_id: str
    nodes: dict[str, str]
    edges: tuple[ColumnOrigin, ...] = ()
    formulas: dict[str, str] = {}
    unknown: dict[str, str] = {}


class PublicationRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a publish has to say about one product, once the catalog holds it.

    `builds`, `evidence` and `lineage` are by port label. `withdrawn` names the builds that a rollback took away.
    """

    product: Product
    version: str
    digest: str
    plan_digest: str
    actor: str
    catalog: str
    catalog_type: str
    kind: str = "publish"
    builds: dict[str, str] = {}
    withdrawn: dict[str, str] = {}
    evidence: dict[str, tuple[Evidence, ...]] = {}
    lineage: dict[str, PortLineage] = {}
    note: str | None = None


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """One act of publishing: number 1, 2, 3, ... per product.

    `passed`, `warned` and `failed` count the test results that it was published on (`error` counts as failed,
    `skipped` as none of them).
    """

    product: str
    number: int
    version: str
    kind: str
    published_at: str
    published_by: str
    plan_digest: str
    builds: dict[str, str]
    withdrawn: dict[str, str]
    note: str | None
    passed: int
    warned: int
    failed: int


class Scope(msgspec.Struct, frozen=True):
    """Which products are meant: one by its key, those of a domain, or (nothing said) all."""

    domain: str | None = None
    product: str | None = None


class PublicationCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One act of publishing in short, counted as in `Publication`."""

    product: str
    number: int
    version: str
    kind: str
    published_at: str
    published_by: str
    passed: int = 0
    warned: int = 0
    failed: int = 0


class TestedVersion(msgspec.Struct, frozen=True):
    """A published version that was tested, and the results by port label."""

    version: str
    evidence: dict[str, tuple[Evidence, ...]]


class TestedPublication(msgspec.Struct, frozen=True):
    """An act of publishing that was tested, and the results by port label."""

    published_at: str
    evidence: dict[str, tuple[Evidence, ...]]


class QueryDay(msgspec.Struct, frozen=True):
    """The queries of a product on one day (ISO 8601, UTC), and how many people asked them."""

    product: str
    day: str
    queries: int
    people: int


class PortStatus(msgspec.Struct, frozen=True):
    """What a domain decided about a port after publishing it. `replaced_by` is the label of another port."""

    status: Status
    deprecation_date: str | None = None
    replaced_by: str | None = None
    note: str | None = None


class Standing(msgspec.Struct, frozen=True):
    """Where a product stands: what planning its next publish has to know.

    `builds` are those of its last publication by port label, `retired` the labels of retired ports, `deprecated` of
    deprecated ones, `withdrawn` the builds that a rollback took away, by port label.
    """

    head: ProductVersion
    builds: dict[str, str]
    retired: frozenset[str]
    withdrawn: dict[str, frozenset[str]]
    deprecated: frozenset[str] = frozenset()


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """A breaking change as those who subscribe are told of it.

    `port` is the label that they read (empty: the whole product), `replaced_by` the version that takes its place,
    `goes_on` the day it goes. `digest` is of the change: another change is another announcement. `acknowledged` are the
    principals who said that they know of it.
    """

    product: str
    port: str
    digest: str
    replaced_by: str | None
    goes_on: str | None
    changes: tuple[str, ...]
    acknowledged: tuple[str, ...] = ()


class Consumers(msgspec.Struct, frozen=True):
    """Who reads a product: what planning a breaking change has to know.

    `subscribers` have an active subscription. `acknowledged` names, by the digest of an announced change, who knows of
    it. `going` are the days that ports go, by label.
    """

    subscribers: tuple[str, ...] = ()
    acknowledged: dict[str, tuple[str, ...]] = {}
    going: dict[str, str] = {}


class LedgerKey(msgspec.Struct, frozen=True, order=True):
    """What meshport wrote to a catalog: a kind of thing (`port`, `tag`, ...) and which one."""

    kind: str
    key: str


class JournalRun(msgspec.Struct, frozen=True):
    """A publish that began and has not ended. `last_step` is None where it did not get to a first one."""

    id: int
    plan_digest: str
    actor: str
    started_at: str
    last_step: str | None
    last_state: StepState | None


class AuditEntry(msgspec.Struct, frozen=True):
    """Who did what to what, and when."""

    id: int
    at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


class Anchor(msgspec.Struct, frozen=True):
    """One entry of the audit log by number and hash, to be noted where nobody who writes the registry can change it."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


class AuditBreak(msgspec.Struct, frozen=True):
    """The first entry of the audit log that does not hold, and why."""

    number: int
    problem: str


class Verified(msgspec.Struct, frozen=True):
    """What walking the audit log found: how many entries hold, where it stands now, and the first break."""

    entries: int
    anchor: Anchor | None
    broken: AuditBreak | None


class Approval(msgspec.Struct, frozen=True):
    """One person's (or domain's, or rule's) word for a request."""

    by: str
    at: str
    reason: str | None = None


class Subscription(msgspec.Struct, frozen=True):
    """The right of a principal (`domain:marketing`) to read a product, or the wish for it.

    `approved` is decided, while its grants were not seen in the catalog yet; `active` is granted. `decided_by` and
    `decision` (the reason given) belong to the last approval, denial or ending. `until` is the last day on which it
    holds, in UTC (None: no end). `grants` are exactly what it was granted. `source` is the file that asks for it.
    """

    id: int
    product: str
    principal: str
    state: SubscriptionState
    reason: str | None
    requested_by: str
    requested_at: str
    decided_by: str | None
    decided_at: str | None
    decision: str | None
    purpose: str | None = None
    until: str | None = None
    source: str | None = None
    ended_at: str | None = None
    approvals: tuple[Approval, ...] = ()
    grants: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request for access as it is added: who wants what, who asked, why, what for, until when."""

    product: str
    principal: str
    by: str
    reason: str | None = None
    purpose: str | None = None
    until: str | None = None
    source: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a subscription: what is done, by whom, to which state, why.

    `decides`: somebody decided. `approved`: it is one more approval. `grants`: what it is granted now. `ends`: it is
    over.
    """

    action: str
    to: SubscriptionState
    by: str
    reason: str | None = None
    decides: bool = True
    approved: bool = False
    grants: tuple[str, ...] | None = None
    ends: bool = False


class Told(msgspec.Struct, frozen=True):
    """A notice as it is written. On the same `occasion` somebody is told once."""

    recipient: str
    occasion: str
    kind: str
    product: str
    text: str


class Notice(msgspec.Struct, frozen=True):
    """What a principal was told of a product. `read_at` is None until they said that they have read it."""

    id: int
    recipient: str
    at: str
    kind: str
    product: str
    text: str
    read_at: str | None


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong with a product. `hard`: it keeps a new build from being published; `soft`: it keeps nothing."""

    kind: IncidentKind
    severity: Severity
    text: str


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Trouble from when it was first seen (`began_at`) until it was seen to be over (`ended_at`; None: it lasts).

    `text` says how it is, or was when it was last seen.
    """

    id: int
    product: str
    kind: IncidentKind
    severity: Severity
    text: str
    began_at: str
    ended_at: str | None = None


class QueuedAlert(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent of an incident: its `begin` or its `end`, by a route, which is named as in mesh.yml.

    `problem` is why it could not be sent when that was last tried.
    """

    id: int
    incident: Incident
    event: AlertEvent
    route: str
    attempts: int
    problem: str | None = None


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a node in a run of dbt, as dbt said it. `product` and `label` name the port that it is, or is a
    test of; None for every other node. `executed_at` is as dbt wrote it; of a source, when its newest row was loaded.
    """

    unique_id: str
    name: str
    kind: str
    product: str | None = None
    label: str | None = None
    status: str
    seconds: float = 0.0
    failures: int | None = None
    executed_at: str | None = None


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A run of dbt in a domain. `status` is `success` or `failed`; `target` None for the profile's default."""

    domain: str
    invocation_id: str
    command: str
    target: str | None
    started_at: str
    ended_at: str
    status: str


class PortTests(msgspec.Struct, frozen=True):
    """How many of a port's test results passed, of those that were run."""

    passed: int
    ran: int


class PublishedBuild(msgspec.Struct, frozen=True, kw_only=True):
    """A build that consumers of a port could read: when its rows came to be (`build`), from when to when it was there.

    `until` is None where no rollback took it away.
    """

    product: str
    label: str
    build: str
    since: str
    until: str | None = None


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What something cost on a day (ISO 8601, UTC).

    `payer` is the domain whose warehouse it ran in, or that ran it; `domain` and `product` are whose work it was, None
    where nothing tells. `kind`: a model or test of dbt that was built (`model`), a port that was written, a port that a
    `consumer` read, anything else that somebody ran, or time in which nothing ran. `amount` is exact, in `currency`.
    """

    day: str
    payer: str | None
    domain: str | None
    product: str | None
    kind: CostKind
    model: str | None
    consumer: str | None
    amount: Decimal
    currency: str
    seconds: float


class Mark(msgspec.Struct, frozen=True):
    """A place in the audit log: the number of its last entry there, and the hash that all before it lead to."""

    last: int
    hash: str


class Changes(msgspec.Struct, frozen=True):
    """What happened up to `mark`: the keys of products that it was about; None where all have to be looked at."""

    mark: Mark
    keys: frozenset[str] | None


class Signals(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a product besides its definition, and raises it in a search or lowers it.

    `reads` are the queries of the last 90 days, `passed` the share of tests of the last publication that passed or
    warned (None where there were none), `published_at` is when that was. `stars` are the mean of what `raters` gave, 1
    to 5; None where nobody did.
    """

    subscriptions: int = 0
    reads: int = 0
    passed: float | None = None
    published_at: str | None = None
    stars: float | None = None
    raters: int = 0


class Rating(msgspec.Struct, frozen=True):
    """What a person thinks of a product: 1 to 5 stars, and a comment, which may be empty."""

    product: str
    person: str
    stars: int
    comment: str
    rated_at: str


class Liking(msgspec.Struct, frozen=True):
    """How a product is rated: the mean of its stars, and by how many people. Nobody: `mean` is None."""

    mean: float | None = None
    people: int = 0


class Use(msgspec.Struct, frozen=True):
    """How a product is used: its active subscriptions, its queries since a day, and the newest of these."""

    subscribers: int = 0
    queries: int = 0
    last_query: str | None = None
