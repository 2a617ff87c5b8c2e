"""`meshport contract export` and `import`: the files that people see, and what is done to theirs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshport.registry import Registry
from tests.contract.as_dbt import product_of
from tests.contract.conftest import Contract
from tests.contract.project import COLUMNS, port, publish, write
from tests.registry.samples import url

PROGRAMS = Path(sys.executable).parent
AGREED = """\
apiVersion: v3.0.2
kind: DataContract
id: 53581432-6c55-4ba2-a65f-72344a91553a
version: 1.1.0
status: active
tenant: Example Ltd
dataProduct: payments
description:
  purpose: What was paid.
  limitations: Internal use.
schema:
  - name: payments
    physicalName: tbl_payments
    properties:
      - name: payment_id
        logicalType: integer
        required: true
        primaryKey: true
      - name: status
        physicalType: varchar(10)
        classification: internal
        quality:
          - {type: library, rule: validValues, validValues: [paid, due], mustBe: 0}
          - {type: sql, query: "select 1", mustBe: 1}
      - name: customer
        physicalType: integer
        partitioned: true
        relationships:
          - {to: customers.id}
    quality:
      - {type: library, metric: rowCount, mustBeGreaterThan: 10}
slaProperties:
  - {property: freshness, value: 4, unit: h}
  - {property: retention, value: 3, unit: y}
team:
  - {username: ann@example.com, name: Ann, role: Owner}
  - {username: bob@example.com, role: Steward}
support:
  - {channel: "#payments", tool: slack}
"""


@pytest.fixture
def agreed(project: Path) -> Path:
    path = project / "agreed.odcs.yaml"
    path.write_text(AGREED)
    return path


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def test_files_are_the_same_each_time_and_clean_for_the_standards_own_linters(
    project: Path, contract: Contract
) -> None:
    write(project, port(1, COLUMNS), port(2, COLUMNS, description="It's {{ odd }}: #1"))
    ran = contract("export", "--output", project / "one")
    assert (ran.code, ran.out) == (0, "")
    assert "Wrote 3 files" in ran.err
    contract("export", "--output", project / "two")
    files = sorted(path.name for path in (project / "one").iterdir())
    assert files == ["customer_360.odps.yaml", "customers.v1.odcs.yaml", "customers.v2.odcs.yaml"]
    for file in files:
        assert (project / "one" / file).read_bytes() == (project / "two" / file).read_bytes()
        program = "dataproduct" if ".odps." in file else "datacontract"
        done = subprocess.run([PROGRAMS / program, "lint", project / "one" / file], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "is valid" in done.stdout


def test_a_contract_says_where_it_stands(project: Path, contract: Contract) -> None:
    product = write(project, port(1, COLUMNS))
    assert yaml.safe_load(contract("export", "customers", "--kind", "odcs").out)["status"] == "draft"
    publish(project, product, "1.0.0")
    write(project, port(1, {**COLUMNS, "phone": "varchar"}))
    found = yaml.safe_load(contract("export", "customers.v1", "--kind", "odcs").out)
    assert (found["version"], found["status"]) == ("1.1.0", "active")
    assert found["id"] == "shop.customer_360.customers.v1"
    with Registry.open(url(project / "registry.db")) as registry:
        registry.set_port_status(
            "shop.customer_360", "customers.v1", "deprecated", actor="user:ann", deprecation_date="2030-01-31"
        )
    found = yaml.safe_load(contract("export", "shop.customer_360", "--kind", "odcs").out)
    assert found["status"] == "deprecated"
    assert {"property": "endOfLife", "value": "2030-01-31"} in found["slaProperties"]
    wrong = contract("export", "custmers")
    assert (wrong.code, "did you mean customers" in wrong.err) == (4, True)


def test_without_a_folder_everything_is_printed(project: Path, contract: Contract) -> None:
    write(project, port(1, COLUMNS))
    kinds = [document["kind"] for document in yaml.safe_load_all(contract("export").out)]
    assert kinds == ["DataContract", "DataProduct"]


def test_a_foreign_contract_becomes_dbt_yaml_and_what_has_no_place_is_named(agreed: Path, contract: Contract) -> None:
    ran = contract("import", agreed, "--model", "fct_payments")
    assert ran.code == 0, ran.err
    found = yaml.safe_load(ran.out)
    assert found["groups"] == [
        {
            "name": "payments",
            "owner": {"name": "Ann", "email": "ann@example.com"},
            "description": "What was paid.",
            "config": {
                "meta": {
                    "data_product": {
                        "slo": {"freshness": "4h"},
                        "terms": "Internal use.",
                        "support": {"slack": "#payments"},
                    }
                }
            },
        }
    ]
    (model,) = found["models"]
    assert (model["name"], model["config"]["alias"]) == ("fct_payments", "tbl_payments")
    assert model["config"]["contract"] == {"enforced": True}
    assert model["columns"] == [
        {
            "name": "payment_id",
            "data_type": "bigint",
            "constraints": [{"type": "not_null"}, {"type": "primary_key"}],
        },
        {
            "name": "status",
            "data_type": "varchar(10)",
            "data_tests": [{"accepted_values": {"arguments": {"values": ["paid", "due"]}}}],
            "config": {"meta": {"classification": "internal"}},
        },
        {
            "name": "customer",
            "data_type": "integer",
            "constraints": [{"type": "foreign_key", "to": "ref('customers')", "to_columns": ["id"]}],
        },
    ]
    left_out = [line.partition("odcs.yaml:")[2].partition(" ")[0] for line in ran.err.splitlines()]
    lines = AGREED.splitlines()
    named = {lines[int(number.rstrip(":")) - 1].strip() for number in left_out}
    assert named == {
        "tenant: Example Ltd",
        '- {type: sql, query: "select 1", mustBe: 1}',
        "partitioned: true",
        "- {type: library, metric: rowCount, mustBeGreaterThan: 10}",
        "- {property: retention, value: 3, unit: y}",
        "- {username: bob@example.com, role: Steward}",
    }


def test_what_was_imported_is_exported_again(agreed: Path, project: Path, contract: Contract) -> None:
    """From somebody else's contract the first export is ours; from there on nothing changes any more."""
    once = yaml.safe_load(contract("import", agreed).out)
    product_of(once, (project / "target").mkdir() or project / "target")  # type: ignore[func-returns-value]
    exported = project / "exported.odcs.yaml"
    exported.write_text(contract("export", "--kind", "odcs").out)
    ran = contract("import", exported)
    assert ran.err == ""
    assert yaml.safe_load(ran.out) == once


def test_a_new_file_is_written(agreed: Path, project: Path, contract: Contract) -> None:
    ran = contract("import", agreed, "--output", "models/payments.yml")
    assert ran.code == 0, ran.err
    assert loaded(project / "models" / "payments.yml") == yaml.safe_load(contract("import", agreed).out)


def test_an_existing_file_keeps_every_line(agreed: Path, project: Path, contract: Contract) -> None:
    path = project / "models.yml"
    before = "# ours\nversion: 2\n\nmodels:\n  - name:   orders # odd spaces\n    columns: []\n\n# the end\n"
    path.write_text(before)
    assert contract("import", agreed, "--output", path).code == 0
    assert [line for line in before.splitlines() if line not in path.read_text().splitlines()] == []
    assert [model["name"] for model in loaded(path)["models"]] == ["orders", "payments"]


def test_what_is_described_already_is_not_overwritten_without_force(
    agreed: Path, project: Path, contract: Contract
) -> None:
    path = project / "models.yml"
    before = (
        "models:\n  - name: payments # by hand\n    description: |\n      Ours.\n"
        "  # about orders\n  - name: orders\n    description: Theirs.\n"
    )
    path.write_text(before)
    ran = contract("import", agreed, "--output", path)
    assert (ran.code, f"{path}:2" in ran.err, "--force" in ran.err) == (4, True, True)
    assert path.read_text() == before
    assert contract("import", agreed, "--output", path, "--force").code == 0
    text = path.read_text()
    assert "  # about orders\n  - name: orders\n    description: Theirs.\n" in text
    assert "Ours." not in text
    assert [model["name"] for model in loaded(path)["models"]] == ["orders", "payments"]
    once = path.read_text()
    contract("import", agreed, "--output", path, "--force")
    assert loaded(path) == yaml.safe_load(once)


@pytest.mark.parametrize("text", ["models: [{name: payments}]\n", "models: &all\n  - name: payments\nmore: *all\n"])
def test_a_layout_that_cannot_be_changed_safely_is_refused(
    agreed: Path, project: Path, contract: Contract, text: str
) -> None:
    path = project / "models.yml"
    path.write_text(text)
    ran = contract("import", agreed, "--output", path, "--force")
    assert (ran.code, "cannot be changed" in ran.err) == (4, True)
    assert path.read_text() == text


def test_the_rest_of_the_project_is_looked_at(agreed: Path, project: Path, contract: Contract) -> None:
    (project / "dbt_project.yml").write_text("name: shop\n")
    (project / "models").mkdir()
    groups = project / "models" / "_groups.yml"
    groups.write_text("groups:\n  - name: payments\n    owner: {name: Zoe}\n")
    ran = contract("import", agreed, "--output", "models/payments.yml")
    assert (ran.code, f"The group payments is declared in {groups}:2" in ran.err) == (0, True)
    assert "groups" not in loaded(project / "models" / "payments.yml")
    again = contract("import", agreed, "--output", "models/other.yml")
    assert (again.code, "models/payments.yml:" in again.err) == (4, True)


def test_jinja_of_strangers_does_not_run(agreed: Path, contract: Contract) -> None:
    steals = "{{ run_query('drop table x') }}"
    agreed.write_text(
        AGREED.replace("    physicalName: tbl_payments", f'    description: "{steals}"')
        .replace("[paid, due]", f'["{steals}"]')
        .replace(
            '{type: sql, query: "select 1", mustBe: 1}',
            "{type: custom, engine: dbt, implementation: {test: unique, config: {where: \"env_var('SECRET')\"}}}",
        )
    )
    ran = contract("import", agreed)
    assert "data_tests" not in ran.out
    assert "SECRET" not in ran.out
    assert yaml.safe_load(ran.out)["models"][0]["description"] == steals.replace("{{", "{{ '{{' }}")
    assert ran.err.count("would run the Jinja in it") == 3
