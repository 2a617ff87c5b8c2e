"""The semantic version of a product: what its readers have to know, in three numbers."""

from __future__ import annotations

from meshport.contracts.diff import diff_products
from meshport.model import Product

FIRST = "1.0.0"


def next_version(current: str, old: Product, new: Product, dialect: str) -> str:
    """Return the version of `new`, given that `old` was published as `current` and that they differ.

    Major: something is breaking. Minor: something is compatible. Patch: everything else. `contracts.rules` says which
    is which.
    """
    major, minor, patch = (int(part) for part in current.split("."))
    severity = diff_products(old, new, dialect).severity
    if severity == "breaking":
        return f"{major + 1}.0.0"
    if severity == "compatible":
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"
