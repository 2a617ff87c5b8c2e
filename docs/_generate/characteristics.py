"""docs/reference/characteristics.md: what each characteristic of a data product is measured by."""

from __future__ import annotations

from textwrap import dedent

from docs._generate.markdown import block, document, prose, table
from meshport.information_schema.names import tables_named
from meshport.insights import CHARACTERISTICS
from meshport.insights.characteristics import RANGE

EXAMPLE = """\
meshport insights                # the mesh, by domain
meshport insights sales          # a domain
meshport insights sales.orders   # a product, with the evidence"""


def page() -> str:
    """Return the reference of the characteristics."""
    blocks = [
        "What the marketplace and [`meshport insights`](commands.md#meshport-insights) say of a product: the "
        "characteristics that the data mesh papers name, with cost and compliance beside them. Each is a query over "
        "the [mesh information schema](information-schema.md), filled from the registry alone, and returns evidence: "
        "claims that hold, that do not hold, or that nothing shows.",
        block(EXAMPLE, "sh"),
        "## Values",
        prose(
            f"{RANGE}. A claim that nothing shows counts as not holding at the lower end of the value and as holding "
            "at the upper end: with three that hold, one that does not and one that is unknown, it is `60–80 %`. "
            "Where nothing is known at all, the value is `unknown`: not 0, and not 100 %. Values are rounded away from "
            "praise, so that 100 % is all of it."
        ),
        "A domain's value, and the mesh's, is the mean of its products' values; a product of which nothing is known "
        "counts from 0 to 100 %. Retired products and ports count nowhere. A change of the claims, such as another "
        "test, changes the value: compare what is said, not two figures of different products.",
        "## The characteristics",
        table(
            ("Characteristic", "Question", "Range", "Missing evidence", "Tables"),
            (
                (
                    f"[{each.name}](#{each.name.replace(' ', '-')})",
                    each.question,
                    RANGE.partition(":")[0],
                    prose(each.missing),
                    ", ".join(f"`{key}`" for key in sorted(tables_named(each.query))) or "",
                )
                for each in CHARACTERISTICS
            ),
        ),
        "`current_ports` in the queries are the ports in `mesh.ports` that are not retired.",
    ]
    for each in CHARACTERISTICS:
        blocks += [
            f"### {each.name}",
            f"{each.question} {prose(each.missing)}",
            block(dedent(each.query).strip(), "sql"),
        ]
    return document("Characteristics of data products", blocks)
