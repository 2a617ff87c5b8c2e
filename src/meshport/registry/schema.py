"""The tables of the registry, as the newest migration leaves them (a test compares the two).

Time stamps are ISO 8601 text and documents are JSON text, so that both databases keep exactly what was written.
`APPEND_ONLY` names the tables in which triggers refuse every update and deletion.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(
    name: str, *arguments: ForeignKey, key: bool = False, null: bool = False, default: str | None = None
) -> Column[str]:
    return Column(name, Text, *arguments, primary_key=key, nullable=null, server_default=default)


def _number(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=null, autoincrement=False)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


domain = Table(
    "domain",
    metadata,
    _text("domain", key=True),
    _text("title", null=True),
    _text("description"),
    _text("owner"),  # JSON of model.Owner
    _text("access_rules", null=True),  # JSON of standards.access.AccessRules, as of the domain's last publish
)

# One row per product: what may change without a new version, and which version is the newest.
product = Table(
    "product",
    metadata,
    _text("key", key=True),
    _text("domain", ForeignKey("domain.domain")),
    _text("status"),
    _text("catalog"),
    _text("catalog_type"),
    _number("head"),  # the sequence of the newest product_version
    Index(None, "domain"),
    Index(None, "domain", "status"),
)

product_version = Table(
    "product_version",
    metadata,
    _text("product", ForeignKey("product.key"), key=True),
    _number("sequence", key=True),
    _text("version"),
    _text("digest"),
    _text("document"),  # JSON of model.Product
    _text("published_at"),
    _text("published_by"),
    UniqueConstraint("product", "version"),
    Index(None, "published_at"),
)


def _of_version(*more: str) -> ForeignKeyConstraint:
    columns = ("product", "sequence", *more)
    table = "port" if more else "product_version"
    return ForeignKeyConstraint(columns, [f"{table}.{column}" for column in columns])


port = Table(
    "port",
    metadata,
    _text("product", key=True),
    _number("sequence", key=True),
    _text("label", key=True),
    _text("name"),
    _text("version", null=True),
    _text("unique_id"),
    _text("database_name"),
    _text("schema_name"),
    _text("identifier"),
    _text("description"),
    _of_version(),
)

port_column = Table(
    "port_column",
    metadata,
    _text("product", key=True),
    _number("sequence", key=True),
    _text("label", key=True),
    _number("position", key=True),  # from 1
    _text("name"),
    _text("data_type", null=True),
    _text("description"),
    _text("classification", null=True),
    _text("mask", null=True),
    _of_version("label"),
)

# What a port is built from, one row per upstream node.
table_lineage = Table(
    "table_lineage",
    metadata,
    _text("product", key=True),
    _number("sequence", key=True),
    _text("label", key=True),
    _text("upstream_id", key=True),
    _text("resource_type"),
    _text("upstream_product", null=True),
    _text("relation", null=True),
    _of_version("label"),
    Index(None, "upstream_product"),
)

publication = Table(
    "publication",
    metadata,
    _text("product", key=True),
    _number("number", key=True),
    _number("sequence"),  # the product_version published
    _text("kind"),
    _text("plan_digest"),
    _text("catalog"),
    _text("catalog_type"),
    _text("published_at"),
    _text("published_by"),
    _text("note", null=True),
    UniqueConstraint("product", "plan_digest"),
    _of_version(),
)


def _of_publication() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["product", "number"], ["publication.product", "publication.number"])


# `effect`: `published`, or `withdrawn` by a rollback.
publication_build = Table(
    "publication_build",
    metadata,
    _text("product", key=True),
    _number("number", key=True),
    _text("label", key=True),
    _text("effect", key=True),
    _text("build"),
    _of_publication(),
)

test_result = Table(
    "test_result",
    metadata,
    _text("product", key=True),
    _number("number", key=True),
    _text("label", key=True),
    _number("position", key=True),  # from 1, in the order recorded
    _text("rule_id"),
    _text("rule_name"),
    _text("rule_kind"),
    _text("rule_column", null=True),
    _text("status"),
    _number("failures", null=True),
    _text("executed_at", null=True),
    _of_publication(),
)

port_state = Table(
    "port_state",
    metadata,
    _text("product", ForeignKey("product.key"), key=True),
    _text("label", key=True),
    _text("status"),
    _text("deprecation_date", null=True),
    _text("replaced_by", null=True),
    _text("note", null=True),
)

ledger = Table(
    "ledger",
    metadata,
    _text("catalog", key=True),
    _text("owner", key=True),
    _text("kind", key=True),
    _text("key", key=True),
    _text("value"),
)

journal_run = Table(
    "journal_run",
    metadata,
    _id(),
    _text("domain"),
    _text("plan_digest"),
    _text("actor"),
    _text("started_at"),
    _text("ended_at", null=True),
    _text("outcome", null=True),
    Index(None, "domain", "ended_at"),
)

journal_step = Table(
    "journal_step",
    metadata,
    _id(),
    Column("run", Integer, ForeignKey("journal_run.id"), nullable=False),
    _text("at"),
    _text("step"),
    _text("state"),
    _text("detail", null=True),
    Index(None, "run"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _text("at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("detail"),  # JSON
    _text("hash", default=""),  # see chain.py
    Index(None, "subject"),
    Index(None, "subject", "action", "at"),
)

# One row: the newest audit entry and its hash. Whoever writes an entry holds this row until the commit.
audit_head = Table("audit_head", metadata, _number("one", key=True), _number("last"), _text("hash"))

# Who may publish a domain at this moment. `machine` tells where `pid` means something, see lock.py.
lease = Table(
    "lease",
    metadata,
    _text("domain", key=True),
    _text("token"),
    _text("holder"),
    _text("host"),
    _text("machine"),
    _number("pid"),
    _text("process_started", null=True),
    _text("acquired_at"),
    _text("renewed_at"),
)

subscription = Table(
    "subscription",
    metadata,
    _id(),
    _text("product", ForeignKey("product.key")),
    _text("principal"),
    _text("state"),
    _text("reason", null=True),
    _text("requested_by"),
    _text("requested_at"),
    _text("decided_by", null=True),
    _text("decided_at", null=True),
    _text("decision", null=True),
    _text("purpose", null=True),
    _text("until", null=True),  # the last day on which it holds, as an ISO date; NULL: no end
    _text("source", null=True),  # the file that asks for it, see access/files.py
    _text("ended_at", null=True),
    _text("approvals", default="[]"),  # JSON: a list of types.Approval
    _text("grants", default="[]"),  # JSON: a list of texts, what it was granted
    Index(None, "product"),
    Index(None, "principal", "state", "product"),
    Index(None, "state", "product"),
)
# At most one subscription of a principal to a product is alive, whatever two processes do at once.
# Literal, because PostgreSQL finds an index for ON CONFLICT by its text, not by what parameters will say.
ALIVE = text("state IN ('requested', 'approved', 'active')")
Index(
    "uq_subscription_alive",
    subscription.c.product,
    subscription.c.principal,
    unique=True,
    sqlite_where=ALIVE,
    postgresql_where=ALIVE,
)

# What somebody is told, once for each occasion.
notice = Table(
    "notice",
    metadata,
    _id(),
    _text("recipient"),
    _text("occasion"),
    _text("at"),
    _text("kind"),
    _text("product"),
    _text("text"),
    _text("read_at", null=True),
    UniqueConstraint("recipient", "occasion"),
)

# A breaking change, told to those who subscribe. `port` is the label that they read, empty for the whole product.
announcement = Table(
    "announcement",
    metadata,
    _text("product", ForeignKey("product.key"), key=True),
    _text("digest", key=True),  # of what changes
    _text("port"),
    _text("replaced_by", null=True),
    _text("goes_on", null=True),
    _text("changes"),  # JSON: a list of sentences
    _text("announced_at"),
    _text("announced_by"),
)

acknowledgement = Table(
    "acknowledgement",
    metadata,
    _text("product", key=True),
    _text("digest", key=True),
    _text("principal", key=True),
    _text("acknowledged_at"),
    _text("acknowledged_by"),
    ForeignKeyConstraint(["product", "digest"], ["announcement.product", "announcement.digest"]),
)


# What went wrong with a product, while it lasts and after: see meshport.operations.
incident = Table(
    "incident",
    metadata,
    _id(),
    _text("product", ForeignKey("product.key")),
    _text("kind"),
    _text("severity"),
    _text("text"),
    _text("began_at"),
    _text("ended_at", null=True),
    Index(None, "product"),
)
# At most one incident of a kind is open for a product. Literal for the same reason as `ALIVE`.
OPEN = text("ended_at IS NULL")
Index(
    "uq_incident_open",
    incident.c.product,
    incident.c.kind,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)


def _of_person(name: str, *more: Column[str] | Column[int]) -> Table:
    """Return a table of what one person (`user:ann@example.com`) has to do with one product."""
    product_key = _text("product", ForeignKey("product.key"), key=True)
    return Table(name, metadata, product_key, _text("person", key=True), *more, Index(None, "person"))


rating = _of_person("rating", _number("stars"), _text("comment"), _text("rated_at"))
bookmark = _of_person("bookmark", _text("marked_at"))
visit = _of_person("visit", _text("visited_at"))

# The newest known column lineage of each port, from its columns to the sources.
port_lineage = Table(
    "port_lineage",
    metadata,
    _text("product", ForeignKey("product.key"), key=True),
    _text("label", key=True),
    _text("document"),  # JSON of types.PortLineage
    _text("recorded_at"),
)

# The groups of a domain that the central team provisioned, and the developers that its owners added.
domain_group = Table(
    "domain_group",
    metadata,
    _text("domain", ForeignKey("domain.domain"), key=True),
    _text("owner_group"),
    _text("developer_group"),
)

domain_member = Table(
    "domain_member",
    metadata,
    _text("domain", ForeignKey("domain_group.domain"), key=True),
    _text("person", key=True),
    _text("added_at"),
    _text("added_by"),
    Index(None, "person"),
)

# One run of dbt, and what became of each node in it, once for each port that it is of.
run = Table(
    "run",
    metadata,
    _id(),
    _text("domain"),
    _text("invocation_id"),
    _text("command"),
    _text("target", null=True),
    _text("started_at"),
    _text("ended_at"),
    _text("status"),
    UniqueConstraint("invocation_id"),
    Index(None, "domain", "ended_at"),
)

run_result = Table(
    "run_result",
    metadata,
    _id(),
    Column("run", Integer, ForeignKey("run.id"), nullable=False),
    _text("unique_id"),
    _text("name"),
    _text("kind"),
    _text("product", null=True),
    _text("label", null=True),
    _text("status"),
    Column("seconds", Float, nullable=False),
    _number("failures", null=True),
    _text("executed_at", null=True),
    Index(None, "run"),
    Index(None, "product", "executed_at"),
)

# What is to be sent of an incident, by route: written with it, sent after. See meshport.operations.alerts.
alert = Table(
    "alert",
    metadata,
    _id(),
    Column("incident", Integer, ForeignKey("incident.id"), nullable=False),
    _text("event"),
    _text("route"),
    _text("queued_at"),
    _text("claimed_at", null=True),
    _text("sent_at", null=True),
    _number("attempts"),
    _text("problem", null=True),
    UniqueConstraint("incident", "event", "route"),
    Index(None, "sent_at"),
)

# What was spent, by day, as it was last worked out for a platform: see meshport.operations.cost.
cost = Table(
    "cost",
    metadata,
    _id(),
    _text("platform"),
    _text("day"),
    _text("payer", null=True),
    _text("domain", null=True),
    _text("product", null=True),
    _text("kind"),
    _text("model", null=True),
    _text("consumer", null=True),
    _text("amount"),  # a decimal, exactly
    _text("currency"),
    Column("seconds", Float, nullable=False),
    Index(None, "platform", "day"),
    Index(None, "product", "day"),
)

APPEND_ONLY = (
    "product_version",
    "port",
    "port_column",
    "table_lineage",
    "publication",
    "publication_build",
    "test_result",
    "audit",
    "announcement",
    "acknowledgement",
)
