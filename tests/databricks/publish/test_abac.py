"""Policies that mask what is tagged, instead of masks of each table: chosen in the standards, safe at every step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from meshport.catalogs.databricks import Warehouse, connection
from meshport.errors import ExitCode
from meshport.plan import protecting
from tests.databricks.publish.conftest import QUESTIONS, NativeDomain
from tests.databricks.publish.test_publishing import ALL, CUSTOMERS, ORDERS
from tests.databricks_double.faults import Cut, ServerError
from tests.databricks_double.sql.errors import SqlError
from tests.databricks_double.store import TagPolicy
from tests.publish.domain import UNCHANGED

pytestmark = pytest.mark.dbt

TAG = "meshport_mask"
PORT = "sales_published.customer_orders.customers_v1"
TAGGED = (
    "select table_name, column_name from sales_published.information_schema.column_tags "
    f"where tag_name = '{TAG}' order by 1, 2"
)
MASKED = "select table_name, column_name from sales_published.information_schema.column_masks order by 1, 2"
BOTH = [("customers_v1", "born"), ("customers_v1", "email")]
RAW = ("ann@example.com", "bob@example.org", "1980-02-03", "1990-12-31")


def choose(native: NativeDomain, how: str) -> None:
    """Let the central team's standards, on which the domain builds, choose how masks are enforced."""
    central = native.path.parent / "central"
    central.mkdir(exist_ok=True)
    central.joinpath("standards.yml").write_text(
        f"name: acme\nextends: {{package: meshport}}\nprotection: {{databricks: {how}}}\n"
    )
    mesh = native.path / "mesh.yml"
    if "central" not in mesh.read_text():
        mesh.write_text(mesh.read_text() + "standards: {folder: ../central}\npublished: {settle_seconds: 0}\n")


@pytest.fixture
def governed(native: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> NativeDomain:
    """The toy domain in an account whose central team has made the tag a governed one."""
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.0)
    native.double.store.tag_policies[TAG] = TagPolicy(TAG)
    return native


@pytest.fixture
def abac(governed: NativeDomain) -> NativeDomain:
    """The same, with standards that choose policies."""
    choose(governed, "abac")
    return governed


def policies(native: NativeDomain) -> dict[str, dict[str, Any]]:
    """Return the policies of the published catalog by the mask that their names begin with."""
    held = native.double.store.documents.get("policies", {})
    return {policy["name"].removeprefix("meshport_mask_").split("_")[0]: policy for policy in held.values()}


@contextmanager
def looking(native: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """An analyst reads the port after every statement that changes something: masked rows, no rows, nothing at all.

    Yields how often she read what.
    """
    found = {"masked": 0, "empty": 0, "refused": 0}
    wrong: list[object] = []
    send: Callable[[Warehouse, str], list[tuple[Any, ...]]] = Warehouse.rows

    def look() -> None:
        try:
            rows = native.sql(f"select customer_id, email, country, born from {PORT} order by 1", "analyst")
        except SqlError as error:
            found["refused"] += 1
            if not any(word in str(error) for word in ("NOT_FOUND", "MULTIPLE_POLICIES", "UNRESOLVED")):
                wrong.append(error)
            return
        shown = [tuple(str(cell) for cell in row) for row in rows]
        found["masked" if shown else "empty"] += 1
        if shown not in ([], CUSTOMERS) and any(value in RAW for row in shown for value in row):
            wrong.append(shown)

    def rows(self: Warehouse, sql: str) -> list[tuple[Any, ...]]:
        answer = send(self, sql)
        if not sql.lstrip().lower().startswith(QUESTIONS):
            look()
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Warehouse, "rows", rows)
        yield found
    assert wrong == []


def test_policies_mask_what_is_tagged_and_nothing_more_is_needed(
    abac: NativeDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looking(abac, monkeypatch) as found:
        done = abac.publish()
    assert found["empty"] > 0
    assert "mask policy" in done.out
    assert abac.seen() == abac.seen("sales") == ALL
    assert (abac.sql(TAGGED), abac.sql(MASKED)) == (BOTH, [])
    assert sorted(policies(abac)) == ["email", "year"]
    assert {policy["on_securable_fullname"] for policy in policies(abac).values()} == {"sales_published"}
    mark, before = abac.mark(), copy.deepcopy(policies(abac))
    assert UNCHANGED in abac.run("publish", "--yes").out
    assert abac.writes(mark) == []
    assert len(abac.sent(mark)) <= 12
    assert policies(abac) == before


def test_from_masks_to_policies_and_back_nobody_reads_what_is_hidden(
    governed: NativeDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(governed, "column_masks")
    governed.publish()
    assert (governed.sql(TAGGED), governed.sql(MASKED)) == ([], BOTH)
    for how, tagged, masked in (("abac", BOTH, []), ("column_masks", [], BOTH)):
        choose(governed, how)
        assert "customers_v1.email" in governed.run("plan").out
        with looking(governed, monkeypatch) as found:
            governed.publish()
        assert found["refused"] > 0  # for as long as a column is masked in both ways
        assert (governed.sql(TAGGED), governed.sql(MASKED)) == (tagged, masked)
        assert bool(policies(governed)) == (how == "abac")
        assert governed.seen() == ALL
        assert governed.in_sync()


def test_rows_wait_until_tags_have_their_effect_once(abac: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = abac.path / "mesh.yml"
    mesh.write_text(mesh.read_text().replace("settle_seconds: 0", "settle_seconds: 20"))
    waited: list[object] = []

    def sleep(_: float) -> None:
        waited.append((abac.sql(TAGGED), sorted(policies(abac)), abac.sql(f"select count(*) from {PORT}")))

    monkeypatch.setattr(protecting.time, "sleep", sleep)
    abac.publish()
    assert waited == [(BOTH, ["email", "year"], [(0,)])] * 4
    abac.sql("update sales.internal.orders set amount = 99 where order_id = 10")
    abac.rebuild()
    abac.publish()
    assert len(waited) == 4
    assert abac.seen()["customer_orders.orders"] == [("10", "1", "99.00"), *ORDERS[1:]]
    abac.run("product", "rollback", "customer_orders", "--yes")
    assert abac.seen() == ALL


def test_what_others_changed_is_healed_and_what_is_theirs_stays(abac: NativeDomain) -> None:
    abac.publish()
    held = abac.double.store.documents["policies"]
    theirs = {**policies(abac)["email"], "name": "theirs", "match_columns": [{"alias": "m", "condition": "FALSE"}]}
    held["CATALOG/sales_published/theirs"] = theirs
    policies(abac)["email"]["except_principals"] = ["analyst"]
    gone = policies(abac)["year"]["name"]
    del held[f"CATALOG/sales_published/{gone}"]
    abac.sql(f"alter table {PORT} alter column born unset tags ('{TAG}')")
    plan = abac.run("plan")
    assert "changed by somebody else" in plan.out
    assert "removed by somebody else" in plan.out
    assert "drift" in plan.out
    abac.publish()
    assert abac.seen() == ALL
    assert "except_principals" not in policies(abac)["email"]
    assert gone in {policy["name"] for policy in held.values()}
    assert held["CATALOG/sales_published/theirs"] == theirs
    assert abac.in_sync()


def test_a_classification_that_goes_takes_tag_and_policy_along(abac: NativeDomain) -> None:
    abac.publish()
    abac.sql(f"create table {PORT}_of_others as select 'x@example.com' as email")
    value = policies(abac)["email"]["name"].removeprefix("meshport_mask_")
    abac.sql(f"alter table {PORT}_of_others alter column email set tags ('{TAG}' = '{value}')")
    with abac.editing_model("customers.v1") as model:
        model["columns"]["email"]["config"]["meta"] = {"classification": "internal"}
    abac.publish("--override-contract", "the addresses are made up")
    assert abac.sql(TAGGED) == [("customers_v1", "born"), ("customers_v1_of_others", "email")]
    assert sorted(policies(abac)) == ["email", "year"]  # a column of somebody else goes by it
    assert abac.seen()["customer_orders.customers_v1"] == [
        ("1", "ann@example.com", "NL", "1980-01-01"),
        ("2", "bob@example.org", "BE", "1990-01-01"),
    ]
    assert abac.in_sync()
    abac.sql(f"drop table {PORT}_of_others")
    mesh = abac.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + "guard: {removals: 0, beginning_with: 0}\n")
    done = abac.publish(code=ExitCode.BLOCKED)
    assert "takes away 1 of 2 mask policies" in done.err
    abac.publish("--allow-removals")
    assert sorted(policies(abac)) == ["year"]
    assert abac.in_sync()


def test_another_mask_moves_the_tag_and_never_shows_the_value(
    abac: NativeDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    abac.publish()
    with abac.editing_model("customers.v1") as model:
        model["columns"]["email"]["config"]["meta"] = {"classification": "pii.email", "mask": "redact"}
    with looking(abac, monkeypatch) as found:
        abac.publish("--override-contract", "nobody needs the provider")
    assert found["refused"] == 0
    assert sorted(policies(abac)) == ["redact", "year"]
    assert abac.in_sync()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda store: store.documents.update(tag_assigners={TAG: {"principals": []}}),
            "ASSIGN",
        ),
        (lambda store: store.tag_policies.pop(TAG), "it needs CREATE, or MANAGE, on tag policies"),
        (lambda store: setattr(store.catalogs["sales_published",], "owner", "admin"), "MANAGE"),
    ],
    ids=["nobody may assign the tag", "the tag is not governed", "nobody may make policies"],
)
def test_what_is_not_allowed_leaves_no_rows(abac: NativeDomain, spoil: Callable[[Any], object], says: str) -> None:
    for statement in ("create schema", "use catalog", "use schema", "create table", "create function", "apply tag"):
        abac.sql(f"grant {statement} on catalog sales_published to `sales`")
    spoil(abac.double.store)
    done = abac.run("publish", "--yes")
    assert done.code == ExitCode.UNAVAILABLE, done
    assert says in done.err
    assert not abac.seen()["customer_orders.customers_v1"]


def test_a_policy_of_somebody_else_under_our_name_is_refused(abac: NativeDomain) -> None:
    abac.publish()
    policies(abac)["email"]["except_principals"] = ["analyst"]
    abac.registry_file.unlink()  # so it is nobody's we know
    done = abac.run("publish", "--yes")
    assert done.code != ExitCode.OK
    assert "somebody else's" in done.err + done.out


def test_doctor_says_what_policies_lack(abac: NativeDomain) -> None:
    def said() -> str:
        done = abac.run("doctor", "--target", "databricks")
        (row,) = (line for line in done.out.splitlines() if "policies" in line.split()[:2])
        return " ".join(done.out.split()) if row else ""

    assert "0 policies on sales_published (100 at most)" in said()
    abac.double.store.tag_policies.pop(TAG)
    assert "`meshport_mask` is no governed tag yet" in said()
    choose(abac, "column_masks")
    assert "not asked for" in said()


def test_a_clone_is_refused_where_tags_alone_hide_it(abac: NativeDomain) -> None:
    with abac.editing_model("customers.v1") as model:
        model["config"]["meta"] = {**model["config"]["meta"], "port_mode": "clone"}
    done = abac.publish(code=ExitCode.BLOCKED)
    assert "does not surely keep the tags" in done.out


def test_faults_at_some_statements_and_calls(abac: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = abac.double.faults
    for number, action in ((17, ServerError()), (30, Cut(after=True))):
        faults.begin()
        faults.at(number, action, kind="statement")
        with looking(abac, monkeypatch):
            abac.run("publish", "--yes")
            faults.rules.clear()
            assert abac.run("publish", "--yes").code == ExitCode.OK
        assert abac.seen() == ALL
        assert abac.in_sync()
        abac.sql(f"drop table {PORT}")
