"""Products and contracts as files of the open standards, as they are published."""

from __future__ import annotations

from meshport.contracts.files import as_yaml
from meshport.contracts.odcs_write import odcs
from meshport.contracts.odps import odps
from meshport.contracts.status import STATUS
from meshport.registry.types import ProductVersion


def contract_file(version: ProductVersion, label: str) -> str | None:
    """Return a port's contract in the Open Data Contract Standard as YAML, None where there is no such port."""
    port = next((port for port in version.product.ports if port.label == label), None)
    if port is None:
        return None
    status, dialect = STATUS[version.status], version.catalog_type
    return as_yaml(odcs(version.product, port, version=version.version, status=status, dialect=dialect))


def product_file(version: ProductVersion) -> str:
    """Return a product's descriptor in the Open Data Product Standard as YAML."""
    return as_yaml(odps(version.product, version=version.version, status=STATUS[version.status]))
