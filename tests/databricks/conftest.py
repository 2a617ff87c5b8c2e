"""One double of Databricks, and one dbt that is connected to it, for all tests."""

from __future__ import annotations
