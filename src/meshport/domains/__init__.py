"""Domains that the central team provisions: a reviewed file, a plan of what differs, and closing the difference.

`file` reads and writes `domains/<name>.yml`, `desired` says what it comes to, `gates` what refuses it, `make` plans,
`apply` makes exactly that; `project` scaffolds the domain's dbt project against what was provisioned.
"""
