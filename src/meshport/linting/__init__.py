"""Lint of a domain's SQL: sqlfluff, with the standards' rules, on files as dbt's templates leave them."""
