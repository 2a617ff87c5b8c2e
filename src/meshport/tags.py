"""The tags of a port and of its columns: the standards' tag templates filled in."""

from __future__ import annotations

from meshport.model import Gate, Port, Product
from meshport.standards import Standards


def port_tags(
    standards: Standards, product: Product, port: Port, declared: dict[str, str]
) -> tuple[dict[str, str], list[Gate]]:
    """Return a port's tags, and a blocked gate for each that is missing or not allowed."""
    values = {
        "product.domain": product.domain,
        "product.name": product.name,
        "product.title": product.title,
        "product.tier": product.tier,
        "product.owner": product.owner.email or product.owner.name,
        "port.version": port.version,
    }
    return _fill(standards, "port", port.label, values, declared)


def column_tags(
    standards: Standards, subject: str, classification: str | None, declared: dict[str, str]
) -> tuple[dict[str, str], list[Gate]]:
    """Return a column's tags, and a blocked gate for each that is missing or not allowed."""
    return _fill(standards, "column", subject, {"column.classification": classification}, declared)


def _fill(
    standards: Standards, kind: str, subject: str, values: dict[str, str | None], declared: dict[str, str]
) -> tuple[dict[str, str], list[Gate]]:
    tags: dict[str, str] = {}
    blocked: list[Gate] = []

    def block(reason: str, hint: str) -> None:
        blocked.append(Gate(name="tags", subject=subject, passed=False, reason=reason, hint=hint))

    for key, template in standards.tag_templates.items():
        if kind not in template.applies_to:
            continue
        value = declared.get(key) if template.source == "meta" else values.get(template.source)
        if value is None:
            if template.required:
                block(f"the tag `{key}` is required and has no value", f"it comes from {template.source}")
        elif template.values and value not in template.values:
            block(f"the tag `{key}` cannot be `{value}`", f"one of: {', '.join(template.values)}")
        else:
            tags[key] = value
    if not declared:
        return tags, blocked
    templates = standards.tag_templates.items()
    own = [key for key, template in templates if kind in template.applies_to and template.source == "meta"]
    for key in declared:
        if key not in standards.tag_templates:
            block(f"the tag `{key}` is not in the standards", f"one of: {', '.join(own)}")
        elif key not in own:
            block(f"the tag `{key}` cannot be declared on a {kind}", f"one of: {', '.join(own)}")
    return tags, blocked
