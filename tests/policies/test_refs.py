"""A `ref` that dbt will refuse is explained: what it leads to, whose port it is, or which name is near."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from meshport.cli import cli
from meshport.errors import ExitCode, InputError
from tests.policies.shop import STAGING, Shop


def check(shop: Shop, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--project-dir", str(shop.folder), *arguments])


def refs(shop: Shop, sql: str, *, manifest: bool = True) -> Result:
    """Write a model after dbt's last run and check its refs alone; without a manifest dbt never got so far."""
    shop.files["models/new.sql"] = sql
    shop.write()
    written = shop.folder / "target" / "manifest.json"
    if manifest:
        os.utime(written, (time.time() - 60, time.time() - 60))
    else:
        written.unlink()
    return check(shop, "--select", "ref_resolves")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "select 1\nfrom {{ ref('customers_all') }}",
            "there is no `customers_all`; near names: `customers` (a port of sales.customer_360)",
        ),
        (
            "select 1\nfrom {{ ref('sales', 'invoices') }}",
            "`invoices` is a port of sales.customer_360, which is no input here: `meshport inputs add "
            "sales.customer_360`, then `ref('sales', 'invoices')`",
        ),
        (
            "select 1\nfrom {{ ref('invoices') }}",
            "`invoices` is a port of sales.customer_360, which is no input here: `meshport inputs add "
            "sales.customer_360`, then `ref('sales', 'invoices')`",
        ),
        (
            "select 1\nfrom {{ ref('sales', 'stg_invoices') }}",
            "sales publishes no `stg_invoices`; its ports: `customers`, `invoices`; nearest: `invoices` "
            "(a port of sales.customer_360)",
        ),
        ("select 1\nfrom {{ ref('stg_order') }}", "there is no `stg_order`; near names: `stg_orders`"),
        ("select 1\nfrom {{ ref('zzzzzzzz') }}", "there is no `zzzzzzzz`\n"),
        (
            "{{ config(group='other') }} select 1\nfrom {{ ref('stg_orders') }}",
            "`stg_orders` is private to the group `orders`; public there: `orders`",
        ),
    ],
)
def test_a_ref_that_leads_nowhere_is_explained(shop: Shop, sql: str, said: str) -> None:
    port = shop.sales.ports[0]
    more = msgspec.structs.replace(
        port, name="invoices", relation=msgspec.structs.replace(port.relation, identifier="invoices")
    )
    shop.sales = msgspec.structs.replace(shop.sales, ports=(port, more))
    shop.models[STAGING] |= {"access": "private", "group": "orders"}
    shop.models[STAGING]["config"] |= {"access": "private", "group": "orders"}
    done = refs(shop, sql)
    assert done.exit_code == ExitCode.BLOCKED, done.output
    assert said in done.stdout
    assert "models/new.sql:2" in done.stdout


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from {{ ref('orders') }}",
        "select 1 from {{ ref('orders', v=2) }}",
        "select 1 from {{ ref('orders', version=1) }}",
        "select 1 from {{ ref('shop', 'orders') }}",
        "select 1 from {{ ref('sales', 'customers') }}",
        'select 1 from {{ ref("stg_orders") }}',
        "select 1 from {{ ref('newer') }}",
        "select 1 from {{ ref('codes') }}",
        "select 1 from {{ ref('history') }}",
        "select 1 from {{ ref('of_package') }}",
        "{# ref('nothing') in a comment #} select 1",
        "select 'ref(''nothing'')' as words",
        "select 1 from {{ ref(var('which')) }}",
    ],
)
def test_a_ref_that_leads_somewhere_is_no_finding(shop: Shop, sql: str) -> None:
    shop.files |= {
        "models/newer_v3.sql": "select 1",
        "models/newer.sql": "select 1",
        "seeds/codes.csv": "a\n1\n",
        "snapshots/all.sql": "{% snapshot history %}select 1{% endsnapshot %}",
        "dbt_packages/tools/models/of_package.sql": "select 1",
    }
    done = refs(shop, sql)
    assert done.exit_code == ExitCode.OK, done.output


def test_refs_are_explained_where_dbt_could_not_parse_the_project(shop: Shop) -> None:
    done = refs(shop, "select 1 from {{ ref('nothing') }}", manifest=False)
    assert done.exit_code == ExitCode.BLOCKED
    assert "there is no `nothing`" in done.stdout
    everything = check(shop)
    assert everything.exit_code == ExitCode.BLOCKED
    assert "there is no `nothing`" in everything.stdout
    assert "Only refs were checked: " in everything.stdout
    assert "manifest.json" in everything.stdout


def test_without_a_manifest_and_without_such_refs_the_missing_manifest_is_the_error(shop: Shop) -> None:
    shop.write()
    (shop.folder / "target" / "manifest.json").unlink()
    done = check(shop)
    assert isinstance(done.exception, InputError)
    assert "manifest.json" in done.exception.message


def test_files_that_dbt_has_parsed_are_not_read(shop: Shop) -> None:
    """dbt knows better: it parsed them, and a model may be disabled."""
    shop.files["models/new.sql"] = "select 1 from {{ ref('nothing') }}"
    shop.write()
    os.utime(shop.folder / "models" / "new.sql", (time.time() - 60, time.time() - 60))
    assert check(shop, "--select", "ref_resolves").exit_code == ExitCode.OK


def test_a_plain_project_needs_no_registry(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1 from {{ ref('bb') }}")
    (tmp_path / "models" / "b.sql").write_text("select 1")
    done = CliRunner().invoke(cli, ["check", "--project-dir", str(tmp_path)])
    assert done.exit_code == ExitCode.BLOCKED
    assert "there is no `bb`; near names: `b`" in done.stdout
