"""`meshport contract diff`: the project's artifacts against what is published."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from meshport.registry import Registry
from tests.contract.conftest import Contract as Diff
from tests.contract.project import COLUMNS, port, publish, write
from tests.registry.samples import url


def test_what_is_not_published_yet_is_new(project: Path, diff: Diff) -> None:
    write(project, port(1, COLUMNS))
    ran = diff()
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "shop.customer_360 (not published yet; publishing gives 1.0.0)",
        "",
        "customers.v1: new",
    ]


def test_nothing_changed(published: Path, diff: Diff) -> None:
    ran = diff()
    assert ran.code == 0
    assert "(against 1.0.0; publishing gives 1.0.0)" in ran.out
    assert "customers.v1: unchanged" in ran.out


def test_breaking_changes_are_named_and_end_with_3(published: Path, diff: Diff) -> None:
    write(published, port(1, {"id": "varchar", "email": "varchar", "phone": "varchar"}))
    ran = diff("--format", "json")
    assert ran.code == 3
    (product,) = json.loads(ran.out)
    assert (product["against"], product["next"]) == ("1.0.0", "2.0.0")
    (port_diff,) = product["ports"]
    assert [(each["severity"], each["kind"], each["subject"]) for each in port_diff["changes"]] == [
        ("breaking", "column_retyped", "id"),
        ("breaking", "column_removed", "country"),
        ("compatible", "column_added", "phone"),
    ]


def test_a_new_column_is_compatible(published: Path, diff: Diff) -> None:
    write(published, port(1, {**COLUMNS, "phone": "varchar"}))
    ran = diff("--format", "markdown")
    assert ran.code == 0
    assert "publishing gives 1.1.0" in ran.out
    assert "| compatible | column_added | phone |" in ran.out


def test_a_new_port_version_and_one_that_is_gone(published: Path, diff: Diff) -> None:
    write(published, port(1, COLUMNS), port(2, {"id": "integer"}))
    assert "customers.v2: new" in diff().out
    write(published, port(2, {"id": "integer"}))
    ran = diff()
    assert ran.code == 3
    assert "customers.v1: removed (breaking)" in ran.out


def test_a_retired_port_is_not_missed(published: Path, diff: Diff) -> None:
    write(published, port(2, {"id": "integer"}))
    with Registry.open(url(published / "registry.db")) as registry:
        registry.set_port_status("shop.customer_360", "customers.v1", "retired", actor="user:ann")
    ran = diff()
    assert ran.code == 0
    assert "customers.v1" not in ran.out


def test_an_older_version_can_be_named(published: Path, diff: Diff) -> None:
    wider = write(published, port(1, {**COLUMNS, "phone": "varchar"}))
    publish(published, wider, "1.1.0")
    assert "customers.v1: unchanged" in diff().out
    ran = diff("--against", "1.0.0")
    assert "(against 1.0.0; publishing gives 1.1.0)" in ran.out
    assert "column_added" in ran.out
    missing = diff("--against", "9.9.9")
    assert missing.code == 4
    assert "1.1.0, 1.0.0" in missing.err


def test_one_port_can_be_named(published: Path, diff: Diff) -> None:
    write(published, port(1, {"id": "integer"}), port(2, {"id": "integer"}))
    assert diff("customers.v2").code == 0
    assert diff("customers.v1").code == 3
    assert diff("customers").code == 3
    wrong = diff("customer.v1")
    assert wrong.code == 4
    assert "did you mean customers.v1" in wrong.err


def test_a_project_without_products(project: Path, diff: Diff) -> None:
    product = write(project, port(1, COLUMNS))
    assert product.ports
    content = msgspec.json.decode((project / "target" / "manifest.json").read_bytes())
    content["groups"] = {}
    (project / "target" / "manifest.json").write_bytes(msgspec.json.encode(content))
    assert diff().out == "This project declares no product.\n"
