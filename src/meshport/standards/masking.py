"""Which mask a column is published under: its classification, its type, and what the standards allow."""

from __future__ import annotations

from meshport.datatypes import family
from meshport.errors import BlockedError
from meshport.model import Mask
from meshport.standards.types import Standards


def choose_mask(
    standards: Standards, classification: str, data_type: str | None, wish: str | None, dialect: str
) -> Mask | None:
    """Return the mask for a column of that classification and type, None where the classification has no masks.

    `wish` is the mask that the column itself names; it must be one of the classification's.
    Raises BlockedError where no mask can be chosen: a column that must be masked is never published as it is.
    """
    known = standards.classifications.get(classification)
    if known is None:
        raise BlockedError(
            f"the classification `{classification}` is not in the standards",
            hint=f"one of: {', '.join(standards.classifications)}",
        )
    if not known.masks and wish is None:
        return None
    if wish is not None and wish not in known.masks:
        raise BlockedError(
            f"the mask `{wish}` is not allowed for `{classification}`",
            hint=f"one of: {', '.join(known.masks) or 'none; it is published as it is'}",
        )
    kind = family(data_type, dialect) if data_type else None
    for name in [wish] if wish is not None else known.masks:
        mask = standards.masks[name]
        if "any" in mask.types or kind in mask.types:
            return Mask(
                name=name,
                method=mask.method,
                arguments=mask.arguments,
                distinct=mask.distinct,
                visible_to=mask.visible_to,
            )
    raise BlockedError(
        f"no mask of `{classification}` takes the type {data_type or '(none declared)'}",
        hint=f"change the column's type, or let the standards allow a mask for it; allowed: {', '.join(known.masks)}",
    )
