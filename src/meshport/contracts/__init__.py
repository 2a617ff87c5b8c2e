"""Contracts of ports: what changed, how it is judged, and which version that makes; and as files of the standards.

Where to put what: how a kind of change is judged, in `rules`; finding it, in the module of what it is about
(`columns`, `promises`, `quality`, `service`); ODCS and ODPS in `odcs_*` and `odps`. Only `files` touches a file.
"""

from meshport.contracts.diff import PortDiff, ProductDiff, diff_contracts, diff_ports, diff_products
from meshport.contracts.rules import ContractChange
from meshport.contracts.service import service_changes
from meshport.contracts.version import FIRST, next_version

__all__ = [
    "FIRST",
    "ContractChange",
    "PortDiff",
    "ProductDiff",
    "diff_contracts",
    "diff_ports",
    "diff_products",
    "next_version",
    "service_changes",
]
