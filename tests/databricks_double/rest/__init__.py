"""The REST half of the double: `RestApi(store, statements)` answers every call that is not Thrift."""

from tests.databricks_double.rest.api import RestApi
from tests.databricks_double.rest.paging import Pages
from tests.databricks_double.rest.routes import Options

__all__ = ["Options", "Pages", "RestApi"]
