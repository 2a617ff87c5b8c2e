"""Every call that is listed for the infrastructure of a domain is made: docs/reference/databricks-calls.md."""

from __future__ import annotations

from meshport.catalogs.databricks.calls import DOMAINS, call_of
from tests.domains.workspace import Workspace


def test_each_is_made(workspace: Workspace) -> None:
    workspace.edit(tags={"cost_center": "1"})
    workspace.run("apply", "sales", "--yes")
    _changed_by_others(workspace)
    with workspace.registry() as registry:
        registry.add_member("sales", "user:eve@x.org", actor="user:ann@x.org")
    workspace.run("apply", "sales", "--yes")
    said = workspace.said()
    said["environments"]["prod"]["developers"] = "none"
    workspace.edit(environments=said["environments"], cluster_policies=None, tags=None, developers="sales-analysts")
    workspace.run("apply", "sales", "--yes", "--allow-removals")
    workspace.run("destroy", "sales", "--yes", "sales")
    made = {call for each in workspace.served.requests if (call := call_of(each.method, each.path))}
    assert [f"{row.method} {row.path}" for row in DOMAINS if (row in made) != (row.seen == "the double")] == []


def _changed_by_others(workspace: Workspace) -> None:
    """Change a bit of everything, so that it is healed."""
    sales = workspace.store.catalogs["sales",]
    sales.comment, sales.tags = "mine", dict.fromkeys(sales.tags, "x")
    workspace.store.catalogs["sales_published",].tags = {"domain_sales": "x"}
    workspace.named("warehouses", "sales_sql")["auto_stop_mins"] = 0
    workspace.named("cluster_policies", "sales_jobs")["definition"] = "{}"
    for each in workspace.documents("domains").values():
        each["subtitle"] = "theirs"
    for each in workspace.documents("object_permissions").values():
        each.clear()
