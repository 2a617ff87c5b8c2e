"""Export → import → export with a real dbt in between: what the property test makes up is what dbt does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from meshport.dbt_command import Dbt
from tests.query.running import meshport

PROJECT = {
    "dbt_project.yml": "name: shop\nversion: 1.0.0\nprofile: shop\nflags: {send_anonymous_usage_stats: false}\n",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n",
    "mesh.yml": "domain: shop\nregistry: registry.db\n",
    "models/people.sql": "select 1 as id\n",
    "models/customers_v2.sql": "select 1 as id\n",
}
DECLARED = """\
groups:
  - name: customer_360
    owner: {name: Ann, email: ann@example.com}
    description: "Everything: about {{ customers }}."
    config:
      meta:
        data_product: {title: Customer 360, tier: gold, slo: {freshness: 24h, quality: 0.99}, terms: Internal.,
                       support: {slack: "#ann"}}
        tags: {retention: 2y}
models:
  - name: people
    columns: [{name: id, data_type: integer}]
  - name: customers
    description: "One row {{ '{{' }} a customer }}."
    latest_version: 2
    config:
      group: customer_360
      access: public
      contract: {enforced: true}
      meta: {row_filter: {columns: [country], predicate: "country <> 'XX'"}, tags: {business_term: customer}}
    constraints:
      - {type: primary_key, columns: [id, country]}
      - {type: check, columns: [id], expression: "id > 0", name: positive}
    data_tests:
      - meshport_pairs: {arguments: {columns: [id, country], limits: {at_most: 1.5}}}
    columns:
      - name: id
        data_type: integer
        description: The key.
        constraints: [{type: not_null}, {type: foreign_key, to: ref('people'), to_columns: [id]}]
        data_tests:
          - unique
          - not_null: {config: {severity: warn, where: "id > 3"}}
          - relationships: {arguments: {to: ref('people'), field: id}}
      - name: email
        data_type: varchar
        constraints: [{type: unique}]
        config: {meta: {classification: pii.email, mask: hash, tags: {retention: 1y}}}
      - name: country
        data_type: varchar
        data_tests:
          - accepted_values: {arguments: {values: [NL, BE, "no"]}}
      - {name: Odd Name, quote: true, data_type: "decimal(18,2)"}
    versions: [{v: 2, deprecation_date: 2030-01-31}]
"""
TEST = "{% test meshport_pairs(model, columns, limits) %}select 1 where false{% endtest %}\n"


def project(folder: Path, declared: str) -> Path:
    for name, text in {**PROJECT, "models/models.yml": declared, "tests/generic/pairs.sql": TEST}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = Dbt(folder).run(["parse", "--no-partial-parse"], capture=True)
    assert done.returncode == 0, done.stdout
    return folder


def exported(folder: Path) -> str:
    ran = meshport("contract", "export", "customers", "--kind", "odcs", "--project-dir", folder)
    assert ran.code == 0, ran.err
    return ran.out


@pytest.mark.dbt
def test_what_dbt_makes_of_the_imported_yaml_is_exported_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    first = exported(project(tmp_path / "one", DECLARED))
    file = tmp_path / "customers.odcs.yaml"
    file.write_text(first)
    ran = meshport("contract", "import", file)
    assert (ran.code, ran.err) == (0, "")
    people = "  - {name: people, columns: [{name: id, data_type: integer}]}\n"
    assert exported(project(tmp_path / "two", ran.out + people)) == first
    contract = yaml.safe_load(first)
    (table,) = contract["schema"]
    assert (contract["description"]["purpose"], table["description"]) == (
        "Everything: about {{ customers }}.",
        "One row {{ a customer }}.",
    )
    assert len(table["properties"]) == 4
    assert sum(len(each.get("quality", [])) for each in (table, *table["properties"])) == 6
