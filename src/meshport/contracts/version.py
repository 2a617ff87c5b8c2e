"""The semantic version of a product: what its readers have to know, in three numbers."""

from __future__ import annotations

from meshport.contracts.diff import diff_contracts
from meshport.model import Product

FIRST = "1.0.0"


def next_version(current: str, old: Product, new: Product, dialect: str) -> str:
    """Return the version of `new`, given that `old` was published as `current` and that they differ.

    Major: a port (or port version) is gone, or a contract changed in a breaking way. Minor: a port, a port version or
    a column is new. Patch: everything else (descriptions, owner, terms, tags).
    """
    major, minor, patch = (int(part) for part in current.split("."))
    before = {port.label: port for port in old.ports}
    after = {port.label: port for port in new.ports}
    severities = {
        change.severity
        for label in before.keys() & after.keys()
        for change in diff_contracts(before[label].contract, after[label].contract, dialect)
    }
    if before.keys() - after.keys() or "breaking" in severities:
        return f"{major + 1}.0.0"
    if after.keys() - before.keys() or "compatible" in severities:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"
