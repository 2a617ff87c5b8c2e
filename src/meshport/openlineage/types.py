"""OpenLineage's events and facets, as far as meshport writes them. What is unset is left out of the JSON.

Every type names the published schema it is written to, which is its `schemaURL` (events) or `_schemaURL` (facets).
The schemas are Apache-2.0, https://openlineage.io/spec; the tests hold every event against them.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from meshport import __version__

PRODUCER = f"pkg:pypi/meshport@{__version__}"
"""Who says so: a package URL, which is a URI and carries the version."""

_SPEC = "https://openlineage.io/spec"


def _core(name: str) -> str:
    return f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/{name}"


def _facet(name: str, version: str) -> str:
    return f"{_SPEC}/facets/{version}/{name}.json#/$defs/{name}"


class Facet(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="_schemaURL"):
    """What every facet has."""

    producer: str = msgspec.field(name="_producer", default=PRODUCER)


class SchemaField(msgspec.Struct, frozen=True, gc=False):
    """A column. `ordinal_position` counts from 1; it is unset where the order is not known."""

    name: str
    type: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    ordinal_position: int | UnsetType = UNSET


class Schema(Facet, frozen=True, kw_only=True, tag=_facet("SchemaDatasetFacet", "1-2-0")):
    """The columns of a dataset."""

    fields: tuple[SchemaField, ...]


class Transformation(msgspec.Struct, frozen=True, gc=False):
    """How an input column takes part: `DIRECT` carries the value, `INDIRECT` only decides.

    `subtype` is `IDENTITY`, `TRANSFORMATION` or `AGGREGATION` of the first, `CONDITIONAL`, `WINDOW`, `FILTER` or `SORT`
    of the second, and unset where it is not known. `description` is the formula.
    """

    type: Literal["DIRECT", "INDIRECT"]
    subtype: str | UnsetType = UNSET
    description: str | UnsetType = UNSET


class InputField(msgspec.Struct, frozen=True, gc=False):
    """A column of a dataset that something depends on."""

    namespace: str
    name: str
    field: str
    transformations: tuple[Transformation, ...]


class InputFields(msgspec.Struct, frozen=True, rename="camel"):
    """What one output column depends on."""

    input_fields: tuple[InputField, ...]


class ColumnLineage(Facet, frozen=True, kw_only=True, tag=_facet("ColumnLineageDatasetFacet", "1-2-0")):
    """Where the columns of a dataset come from. Every row depends on `dataset`: filters, joins, groupings."""

    fields: dict[str, InputFields]
    dataset: tuple[InputField, ...] | UnsetType = UNSET


class Owner(msgspec.Struct, frozen=True):
    """Who answers for a dataset, as a URN (`team:Customer Analytics`)."""

    name: str


class Ownership(Facet, frozen=True, kw_only=True, tag=_facet("OwnershipDatasetFacet", "1-0-1")):
    """The owners of a dataset."""

    owners: tuple[Owner, ...]


class Documentation(Facet, frozen=True, kw_only=True, tag=_facet("DocumentationDatasetFacet", "1-1-0")):
    """What a dataset is about."""

    description: str


class Identifier(msgspec.Struct, frozen=True):
    """Another name of a dataset."""

    namespace: str
    name: str
    type: str = "TABLE"


class Symlinks(Facet, frozen=True, kw_only=True, tag=_facet("SymlinksDatasetFacet", "1-0-1")):
    """The other names of a dataset, by which other producers know it."""

    identifiers: tuple[Identifier, ...]


class Assertion(msgspec.Struct, frozen=True):
    """A test and its result. `success` is false wherever rows failed, whatever the severity; `actual` counts them."""

    assertion: str
    success: bool
    severity: str
    name: str
    column: str | UnsetType = UNSET
    actual: str | UnsetType = UNSET


class Assertions(Facet, frozen=True, kw_only=True, tag=_facet("DataQualityAssertionsDatasetFacet", "1-1-0")):
    """What was tested of a dataset in a run."""

    assertions: tuple[Assertion, ...]


class JobType(Facet, frozen=True, kw_only=True, tag=_facet("JobTypeJobFacet", "2-0-3")):
    """What kind of job: `MODEL`, `SNAPSHOT`, `SEED`, `TEST`."""

    job_type: str
    processing_type: str = "BATCH"
    integration: str = "DBT"


class Sql(Facet, frozen=True, kw_only=True, tag=_facet("SQLJobFacet", "1-1-0")):
    """The SQL that a job runs."""

    query: str
    dialect: str


class ProcessingEngine(Facet, frozen=True, kw_only=True, tag=_facet("ProcessingEngineRunFacet", "1-1-1")):
    """What ran the job."""

    version: str
    name: str = "dbt"


class ErrorMessage(Facet, frozen=True, kw_only=True, tag=_facet("ErrorMessageRunFacet", "1-0-1")):
    """Why a run failed."""

    message: str
    programming_language: str = "SQL"


class RunReference(msgspec.Struct, frozen=True, rename="camel"):
    """A run, by its id."""

    run_id: str


class JobReference(msgspec.Struct, frozen=True):
    """A job, by its names."""

    namespace: str
    name: str


class Parent(Facet, frozen=True, kw_only=True, tag=_facet("ParentRunFacet", "1-1-0")):
    """The run of dbt that a node's run is a part of."""

    run: RunReference
    job: JobReference


class DatasetFacets(msgspec.Struct, frozen=True, rename="camel"):
    """What is said of a dataset."""

    schema: Schema | UnsetType = UNSET
    documentation: Documentation | UnsetType = UNSET
    ownership: Ownership | UnsetType = UNSET
    symlinks: Symlinks | UnsetType = UNSET
    column_lineage: ColumnLineage | UnsetType = UNSET


class InputFacets(msgspec.Struct, frozen=True, rename="camel"):
    """What is said of a dataset as the input of one run."""

    data_quality_assertions: Assertions


class Dataset(msgspec.Struct, frozen=True, rename="camel"):
    """A table or view, as an input or an output."""

    namespace: str
    name: str
    facets: DatasetFacets = DatasetFacets()
    input_facets: InputFacets | UnsetType = UNSET


class JobFacets(msgspec.Struct, frozen=True, rename="camel"):
    """What is said of a job."""

    job_type: JobType
    sql: Sql | UnsetType = UNSET


class Job(msgspec.Struct, frozen=True):
    """What builds a dataset: one dbt node."""

    namespace: str
    name: str
    facets: JobFacets


class RunFacets(msgspec.Struct, frozen=True):
    """What is said of a run. OpenLineage writes one of these names with an underscore."""

    processing_engine: ProcessingEngine
    parent: Parent | UnsetType = UNSET
    error_message: ErrorMessage | UnsetType = msgspec.field(name="errorMessage", default=UNSET)


class Run(msgspec.Struct, frozen=True, rename="camel"):
    """One execution of a job."""

    run_id: str
    facets: RunFacets


class _Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="schemaURL"):
    event_time: str
    producer: str = PRODUCER
    job: Job
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()


class RunEvent(_Event, frozen=True, kw_only=True, tag=_core("RunEvent")):
    """A job began or ended: lineage of what really ran. `event_time` is an RFC 3339 time stamp."""

    event_type: Literal["START", "COMPLETE", "FAIL"]
    run: Run


class JobEvent(_Event, frozen=True, kw_only=True, tag=_core("JobEvent")):
    """A job as it is designed: lineage of what was not seen to run."""


Event = RunEvent | JobEvent
