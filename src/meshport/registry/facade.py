"""The registry as one object: every call is one transaction, and every failure of the database is explained."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, true

from meshport.model import Evidence, Owner, Status
from meshport.registry import (
    alerts,
    announcements,
    audit,
    column_lineage,
    connection,
    costs,
    dialects,
    domains,
    engagement,
    finding,
    incidents,
    journal,
    ledger,
    lock,
    notices,
    products,
    publications,
    recording,
    retention,
    runs,
    standing,
    statistics,
    subscriptions,
)
from meshport.registry.failures import explained
from meshport.registry.types import (
    AlertEvent,
    Anchor,
    Announcement,
    Asked,
    AuditEntry,
    Changes,
    Charge,
    Consumers,
    Domain,
    Incident,
    IncidentKind,
    JournalRun,
    LedgerKey,
    Liking,
    Mark,
    Member,
    Notice,
    PortLineage,
    PortStatus,
    PortTests,
    ProductVersion,
    Publication,
    PublicationCounts,
    PublicationRecord,
    PublishedBuild,
    QueryDay,
    QueuedAlert,
    Rating,
    RunRecord,
    RunResult,
    Scope,
    Signals,
    Standing,
    Step,
    StepState,
    Subscription,
    SubscriptionState,
    TestedPublication,
    TestedVersion,
    Told,
    Trouble,
    Use,
    Verified,
)
from meshport.standards.types import AccessRule


class Registry:
    """The metadata database. Use it as a context manager, or call `close`. Threads may share one; processes may not.

    Every method may raise UnavailableError where the database is locked, full, unreadable or out of reach. Products are
    named by key (`domain.product`), ports by label (`customers.v2`).
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{dialects.WRITES: True})
        self._impatient = engine.execution_options(**{dialects.WRITES: True, dialects.IMPATIENT: True})
        self.name = name

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Registry:
        """Open the registry at an SQLAlchemy URL (see `location`); with `create`, make a missing or empty SQLite one.

        Raises UnavailableError where it is missing, unreadable, in use, or of another meshport's revision.
        """
        return cls(connection.connect(url, create=create), connection.shown(url))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with explained(self.name), self._engine.begin() as current:
            yield current

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with explained(self.name), self._writer.begin() as current:
            yield current

    # Domains and products

    def upsert_domain(self, domain: str, title: str | None, description: str, owner: Owner) -> None:
        """Write what a domain says of itself."""
        with self._write() as current:
            products.upsert_domain(current, domain, title, description, owner)

    def domains(self) -> list[Domain]:
        """Return every domain, by name."""
        with self._read() as current:
            return products.domains(current)

    def enter_domain(
        self, domain: str, title: str, description: str, owner: Owner, *, groups: tuple[str, str], actor: str
    ) -> None:
        """Write the groups of a provisioned domain (owners, developers), and the domain where nobody has yet."""
        with self._write() as current:
            domains.enter(current, domain, title, description, owner, groups, actor)

    def leave_domain(self, domain: str, *, actor: str) -> None:
        """Remove a domain's groups and members, and the domain where it never published anything."""
        with self._write() as current:
            domains.leave(current, domain, actor)

    def domain_groups(self) -> dict[str, tuple[str, str]]:
        """Return the groups (owners, developers) of each provisioned domain."""
        with self._read() as current:
            return domains.groups(current)

    def members(self, domain: str) -> list[Member]:
        """Return the developers that owners added to a domain."""
        with self._read() as current:
            return domains.members(current, domain)

    def domains_of(self, person: str) -> frozenset[str]:
        """Return the domains that somebody was added to as a developer."""
        with self._read() as current:
            return domains.domains_of(current, person)

    def add_member(self, domain: str, person: str, *, actor: str) -> bool:
        """Add a developer. Returns False where they are one; raises NotFoundError where nobody provisioned it."""
        with self._write() as current:
            return domains.add_member(current, domain, person, actor)

    def remove_member(self, domain: str, person: str, *, actor: str) -> bool:
        """Remove a developer from a domain. Returns False where they are none."""
        with self._write() as current:
            return domains.remove_member(current, domain, person, actor)

    def access_rules(self, domain: str) -> dict[str, AccessRule]:
        """Return a domain's rules of access as of its last publish, by name; empty where there are none."""
        with self._read() as current:
            return products.access_rules(current, domain)

    def write_access_rules(self, domain: str, rules: Mapping[str, AccessRule], *, actor: str) -> bool:
        """Keep a domain's rules of access. Returns False where they are these already, or nobody knows the domain."""
        with self._write() as current:
            return products.write_access_rules(current, domain, rules, actor)

    def head(self, key: str) -> ProductVersion | None:
        """Return the newest version of a product, or None where it was never published."""
        with self._read() as current:
            return products.head(current, key)

    def require(self, key: str) -> ProductVersion:
        """Return the newest version of a product. Raises NotFoundError with near names where it was never published."""
        with self._read() as current:
            return products.require(current, key)

    def heads(self, domain: str | None = None) -> dict[str, ProductVersion]:
        """Return the newest version of every product (of one domain), by key, in one query."""
        with self._read() as current:
            return products.heads(current, true() if domain is None else products.of_domain(domain))

    def heads_of(self, keys: Iterable[str]) -> dict[str, ProductVersion]:
        """Return the newest version of each of these products, by key; keys that are not there are left out."""
        with self._read() as current:
            return products.heads(current, products.among(keys))

    def newest(self, limit: int) -> list[str]:
        """Return the products that were changed last, the newest first, at most `limit`, without retired ones."""
        with self._read() as current:
            return products.newest(current, limit)

    def counts(self) -> dict[str, int]:
        """Return how many products of each domain are not retired; domains without any are left out."""
        with self._read() as current:
            return products.counts(current)

    def statuses(self, domain: str) -> dict[str, Status]:
        """Return the status of each product of a domain, by key, in order."""
        with self._read() as current:
            return products.statuses(current, products.of_domain(domain))

    def statuses_of(self, keys: Collection[str]) -> dict[str, Status]:
        """Return the status of each of these products, by key; keys that are not there are left out."""
        with self._read() as current:
            return products.statuses(current, products.among(keys))

    def standing(self, domain: str) -> dict[str, Standing]:
        """Return where each product of a domain stands, by key, in a constant number of queries."""
        with self._read() as current:
            return standing.standing(current, products.of_domain(domain))

    def standing_of(self, keys: Collection[str]) -> dict[str, Standing]:
        """Return where each of these products stands, by key, in a constant number of queries."""
        with self._read() as current:
            return standing.standing(current, products.among(keys))

    def versions(self, key: str) -> list[ProductVersion]:
        """Return every version of a product, newest first."""
        with self._read() as current:
            return products.versions(current, key)

    def set_product_status(self, key: str, status: Status, *, actor: str, note: str | None = None) -> None:
        """Deprecate, retire or restore a product. Raises NotFoundError where it was never published."""
        with self._write() as current:
            products.set_status(current, key, status, actor, note)

    def port_status(self, key: str) -> dict[str, PortStatus]:
        """Return what was decided about ports, by label. A port without an entry is simply published."""
        with self._read() as current:
            return products.port_status(current, key)

    def set_port_status(
        self,
        key: str,
        label: str,
        status: Status,
        *,
        actor: str,
        deprecation_date: str | None = None,
        replaced_by: str | None = None,
        note: str | None = None,
    ) -> None:
        """Deprecate, retire or restore a port. Raises NotFoundError where the product never had such a port."""
        with self._write() as current:
            decided = PortStatus(status, deprecation_date, replaced_by, note)
            products.set_port_status(current, key, label, decided, actor)

    # What searching needs

    def changes(self, since: Mark | None, kinds: Collection[str] = (finding.PRODUCTS,)) -> Changes:
        """Return what was published, or changed its status, or what else `kinds` of action are about, since a mark.

        See `registry.finding`.
        """
        with self._read() as current:
            return finding.changes(current, since, kinds)

    def product_keys(self) -> list[str]:
        """Return the keys of all products."""
        with self._read() as current:
            return products.keys(current)

    def signals(self, keys: Collection[str] | None = None) -> dict[str, Signals]:
        """Return what is known of products (of all) besides their definition, by key."""
        with self._read() as current:
            return finding.signals(current, keys)

    # Publications

    def record_publication(self, record: PublicationRecord) -> Publication:
        """Record a publication and, where the definition changed, its version: one transaction, once per plan.

        Raises BlockedError where the version number is taken by another definition.
        """
        with self._write() as current:
            return recording.record(current, record)

    def publications(self, key: str, limit: int | None = None) -> list[Publication]:
        """Return the publications of a product, newest first."""
        with self._read() as current:
            return publications.publications(current, key, limit)

    def evidence(self, key: str, number: int) -> dict[str, tuple[Evidence, ...]]:
        """Return the test results of one publication by port label."""
        with self._read() as current:
            return publications.evidence(current, key, [number]).get(number, {})

    def tested(self, key: str, limit: int) -> list[TestedPublication]:
        """Return the newest publications of a product that were tested, oldest first, at most `limit`."""
        with self._read() as current:
            return publications.tested(current, key, limit)

    def rolled_back_builds(self, key: str) -> dict[str, frozenset[str]]:
        """Return, by port label, the builds that a rollback took away and no later publication brought back."""
        with self._read() as current:
            return publications.rolled_back_builds(current, key)

    def column_lineage(self, key: str) -> dict[str, PortLineage]:
        """Return where the columns of a product's ports come from, by label, as far as it is known."""
        with self._read() as current:
            return column_lineage.read(current, key)

    # What people do with products

    def rate(self, key: str, person: str, stars: int, comment: str) -> None:
        """Write or replace a person's rating (1 to 5 stars). Raises NotFoundError where the product is not there."""
        with self._write() as current:
            engagement.rate(current, products.require(current, key).product.key, person, stars, comment)

    def ratings(self, key: str) -> list[Rating]:
        """Return the ratings of a product, newest first."""
        with self._read() as current:
            return engagement.ratings(current, key)

    def likings(self, keys: Sequence[str] | None = None) -> dict[str, Liking]:
        """Return how each product (of these) that anybody rated is rated."""
        with self._read() as current:
            return engagement.likings(current, keys)

    def bookmark(self, key: str, person: str, *, on: bool) -> None:
        """Set or remove a person's bookmark. Raises NotFoundError where the product is not there."""
        with self._write() as current:
            engagement.bookmark(current, products.require(current, key).product.key, person, on=on)

    def bookmarks(self, person: str) -> list[str]:
        """Return the products that a person marked, the newest mark first."""
        with self._read() as current:
            return engagement.bookmarks(current, person)

    def visit(self, key: str, person: str) -> None:
        """Remember that a person looked at a product just now. Raises NotFoundError where the product is not there.

        Nobody waits long for that: it raises UnavailableError at once where somebody else writes the registry.
        """
        with explained(self.name), self._impatient.begin() as current:
            engagement.visit(current, products.require(current, key).product.key, person)

    def visits(self, person: str) -> list[str]:
        """Return the products that a person looked at, the last one first."""
        with self._read() as current:
            return engagement.visits(current, person)

    def also_used(self, keys: Iterable[str], limit: int) -> list[str]:
        """Return the products that the subscribers of these products use most beside them, at most `limit`."""
        with self._read() as current:
            return engagement.also_used(current, keys, limit)

    def uses(self, since: str, keys: Sequence[str] | None = None) -> dict[str, Use]:
        """Return how each product (of these) is used since an ISO time stamp; those that nobody uses are left out."""
        with self._read() as current:
            return engagement.uses(current, since, keys)

    def most_used(self, limit: int) -> list[str]:
        """Return the products with the most active subscriptions, at most `limit`."""
        with self._read() as current:
            return engagement.most_used(current, limit)

    # What many products come to, each in one query

    def publication_counts(self, scope: Scope) -> list[PublicationCounts]:
        """Return every publication in short, by product, oldest first."""
        with self._read() as current:
            return statistics.publications(current, scope)

    def newest_results(self, scope: Scope) -> dict[str, TestedVersion]:
        """Return the results of each product's newest publication that was tested; others are left out."""
        with self._read() as current:
            return statistics.newest_results(current, statistics.within(scope))

    def newest_results_of(self, keys: Collection[str]) -> dict[str, TestedVersion]:
        """Return the same of these products alone."""
        with self._read() as current:
            return statistics.newest_results(current, products.among(keys))

    def query_days(self, scope: Scope, start: str) -> list[QueryDay]:
        """Return how often products were queried, by day, since an ISO time stamp."""
        with self._read() as current:
            return statistics.queries(current, scope, start)

    def ratings_of(self, scope: Scope) -> list[Rating]:
        """Return every rating, by product and person."""
        with self._read() as current:
            return statistics.ratings(current, scope)

    def port_states(self, scope: Scope) -> dict[str, dict[str, PortStatus]]:
        """Return what was decided about ports, by product and label; what is simply published is left out."""
        with self._read() as current:
            return statistics.port_states(current, scope)

    def column_lineages(self, scope: Scope) -> dict[str, dict[str, PortLineage]]:
        """Return where the columns of ports come from, by product and label, as far as it is known."""
        with self._read() as current:
            return statistics.lineages(current, scope)

    # Breaking changes

    def consumers(self, domain: str) -> dict[str, Consumers]:
        """Return who reads each product of a domain, by key; products that nobody reads are left out."""
        with self._read() as current:
            return announcements.consumers(current, domain)

    def announce(self, announcement: Announcement, actor: str) -> bool:
        """Tell subscribers of a breaking change. Returns False where this very change was announced already."""
        with self._write() as current:
            return announcements.announce(current, announcement, actor)

    def announcements(self, product: str | None = None) -> list[Announcement]:
        """Return the breaking changes that were announced (of one product), oldest first."""
        with self._read() as current:
            return announcements.announcements(current, product)

    def acknowledge(self, announcement: Announcement, principal: str, actor: str) -> bool:
        """Write that a principal knows of an announced change. Returns False where that was written already."""
        with self._write() as current:
            return announcements.acknowledge(current, announcement, principal, actor)

    # What a publish writes down while it works

    def ledger(self, catalog: str, owner: str) -> dict[LedgerKey, str]:
        """Return everything that `owner` (a domain) wrote to a catalog."""
        with self._read() as current:
            return ledger.read(current, catalog, owner)

    def write_ledger(self, catalog: str, owner: str, entries: Mapping[LedgerKey, str]) -> None:
        """Add or update entries of the ledger, all or none."""
        with self._write() as current:
            ledger.write(current, catalog, owner, entries)

    def forget(self, catalog: str, owner: str, keys: Iterable[LedgerKey]) -> None:
        """Remove entries of the ledger, all or none."""
        with self._write() as current:
            ledger.forget(current, catalog, owner, keys)

    def journal_begin(self, domain: str, plan_digest: str, actor: str) -> int:
        """Write that a publish begins. Returns the number of the run."""
        with self._write() as current:
            return journal.begin(current, domain, plan_digest, actor)

    def journal(self, run_id: int, step: str, state: StepState, detail: str | None = None) -> None:
        """Write how a step of a run stands."""
        with self._write() as current:
            journal.step(current, run_id, step, state, detail)

    def journal_end(self, run_id: int, outcome: str) -> None:
        """Write how a run ended. The first ending stays."""
        with self._write() as current:
            journal.end(current, run_id, outcome)

    def unfinished(self, domain: str) -> list[JournalRun]:
        """Return the runs of a domain that began and never ended, oldest first."""
        with self._read() as current:
            return journal.unfinished(current, domain)

    def lock(self, domain: str, holder: str, wait: float) -> AbstractContextManager[lock.Lock]:
        """Hold the right to publish a domain; wait for it up to `wait` seconds.

        Raises UnavailableError that names the holder where it did not become free.
        """
        return lock.hold(self._write, domain, holder, wait)

    # Audit and access

    def audit(self, actor: str, action: str, subject: str, detail: dict[str, Any]) -> None:
        """Append an entry to the audit log."""
        with self._write() as current:
            audit.write(current, actor, action, subject, detail)

    def audit_log(self, subject: str | None = None, limit: int = 100) -> list[AuditEntry]:
        """Return the newest audit entries (about one subject), newest first."""
        with self._read() as current:
            return audit.read(current, subject, limit)

    def newest_entry(self, subjects: Collection[str]) -> int:
        """Return the number of the newest audit entry about any of these subjects, 0 where there is none."""
        with self._read() as current:
            return audit.newest(current, subjects)

    def verify_audit(self, anchor: Anchor | None = None) -> Verified:
        """Walk the audit log's chain; `anchor` is an entry that was noted earlier. See `registry.audit.verify`."""
        with self._read() as current:
            return audit.verify(current, anchor)

    def outdated(self, before: str) -> dict[str, int]:
        """Return by table how many rows are done with since before a time stamp. See `registry.retention`."""
        with self._read() as current:
            return retention.outdated(current, before)

    def prune(self, before: str, *, actor: str) -> dict[str, int]:
        """Remove them, and return the same of what was removed."""
        with self._write() as current:
            return retention.prune(current, before, actor=actor)

    def add_subscription(self, asked: Asked, told: Sequence[Told] = ()) -> Subscription | None:
        """Add a request for access. Returns None where the principal has one alive for this product."""
        with self._write() as current:
            return subscriptions.add(current, asked, told)

    def move_subscription(
        self, subscription: Subscription, step: Step, told: Sequence[Told] = ()
    ) -> Subscription | None:
        """Take a subscription one step on. Returns None where it is no longer as given."""
        with self._write() as current:
            return subscriptions.move(current, subscription, step, told)

    def subscriptions(
        self,
        product: str | None = None,
        principal: str | None = None,
        states: Sequence[SubscriptionState] = (),
        domain: str | None = None,
    ) -> list[Subscription]:
        """Return subscriptions, oldest first: to a product, of a principal, in these states, to a domain's products."""
        with self._read() as current:
            return subscriptions.read(current, product, principal, states, domain)

    def subscriptions_in(
        self, domains: Collection[str], states: Collection[SubscriptionState], offset: int, limit: int
    ) -> tuple[int, list[Subscription]]:
        """Return how many subscriptions in these states there are to products of these domains, and some, newest first:
        at most `limit`, after `offset`.
        """
        with self._read() as current:
            return subscriptions.in_domains(current, domains, states, offset, limit)

    # Runs of dbt

    def known_runs(self, domain: str) -> frozenset[str]:
        """Return the invocation ids of the runs of a domain."""
        with self._read() as current:
            return runs.known(current, domain)

    def record_run(self, run: RunRecord, results: Sequence[RunResult]) -> bool:
        """Write a run of dbt with what became of every node. Returns False where it was written before."""
        with self._write() as current:
            return runs.record(current, run, results)

    def runs(self, scope: Scope, limit: int | None = None) -> list[RunRecord]:
        """Return runs (of a domain, or in which something of a product was run), the newest first."""
        with self._read() as current:
            return runs.read(current, scope, limit)

    def run_results(self, invocations: Collection[str]) -> list[tuple[str, RunResult]]:
        """Return every result of these runs with its run's invocation id, in the order they were recorded."""
        with self._read() as current:
            return runs.results(current, invocations)

    def newest_run_results(self, scope: Scope) -> list[tuple[str, RunResult]]:
        """Return the newest result of every port, test of a port and source, with its run's invocation id."""
        with self._read() as current:
            return runs.newest(current, scope)

    def test_counts(self, scope: Scope, start: str) -> dict[tuple[str, str], PortTests]:
        """Return how many results of tests passed since an ISO 8601 time stamp, by product and port label."""
        with self._read() as current:
            return runs.tests(current, scope, start)

    def published_builds(self, scope: Scope) -> list[PublishedBuild]:
        """Return every build that was published, by product and port, in the order they were published."""
        with self._read() as current:
            return runs.builds(current, scope)

    def newest_builds(self, scope: Scope) -> dict[str, dict[str, str]]:
        """Return the build that each port holds, by product and label: that of its newest publication or rollback."""
        with self._read() as current:
            return runs.newest_builds(current, scope)

    # Costs

    def record_costs(self, platform: str, since: str, until: str, charges: Sequence[Charge], *, actor: str) -> None:
        """Write what a platform cost from a day to another, in the place of what was known of them."""
        with self._write() as current:
            costs.record(current, platform, since, until, charges, actor)

    def costs(self, scope: Scope, since: str) -> list[Charge]:
        """Return what was spent since a day (ISO 8601) on a product, on what a domain pays or is its, or on all."""
        with self._read() as current:
            return costs.read(current, scope, since)

    # Incidents

    def keep_incidents(
        self, product: str, looked_at: Collection[IncidentKind], found: Sequence[Trouble], *, actor: str
    ) -> list[Incident]:
        """Write what was `found` wrong with a product, of the kinds that were `looked_at`: what is new begins and is
        told of, what is not found any more ends. Returns what begins.
        """
        with self._write() as current:
            return incidents.keep(current, product, looked_at, found, actor)

    def incidents(
        self,
        product: str | None = None,
        *,
        domain: str | None = None,
        lasting: bool = False,
        limit: int | None = None,
    ) -> list[Incident]:
        """Return incidents (of a product, of a domain's products; only those that last), the newest first."""
        with self._read() as current:
            return incidents.read(current, product, domain, lasting, limit)

    # Alerts of incidents

    def queue_alerts(self, wanted: Collection[tuple[int, AlertEvent, str]]) -> int:
        """Keep that alerts are to be sent: of an incident by its id, its begin or its end, by a route.

        Returns how many are new.
        """
        with self._write() as current:
            return alerts.queue(current, wanted)

    def ends_to_tell(self, domain: str, routes: Collection[str]) -> list[tuple[int, str]]:
        """Return incidents that ended, with the routes by which their begin was to be sent and their end was not."""
        with self._read() as current:
            return alerts.ends_to_tell(current, domain, routes)

    def claim_alerts(self, domain: str, routes: Collection[str]) -> list[QueuedAlert]:
        """Return the alerts that are to be sent, in their order, and keep others from sending them for some minutes."""
        with self._write() as current:
            return alerts.claim(current, domain, routes)

    def settle_alert(self, number: int, problem: str | None) -> None:
        """Keep that an alert was sent, or why it was not: then it is to be sent again."""
        with self._write() as current:
            alerts.settle(current, number, problem)

    def release_alerts(self, numbers: Collection[int]) -> None:
        """Let others send alerts that were claimed and not tried."""
        with self._write() as current:
            alerts.release(current, numbers)

    def waiting_alerts(self, domain: str) -> list[QueuedAlert]:
        """Return the alerts of a domain's products that are still to be sent, in their order."""
        with self._read() as current:
            return alerts.waiting(current, domain)

    # Notices

    def tell(self, told: Sequence[Told]) -> None:
        """Write notices; what somebody was told on the same occasion is not told again."""
        with self._write() as current:
            notices.tell(current, told)

    def notices(self, recipients: Collection[str], *, unread: bool = False, limit: int = 100) -> list[Notice]:
        """Return the newest notices to some principals (only `unread` ones), newest first."""
        with self._read() as current:
            return notices.read(current, recipients, unread, limit)

    def unread_notices(self, recipients: Collection[str]) -> int:
        """Return how many notices to these principals nobody has marked as read."""
        with self._read() as current:
            return notices.unread(current, recipients)

    def mark_read(self, recipients: Collection[str], numbers: Collection[int] | None = None) -> int:
        """Mark notices to these principals as read (those of these `numbers`, or all). Returns how many were unread."""
        with self._write() as current:
            return notices.mark_read(current, recipients, numbers)
