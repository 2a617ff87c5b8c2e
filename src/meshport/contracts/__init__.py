"""Contracts of ports: what changed, and which version that makes."""

from meshport.contracts.diff import ContractChange, diff_contracts
from meshport.contracts.version import FIRST, next_version

__all__ = ["FIRST", "ContractChange", "diff_contracts", "next_version"]
