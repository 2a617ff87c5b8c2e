"""Unity Catalog on Databricks: masks, row filters, tags and grants are the catalog's own.

`connection` runs statements, `observe` reads a published zone, `catalog` is both as planning and applying need them.
"""

from meshport.catalogs.databricks.catalog import DatabricksCatalog
from meshport.catalogs.databricks.connection import Access, Warehouse, access_of, access_to
from meshport.catalogs.databricks.observe import observe
from meshport.catalogs.databricks.offline import OfflineCatalog
from meshport.catalogs.databricks.quoting import identifier, literal

__all__ = [
    "Access",
    "DatabricksCatalog",
    "OfflineCatalog",
    "Warehouse",
    "access_of",
    "access_to",
    "identifier",
    "literal",
    "observe",
]
