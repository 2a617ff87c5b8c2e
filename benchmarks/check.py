"""25 policies against dbt-bouncer's nearest checks, and two versions' contracts against `datacontract breaking`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import measure, measure_command
from benchmarks.peers import program
from benchmarks.report import Goal, Report, Row

MODELS = 10_000
CONTRACTS = 1_000
"""How many ports the two versions have: `datacontract breaking` compares one file with another, port by port."""
# Policies that have a near relative among dbt-bouncer's checks, and as many others as make 25.
POLICIES = (
    *("access_across_groups", "access_across_packages", "column_tags_misplaced", "deprecated_has_successor"),
    *("deprecation_overdue", "exposure_reads_ports", "group_owned", "layer_names", "mart_reads_source"),
    *("mask_function_unqualified", "mask_ignored_by_adapter", "mask_on_view", "model_described", "model_fan_out"),
    *("model_names", "model_without_parents", "old_version_dated", "public_model_grouped", "source_declared_once"),
    *("source_freshness", "source_used", "view_chains", "model_too_slow", "large_table_rebuilt", "relation_too_large"),
)
_BOUNCER = """
dbt_artifacts_dir: {folder}
manifest_checks:
  - {{name: check_model_names, model_name_pattern: "^[a-z][a-z0-9_]*$"}}
  - {{name: check_model_directories, include: "^models", permitted_sub_directories: [staging, intermediate, marts]}}
  - {{name: check_model_description_populated}}
  - {{name: check_model_column_description_populated}}
  - {{name: check_model_has_unique_test}}
  - {{name: check_model_contract_enforced_for_public_model}}
  - {{name: check_model_has_properties_file}}
  - {{name: check_model_file_name, file_name_pattern: ".*"}}
  - {{name: check_model_depends_on_multiple_sources}}
  - {{name: check_model_has_no_upstream_dependencies}}
  - {{name: check_model_max_fanout, max_downstream_models: 50}}
  - {{name: check_model_max_upstream_dependencies}}
  - {{name: check_model_max_chained_views}}
  - {{name: check_model_latest_version_specified}}
  - {{name: check_model_columns_have_types}}
  - {{name: check_model_hard_coded_references}}
  - {{name: check_model_has_semi_colon}}
  - {{name: check_model_does_not_directly_join_to_source}}
  - {{name: check_source_freshness_populated}}
  - {{name: check_source_not_orphaned}}
  - {{name: check_duplicate_sources}}
"""


def run(models: int = MODELS) -> Report:
    """Measure the commands as people run them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generator = [sys.executable, "-m", "benchmarks.models", str(folder / "target"), str(models)]
        subprocess.run(generator, check=True)
        checks = _checks(f"generated, {models:,} models", folder)
        contracts = _contracts(folder)
    ours, bouncer, loading = checks
    goals = [
        Goal(
            "25 policies: times faster than dbt-bouncer's nearest 21 checks",
            bouncer.seconds / ours.seconds,
            at_least=15,
        ),
        Goal("25 policies: time to loading the manifest twice", ours.seconds / loading.seconds, at_most=6),
        Goal(
            "contract diff: times faster than `datacontract breaking`",
            contracts[1].seconds / contracts[0].seconds,
            at_least=15,
        ),
    ]
    notes = [f"datacontract: one comparison, taken {CONTRACTS:,} times; meshport: {CONTRACTS:,} ports in one run"]
    return Report("check", [*checks, *contracts], goals, notes)


def _checks(subject: str, folder: Path) -> list[Row]:
    (folder / "bouncer.yml").write_text(_BOUNCER.format(folder=folder / "target"), encoding="utf-8")
    (folder / "dbt_project.yml").write_text("name: generated\nprofile: none\n", encoding="utf-8")
    selected = [word for policy in POLICIES for word in ("--select", policy)]
    meshport = [str(Path(sys.executable).parent / "meshport"), "check", "--project-dir", str(folder), *selected]
    bouncer = [program("bouncer", "dbt-bouncer"), "run", "--config-file", str(folder / "bouncer.yml")]
    load = "from pathlib import Path\nfrom meshport.artifacts import load_project\nimport sys"
    return [
        measure_command(
            subject, "meshport check, 25 policies", meshport, runs=3, codes=(0, 3), says=f"{len(POLICIES)} policies"
        ),
        measure_command(subject, "dbt-bouncer, 21 checks", bouncer, runs=1, warm_up=False, codes=(0, 1)),
        measure(subject, "loading the artifacts", load, "load_project(Path(sys.argv[1]))", str(folder / "target")),
    ]


_DIFF = """
from meshport.contracts import diff_ports
from meshport.model import Column, Contract, Port, Relation
def port(number, kind):
    columns = tuple(Column(name=f"column_{i}", data_type=kind if i == 3 else "bigint") for i in range(22))
    place = Relation("a", "b", f"port_{number}")
    contract = Contract(enforced=True, columns=columns)
    name = f"port_{number}"
    return Port(name=name, unique_id=f"model.x.{name}", source=place, relation=place, contract=contract)
import sys
count = int(sys.argv[1])
old = [port(i, "bigint") for i in range(count)]
new = [port(i, "varchar") for i in range(count)]
"""


def _contracts(folder: Path) -> list[Row]:
    subject = f"{CONTRACTS:,} ports of 22 columns, two versions"
    ours = measure(
        subject,
        "meshport contract diff",
        _DIFF,
        "found = [diff_ports(a, b, 'duckdb') for a, b in zip(old, new)]\nassert all(found)",
        str(CONTRACTS),
    )
    for name, kind in (("old", "integer"), ("new", "string")):
        fields = "".join(f"      column_{i}:\n        type: {kind if i == 3 else 'integer'}\n" for i in range(22))
        models = "".join(f"  port_{n}:\n    type: table\n    fields:\n{fields}" for n in range(CONTRACTS))
        head = "dataContractSpecification: 1.1.0\nid: p\ninfo: {title: p, version: 1.0.0}\nmodels:\n"
        (folder / f"{name}.yaml").write_text(head + models, encoding="utf-8")
    breaking = [program("datacontract", "datacontract"), "breaking", str(folder / "old.yaml"), str(folder / "new.yaml")]
    theirs = measure_command(
        subject,
        "datacontract breaking",
        breaking,
        runs=1,
        warm_up=False,
        codes=(1,),
        says=f"{CONTRACTS} breaking changes",
    )
    return [ours, theirs]
