"""What `meshport domain` grants the service principal of CI is enough for a publish."""

from __future__ import annotations

from msgspec.structs import replace

from meshport.domains.answers import Answers, domain_of
from meshport.domains.desired import desired
from meshport.domains.file import Ci
from meshport.resources.grant import KIND
from tests.databricks.publish.conftest import NativeDomain
from tests.databricks.publish.test_publishing import ALL
from tests.databricks_double.rest import securables
from tests.databricks_double.store import Securable


def test_ci_publishes_with_what_it_was_granted(native: NativeDomain) -> None:
    store = native.double.store
    for name in ("sales", "sales_published"):
        store.catalogs[name,].owner = "admin"
    store.schemas["sales", "internal"].owner = "admin"
    said = replace(domain_of(Answers(name="sales")), ci=Ci("sales"))  # who builds and publishes there
    for each in desired(said):
        if (
            each.kind == KIND
            and each.fields["to"] == "sales"
            and each.relation.database in ("", "sales", "sales_published")
        ):
            place = each.relation
            what: Securable | None = store.catalogs.get((place.database,))
            if place.schema:
                what = store.schemas[place.database, place.schema]
            held = what.grants if what is not None else securables.metastore(store)["grants"]
            held.setdefault("sales", set()).add(each.fields["privilege"].replace(" ", "_"))
    native.publish()
    assert native.seen() == ALL
    assert native.in_sync()
