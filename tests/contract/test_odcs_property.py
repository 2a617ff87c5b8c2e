"""A contract survives being a file: nothing is lost, nothing is added, and import is export the other way round."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import yaml
from hypothesis import given

from meshport.contracts import diff_products
from meshport.contracts.dbt_yaml import dbt_yaml
from meshport.contracts.files import Source, as_yaml, read_contract
from meshport.contracts.odcs_write import odcs
from meshport.contracts.odps import odps
from meshport.model import Product
from tests.contract.as_dbt import product_of
from tests.contract.strategies import products

DECLARABLE = ("retention", "business_term")


@cache
def validator(package: str, name: str) -> jsonschema.Draft201909Validator:
    """The standard's own schema, as the tools of its makers ship it."""
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "schemas" / name
    return jsonschema.Draft201909Validator(json.loads(path.read_text()))


def written(product: Product) -> str:
    (port,) = product.ports
    return as_yaml(odcs(product, port, version="1.2.3", status="active", dialect="duckdb"))


def read(text: str) -> Product:
    found = read_contract(Source(text, "file.yaml"))
    assert found.left_out == ()
    return found.product


def in_a_project(product: Product) -> Product:
    """Return the product of a dbt project that was written for this one."""
    declared = yaml.safe_load(as_yaml(dbt_yaml(product, DECLARABLE)))
    with TemporaryDirectory() as folder:
        return product_of(declared, Path(folder))


@given(products())
def test_a_written_contract_is_read_back_without_loss(product: Product) -> None:
    back = read(written(product))
    found = diff_products(product, back, "duckdb")
    assert [*found.changes, *(each for port in found.ports for each in port.changes)] == []
    assert written(back) == written(product)


@given(products())
def test_export_import_export_is_a_fixed_point(made_up: Product) -> None:
    product = in_a_project(made_up)
    assert written(in_a_project(read(written(product)))) == written(product)


@given(products())
def test_what_is_written_is_valid_by_the_standards_own_schemas(product: Product) -> None:
    contract: Any = yaml.safe_load(written(product))
    validator("datacontract", "odcs-3.1.0.schema.json").validate(contract)
    descriptor = yaml.safe_load(as_yaml(odps(product, version="1.2.3", status="active")))
    validator("dataproduct", "odps-1.0.0.schema.json").validate(descriptor)
