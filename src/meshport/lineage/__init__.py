"""Column lineage: where each column comes from, through every model, and what reads it.

`compute` resolves a project, `statement` one node. The resolver is one module for each part of a query: `queries`,
`sources`, `selection`, `values`, `pivots`, `scope`; `relation` is what they compute with. `types` is what others see.
"""

from meshport.lineage.compute import column_lineage, node_formulas
from meshport.lineage.types import ColumnLineage, Kind, Lineage, NodeLineage, Origin, Status

__all__ = ["ColumnLineage", "Kind", "Lineage", "NodeLineage", "Origin", "Status", "column_lineage", "node_formulas"]
