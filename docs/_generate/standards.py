"""docs/reference/standards.md: the default standards."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.inspect import type_info

from docs._generate import ROOT, meanings
from docs._generate.markdown import code, codes, document, prose, table
from docs._generate.settings import rows
from meshport.cli.standards import terms
from meshport.standards import AccessRule, load_standards
from meshport.standards.ranking import BOUNDS
from meshport.standards.tighten import FIELDS, LINT, PROTECTION

PROTECTIONS = [
    ("`column_masks` (what is taken where nobody says)", "a mask function that is set on the column"),
    (
        "`abac`",
        "a governed tag on the column, and a policy of the published catalog that masks what carries it: "
        "[the guide](../guides/databricks.md#governed-tags-and-policies-instead-of-masks-of-each-table)",
    ),
]


def page() -> str:
    """Return the reference of the default standards."""
    standards = load_standards(ROOT / "standards")
    masks_of = [
        (code(name), prose(entry.description), codes(entry.masks) or "none: published as it is", codes(entry.detect))
        for name, entry in standards.classifications.items()
    ]
    masks = [
        (
            code(name),
            prose(entry.description),
            codes(entry.types),
            f"[`{entry.method}`](macros.md#{entry.method})",
            codes(f"{key}: {value}" for key, value in entry.arguments.items()),
            "yes" if entry.distinct else "",
        )
        for name, entry in standards.masks.items()
    ]
    tags = [
        (
            code(name),
            prose(entry.description),
            ", ".join(entry.applies_to),
            code(entry.source) if entry.source != "meta" else code(f"config.meta.tags.{name}"),
            "yes" if entry.required else "",
            codes(entry.values),
        )
        for name, entry in standards.tag_templates.items()
    ]
    ranking = [
        (code(name), prose(entry.description), f"{entry.weight:g}", *(f"{bound:g}" for bound in BOUNDS[name]))
        for name, entry in standards.ranking.items()
    ]
    lint = [
        (code(section), codes(f"{key} = {value}" for key, value in keys.items()))
        for section, keys in standards.lint.items()
    ]
    return document(
        "Standards",
        [
            "What ships with meshport in [`standards/`](../../standards); how to write them is in "
            "[the guide for the central team](../guides/central-team.md).",
            "## Classifications",
            "A column says what it holds in `config.meta.classification`. It is published under the first of these "
            "masks that takes its type, or under the one that `config.meta.mask` names, if it is of this list. "
            "`meshport inspect` suggests a classification where the column's name matches.",
            table(("Classification", "Meaning", "Masks", "Names that suggest it"), masks_of),
            "## Masks",
            "Only a mask that keeps different values different may hide a column that the contract calls unique.",
            table(("Mask", "What it does", "Types", "Macro", "Arguments", "Keeps values different"), masks),
            "## Tags",
            "`meta` in `from` of a template is `config.meta.tags.<tag>` of the group (for all of its ports), the model "
            "or the column. A required tag without a value, and a value that is not allowed, block a publish. "
            "`governed: true` in a template asks for a governed tag on Databricks, with these values.",
            table(("Tag", "Meaning", "On", "Value from", "Required", "Allowed values"), tags),
            "## Access",
            "Who gets access, and who decides. A rule speaks of products with a column of one of its classifications "
            "or their families (`unclassified`: a column that says nothing); of every product where it names none. Of "
            "all rules that speak of a product, the strictest counts in each respect. How they work is in "
            "[the guide to access](../guides/access.md).",
            table(
                ("Rule", "Meaning", "Speaks of", "Terms"),
                [
                    (
                        code(name),
                        prose(rule.description),
                        codes(rule.classifications) or "every product",
                        "; ".join(terms(rule)),
                    )
                    for name, rule in standards.access.items()
                ],
            ),
            table(("Field", "Type", "Default", "Meaning"), rows(type_info(AccessRule), meanings.ACCESS_RULE)),
            "## Ranking",
            "The order of search results, as [`ranking.yml`](../../standards/ranking.yml) weighs it. A word counts in "
            "one field of a product, times how it fits there and its share of the query (the larger, the fewer "
            "products have the word). What is known of a product besides counts in proportion to its text. "
            "`meshport search --explain` shows the terms.",
            table(("Term", "Meaning", "Weight", "From", "To"), ranking),
            "## How masks are enforced",
            "`protection: {databricks: ...}` in `standards.yml`. On a laptop there is no choice: a port is a copy that "
            "holds masked values.",
            table(("On Databricks", "What hides a masked column of a table"), PROTECTIONS),
            "## Lint",
            "What [`sqlfluff.cfg`](../../standards/sqlfluff.cfg) sets for `meshport lint`.",
            table(("Section", "Settings"), lint),
            "## What a domain may change",
            "A domain adds entries as it likes. In an entry of the standards that it builds on, it may change what "
            "stands here, in the way that stands here; everything else stays as it is. The same holds for standards "
            "that extend others.",
            table(("Of", "Field", "It"), _changes()),
            "Other keys of `sqlfluff.cfg` stay where the standards set them; where they do not, they are the domain's.",
        ],
    )


def _changes() -> Iterator[tuple[str, str, str]]:
    for kind, fields in FIELDS.items():
        for field, way in fields.items():
            yield kind.replace("_", " "), code(field), prose(way.said)
    yield "`standards.yml`", code("protection"), prose(PROTECTION)
    for key, way in LINT.items():
        yield "`sqlfluff.cfg`, section `sqlfluff`", code(key), prose(way.said)
