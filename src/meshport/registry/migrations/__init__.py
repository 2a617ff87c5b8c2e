"""The registry's migrations, run by `meshport.registry.migrate`.

`REVISIONS` lists every revision, oldest first, so that opening a registry can judge its revision without Alembic.
A new migration is a file in `versions/`, a line here, and the change in `schema.py`; tests keep the three together.
"""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
