"""A Databricks workspace as a platform for domains: people, catalogs, grants and tags, warehouses, by REST alone.

`people`, `securables`, `computing` and `discovery` know a few kinds each; `platform` puts them together. There may
be no SQL warehouse yet, so nothing here runs a statement.
"""
