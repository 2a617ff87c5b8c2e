"""Columns and expressions that several tables share. Expressions are over the entries of artifacts."""

from __future__ import annotations

from meshport.information_schema.spec import LIST, TIME, Column

INFERRED = "dbt 2 infers it while it analyses SQL; no JSON artifact holds it"
NOTHING_YET = "dbt 2 declares the column and fills it nowhere"
SEMANTIC = "the manifest holds none"

INGESTED = Column("ingested_at", TIME, sql="generated_at")
PATH = Column("original_file_path", sql="original_file_path")


META = Column("meta", sql="coalesce(conf.meta, meta)::VARCHAR")
TAGS = Column("tags", LIST, sql="coalesce(nullif(conf.tags, []), tags, [])")


def of_config(key: str) -> str:
    """Return the expression for what `config` says, or the older place of the same key."""
    return f'coalesce(conf."{key}", "{key}")'


def as_json(key: str) -> str:
    """Return the expression for a key of the entry as JSON text."""
    return f'"{key}"::VARCHAR'
