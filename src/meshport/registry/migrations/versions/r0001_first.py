"""The first tables of the registry."""

import sqlalchemy as sa
from alembic import op

from meshport.registry.dialects import append_only

revision = "0001"
down_revision = None

APPEND_ONLY = (
    "product_version",
    "port",
    "port_column",
    "table_lineage",
    "publication",
    "publication_build",
    "test_result",
    "audit",
)


def upgrade() -> None:
    """Create the tables, and the triggers that keep history as it was written."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "domain",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_domain")),
    )
    op.create_table(
        "journal_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("plan_digest", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_run")),
    )
    op.create_index(op.f("ix_journal_run_domain_ended_at"), "journal_run", ["domain", "ended_at"], unique=False)
    op.create_table(
        "lease",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("process_started", sa.Text(), nullable=True),
        sa.Column("acquired_at", sa.Text(), nullable=False),
        sa.Column("renewed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_lease")),
    )
    op.create_table(
        "ledger",
        sa.Column("catalog", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("catalog", "owner", "kind", "key", name=op.f("pk_ledger")),
    )
    op.create_table(
        "journal_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["journal_run.id"], name=op.f("fk_journal_step_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_step")),
    )
    op.create_index(op.f("ix_journal_step_run"), "journal_step", ["run"], unique=False)
    op.create_table(
        "product",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("catalog", sa.Text(), nullable=False),
        sa.Column("catalog_type", sa.Text(), nullable=False),
        sa.Column("head", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["domain"], ["domain.domain"], name=op.f("fk_product_domain")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_product")),
    )
    op.create_index(op.f("ix_product_domain"), "product", ["domain"], unique=False)
    op.create_table(
        "port_state",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("deprecation_date", sa.Text(), nullable=True),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["product"], ["product.key"], name=op.f("fk_port_state_product")),
        sa.PrimaryKeyConstraint("product", "label", name=op.f("pk_port_state")),
    )
    op.create_table(
        "product_version",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["product"], ["product.key"], name=op.f("fk_product_version_product")),
        sa.PrimaryKeyConstraint("product", "sequence", name=op.f("pk_product_version")),
        sa.UniqueConstraint("product", "version", name=op.f("uq_product_version_product_version")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["product"], ["product.key"], name=op.f("fk_subscription_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_principal"), "subscription", ["principal"], unique=False)
    op.create_index(op.f("ix_subscription_product"), "subscription", ["product"], unique=False)
    op.create_index(
        "uq_subscription_alive",
        "subscription",
        ["product", "principal"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'active')"),
        postgresql_where=sa.text("state IN ('requested', 'active')"),
    )
    op.create_table(
        "port",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("database_name", sa.Text(), nullable=False),
        sa.Column("schema_name", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product", "sequence"],
            ["product_version.product", "product_version.sequence"],
            name=op.f("fk_port_product_sequence"),
        ),
        sa.PrimaryKeyConstraint("product", "sequence", "label", name=op.f("pk_port")),
    )
    op.create_table(
        "publication",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("plan_digest", sa.Text(), nullable=False),
        sa.Column("catalog", sa.Text(), nullable=False),
        sa.Column("catalog_type", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product", "sequence"],
            ["product_version.product", "product_version.sequence"],
            name=op.f("fk_publication_product_sequence"),
        ),
        sa.PrimaryKeyConstraint("product", "number", name=op.f("pk_publication")),
        sa.UniqueConstraint("product", "plan_digest", name=op.f("uq_publication_product_plan_digest")),
    )
    op.create_table(
        "port_column",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data_type", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=True),
        sa.Column("mask", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product", "sequence", "label"],
            ["port.product", "port.sequence", "port.label"],
            name=op.f("fk_port_column_product_sequence_label"),
        ),
        sa.PrimaryKeyConstraint("product", "sequence", "label", "position", name=op.f("pk_port_column")),
    )
    op.create_table(
        "publication_build",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("build", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product", "number"],
            ["publication.product", "publication.number"],
            name=op.f("fk_publication_build_product_number"),
        ),
        sa.PrimaryKeyConstraint("product", "number", "label", "effect", name=op.f("pk_publication_build")),
    )
    op.create_table(
        "table_lineage",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("upstream_id", sa.Text(), nullable=False),
        sa.Column("resource_type", sa.Text(), nullable=False),
        sa.Column("upstream_product", sa.Text(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product", "sequence", "label"],
            ["port.product", "port.sequence", "port.label"],
            name=op.f("fk_table_lineage_product_sequence_label"),
        ),
        sa.PrimaryKeyConstraint("product", "sequence", "label", "upstream_id", name=op.f("pk_table_lineage")),
    )
    op.create_index(op.f("ix_table_lineage_upstream_product"), "table_lineage", ["upstream_product"], unique=False)
    op.create_table(
        "test_result",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("rule_name", sa.Text(), nullable=False),
        sa.Column("rule_kind", sa.Text(), nullable=False),
        sa.Column("rule_column", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("executed_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product", "number"],
            ["publication.product", "publication.number"],
            name=op.f("fk_test_result_product_number"),
        ),
        sa.PrimaryKeyConstraint("product", "number", "label", "position", name=op.f("pk_test_result")),
    )
    for table in APPEND_ONLY:
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)
