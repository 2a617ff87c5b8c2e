"""OpenLineage: what dbt built, and how its columns depend on each other, as events that any lineage server reads.

`events` makes them, from artifacts and column lineage alone. `naming` says what datasets are called, `flow` leads
lineage through ephemeral models, `transformations` says how a column takes part, `sending` and `files` hand them over.
`types` are the events: a facet more is a struct there and a line where `datasets` or `events` fill it.
"""

from meshport.openlineage.events import Counts, Settings, events
from meshport.openlineage.naming import Naming

__all__ = ["Counts", "Naming", "Settings", "events"]
