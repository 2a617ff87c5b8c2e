"""The facet of column lineage: a flow in the names of datasets."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from meshport.openlineage.datasets import Datasets
from meshport.openlineage.flow import Flow, Source
from meshport.openlineage.transformations import INDIRECT, Transformations
from meshport.openlineage.types import ColumnLineage, InputField, InputFields


def column_lineage(flow: Flow, datasets: Datasets) -> ColumnLineage | UnsetType:
    """Return the facet of a node's output; unset where nothing is known.

    A column with an origin that has no dataset's name is left out, as an unresolved one is: half a lineage would look
    like all of it. So is one without origins: there is nothing to tell of a constant.
    """
    fields = {}
    for name, sources in flow.fields.items():
        inputs = [_input_field(datasets, source, how) for source, how in sources.items()]
        known = tuple(each for each in inputs if each is not None)
        if inputs and len(known) == len(inputs):
            fields[name] = InputFields(known)
    rows = tuple(found for source in flow.rows if (found := _input_field(datasets, source, (INDIRECT,))) is not None)
    return ColumnLineage(fields=fields, dataset=rows or UNSET) if fields or rows else UNSET


def _input_field(datasets: Datasets, source: Source, transformations: Transformations) -> InputField | None:
    place = datasets.place(source[0])
    return None if place is None else InputField(*place, source[1], transformations)
