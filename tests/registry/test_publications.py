"""Publications: recorded once, in one transaction, never changed."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from meshport.errors import BlockedError, InputError
from meshport.model import Column, Contract, Evidence, Owner, Product
from meshport.registry import Registry
from meshport.registry.schema import APPEND_ONLY
from meshport.registry.types import Announcement, Domain, PortStatus
from tests.registry.samples import RULE, port, product, record

KEY = "sales.customer_360"


@pytest.fixture
def registry(each_registry: Registry) -> Registry:
    """A registry on each of the two databases."""
    return each_registry


def rows(registry: Registry, table: str) -> int:
    with registry._read() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_what_was_recorded_is_read_back(registry: Registry) -> None:
    entry = record(note="first")
    publication = registry.record_publication(entry)
    head = registry.head(KEY)
    assert head is not None
    assert head.product == entry.product
    assert (head.version, head.digest, head.status) == ("1.0.0", "definition 1", "published")
    assert (head.catalog, head.catalog_type) == ("/data/sales_published.duckdb", "duckdb")
    assert (publication.number, publication.version, publication.kind) == (1, "1.0.0", "publish")
    assert (publication.builds, publication.note) == ({"customers.v1": "build 1"}, "first")
    assert registry.publications(KEY) == [publication]
    assert registry.evidence(KEY, 1) == entry.evidence
    assert [(each.actor, each.action, each.subject) for each in registry.audit_log()] == [
        ("user:ann", "product.publish", KEY)
    ]
    assert {name: rows(registry, name) for name in ("port", "port_column", "table_lineage")} == {
        "port": 1,
        "port_column": 2,
        "table_lineage": 1,
    }


def test_the_same_plan_is_recorded_once(registry: Registry) -> None:
    first = registry.record_publication(record())
    later = registry.record_publication(record(plan_digest="plan 2", catalog="/moved.duckdb"))
    again = registry.record_publication(record(version="9.9.9", digest="another"))
    assert again == first
    assert registry.publications(KEY) == [later, first]
    assert len(registry.audit_log()) == 2
    head = registry.head(KEY)
    assert head is not None
    assert (head.version, head.catalog) == ("1.0.0", "/moved.duckdb")


def test_a_version_is_made_only_where_the_definition_changed(registry: Registry) -> None:
    registry.record_publication(record())
    registry.record_publication(record(plan_digest="plan 2", builds={"customers.v1": "build 2"}))
    changed = product(title="Customers")
    registry.record_publication(record(changed, plan_digest="plan 3", digest="definition 2", version="1.0.1"))
    assert [each.version for each in registry.versions(KEY)] == ["1.0.1", "1.0.0"]
    assert [(each.number, each.version) for each in registry.publications(KEY, limit=2)] == [(3, "1.0.1"), (2, "1.0.0")]
    head = registry.head(KEY)
    assert head is not None
    assert head.product.title == "Customers"


def test_an_old_definition_can_come_back_as_a_new_version(registry: Registry) -> None:
    for number, digest in enumerate(["a", "b", "a"], start=1):
        registry.record_publication(record(plan_digest=f"plan {number}", digest=digest, version=f"1.0.{number}"))
    assert [(each.version, each.digest) for each in registry.versions(KEY)] == [
        ("1.0.3", "a"),
        ("1.0.2", "b"),
        ("1.0.1", "a"),
    ]


def test_a_published_version_number_is_not_given_twice(registry: Registry) -> None:
    registry.record_publication(record())
    with pytest.raises(BlockedError, match=r"version 1\.0\.0 of sales\.customer_360"):
        registry.record_publication(record(plan_digest="plan 2", digest="definition 2"))
    assert len(registry.publications(KEY)) == 1


def test_recording_is_all_or_nothing(registry: Registry) -> None:
    twice = product(ports=(port(), port()))
    with pytest.raises(IntegrityError):
        registry.record_publication(record(twice))
    assert registry.heads() == {}
    assert registry.audit_log() == []
    assert rows(registry, "product") == rows(registry, "product_version") == 0


def test_test_results_are_counted(registry: Registry) -> None:
    states = ["pass", "pass", "warn", "fail", "error", "skipped"]
    evidence = {"customers.v1": tuple(Evidence(RULE, state) for state in states)}
    publication = registry.record_publication(record(evidence=evidence))
    assert (publication.passed, publication.warned, publication.failed) == (2, 1, 2)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_history_cannot_be_changed(registry: Registry, table: str, statement: str) -> None:
    registry.record_publication(record())
    told = Announcement(product=KEY, port="", digest="a change", replaced_by=None, goes_on=None, changes=("slower",))
    registry.announce(told, "user:ann")
    registry.acknowledge(told, "domain:marketing", "user:bob")
    column = "actor" if table == "audit" else "product"
    change = statement.format(table, column, column)
    with pytest.raises(DatabaseError, match=f"{table} is append-only"), registry._write() as connection:
        connection.execute(text(change))
    assert rows(registry, table) > 0


def test_every_product_has_its_newest_version_in_heads(registry: Registry) -> None:
    registry.record_publication(record())
    registry.record_publication(record(plan_digest="plan 2", digest="definition 2", version="2.0.0"))
    registry.record_publication(record(product("orders"), plan_digest="plan 3"))
    other = product("leads", domain="marketing")
    registry.record_publication(record(other, plan_digest="plan 4"))
    found = {key: each.version for key, each in registry.heads().items()}
    assert found == {"marketing.leads": "1.0.0", KEY: "2.0.0", "sales.orders": "1.0.0"}
    assert list(registry.heads("marketing")) == ["marketing.leads"]


def test_a_rollback_withdraws_a_build_until_it_is_brought_back(registry: Registry) -> None:
    label = "customers.v1"
    registry.record_publication(record())
    registry.record_publication(record(plan_digest="plan 2", builds={label: "build 2"}))
    back = record(plan_digest="plan 3", kind="rollback", builds={label: "build 1"}, withdrawn={label: "build 2"})
    assert registry.record_publication(back).withdrawn == {label: "build 2"}
    assert registry.rolled_back_builds(KEY) == {label: frozenset({"build 2"})}
    again = record(plan_digest="plan 4", kind="rollback", builds={label: "build 2"}, withdrawn={label: "build 1"})
    registry.record_publication(again)
    assert registry.rolled_back_builds(KEY) == {label: frozenset({"build 1"})}
    assert registry.rolled_back_builds("sales.nothing") == {}


def test_standing_says_what_planning_needs(registry: Registry) -> None:
    label = "customers.v1"
    registry.record_publication(record())
    registry.record_publication(record(plan_digest="plan 2", builds={label: "build 2"}))
    registry.record_publication(
        record(plan_digest="plan 3", kind="rollback", builds={label: "build 1"}, withdrawn={label: "build 2"})
    )
    registry.record_publication(record(product("leads", domain="marketing"), plan_digest="plan 4"))
    registry.set_port_status(KEY, label, "retired", actor="user:ann")
    (standing,) = registry.standing("sales").values()
    assert standing.head == registry.head(KEY)
    assert standing.builds == {label: "build 1"}
    assert standing.retired == {label}
    assert standing.withdrawn == {label: frozenset({"build 2"})}


def test_states_change_apart_from_versions_and_are_audited(registry: Registry) -> None:
    registry.record_publication(record())
    registry.set_product_status(KEY, "deprecated", actor="user:ann", note="use orders")
    registry.set_port_status(
        KEY, "customers.v1", "deprecated", actor="user:ann", deprecation_date="2027-01-01", replaced_by="customers.v2"
    )
    assert [each.status for each in registry.versions(KEY)] == ["deprecated"]
    assert registry.port_status(KEY) == {"customers.v1": PortStatus("deprecated", "2027-01-01", "customers.v2", None)}
    assert [each.action for each in registry.audit_log()] == ["port.status", "product.status", "product.publish"]
    assert registry.audit_log(KEY, limit=1)[0].detail == {"status": "deprecated", "note": "use orders"}


def test_a_state_of_what_does_not_exist_names_what_comes_near(registry: Registry) -> None:
    registry.record_publication(record())
    with pytest.raises(InputError, match=r"sales\.customer_36'") as error:
        registry.set_product_status("sales.customer_36", "retired", actor="user:ann")
    assert KEY in str(error.value.hint)
    with pytest.raises(InputError, match=r"no port customers\.v9"):
        registry.set_port_status(KEY, "customers.v9", "retired", actor="user:ann")
    assert len(registry.audit_log()) == 1


def test_a_domain_describes_itself_anew(registry: Registry) -> None:
    registry.record_publication(record())
    assert registry.domains() == [Domain("sales", None, "", Owner())]
    registry.upsert_domain("sales", "Sales", "All of it.", Owner("Ann"))
    registry.upsert_domain("sales", "Sales!", "All of it.", Owner("Bob"))
    registry.record_publication(record(plan_digest="plan 2"))
    assert registry.domains() == [Domain("sales", "Sales!", "All of it.", Owner("Bob"))]


names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=20)
hostile = st.sampled_from(["'; DROP TABLE audit; --", 'a"b', "a b", "ü ☃", "%s %(x)s :y ?", "100%_\\", "\n", "{}"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    domain=names | hostile, name=names | hostile, label=names | hostile, column=names | hostile, note=names | hostile
)
def test_any_name_comes_back_as_it_was(
    registry: Registry, domain: str, name: str, label: str, column: str, note: str
) -> None:
    item: Product = msgspec.structs.replace(
        product(name, domain=domain, title=note, description=label, tags={column: note}),
        ports=(port(label, None, contract=Contract(True, (Column(column, description=note),))),),
    )
    plan = f"{item.key} {label} {column} {note}"
    entry = record(item, plan_digest=plan, digest=plan, version=plan, builds={label: note}, evidence={}, note=note)
    publication = registry.record_publication(entry)
    head = registry.head(item.key)
    assert head is not None
    assert head.product == item
    assert (publication.builds, publication.note) == ({label: note}, note)


def test_a_registry_outlives_its_process(registry: Registry, each_url: str) -> None:
    registry.record_publication(record())
    with Registry.open(each_url, create=False) as other:
        assert other.heads() == registry.heads()
