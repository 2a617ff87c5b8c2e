"""One double of Databricks, and one dbt that is connected to it, for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from tests.databricks.project import DatabricksProject
from tests.databricks.site import CATALOGS, PRINCIPALS, Site
from tests.databricks_double.double import Double

# Shows what an anonymising macro renders, as it would stand in a model.
SHOW = "{% macro show(name, column, key) %}{% do print(meshport[name](column, key)) %}{% endmacro %}\n"


@pytest.fixture(scope="session")
def site_of_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The double, for tests that are faster with one site for many examples."""
    with Double(PRINCIPALS, CATALOGS) as double:
        output = double.profile("producer", catalog="internal", schema="main", threads=1)
        profile = yaml.safe_dump({"meshport_integration": {"target": "dev", "outputs": {"dev": output}}})
        project = DatabricksProject(tmp_path_factory.mktemp("databricks"), profile, **double.environment("producer"))
        project.path.joinpath("macros").mkdir()
        project.path.joinpath("macros/show.sql").write_text(SHOW)
        yield Site(double, project)
        project.close()


@pytest.fixture(scope="session")
def databricks(site_of_session: Site) -> DatabricksProject:
    """The project whose dbt is connected to the double."""
    return site_of_session.project


@pytest.fixture
def site(site_of_session: Site) -> Site:
    """The double, empty but for two catalogs."""
    site_of_session.fresh()
    return site_of_session
