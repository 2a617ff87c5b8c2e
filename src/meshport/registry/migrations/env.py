"""Alembic's entry: it runs the migrations on the connection it was given, within that connection's transaction."""

from alembic import context

from meshport.registry.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can: connections begin their transactions themselves, see dialects.py
)
with context.begin_transaction():
    context.run_migrations()
