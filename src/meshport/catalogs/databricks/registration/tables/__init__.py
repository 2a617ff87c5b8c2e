"""The schema `meshport` of a published catalog: what is published there, as Delta tables for anybody with SELECT.

`spec` declares the tables, `rows` fills them from the registry and the project, `sql` writes the statements, `load`
says which of them are due.
"""

from meshport.catalogs.databricks.registration.tables.spec import TABLES, Column, Table

__all__ = ["TABLES", "Column", "Table"]
