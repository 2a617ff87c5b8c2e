"""Products and contracts as files of the open standards, as they are published."""

from __future__ import annotations

from typing import Any

from meshport.contracts.files import as_yaml
from meshport.contracts.odcs_write import odcs
from meshport.contracts.odps import odps
from meshport.contracts.status import STATUS
from meshport.marketplace.site import port_of
from meshport.registry.types import ProductVersion


def contract(version: ProductVersion, label: str) -> dict[str, Any]:
    """Return a port's contract in the Open Data Contract Standard. Raises NotFoundError where there is no such port."""
    status, dialect = STATUS[version.status], version.catalog_type
    return odcs(version.product, port_of(version, label), version=version.version, status=status, dialect=dialect)


def contract_file(version: ProductVersion, label: str) -> str:
    """Return the same as YAML."""
    return as_yaml(contract(version, label))


def product_file(version: ProductVersion) -> str:
    """Return a product's descriptor in the Open Data Product Standard as YAML."""
    return as_yaml(odps(version.product, version=version.version, status=STATUS[version.status]))
