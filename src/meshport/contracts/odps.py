"""A product as a descriptor of the Open Data Product Standard (ODPS 1.0.0, by Bitol). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshport.contracts.odcs_write import Entry, contract_id, custom_properties, lean, team, url_of
from meshport.model import Port, Product

API_VERSION = "v1.0.0"


def odps(product: Product, *, version: str, status: str) -> Entry:
    """Return a product as an ODPS document: its ports name the contracts that `odcs` writes."""
    channels = {tool: channel for tool, channel in product.support.items() if url_of(channel) is None}
    return lean(
        {
            "apiVersion": API_VERSION,
            "kind": "DataProduct",
            "id": product.key,
            "name": product.title,
            "version": version,
            "status": status,
            "domain": product.domain,
            "description": lean({"purpose": product.description, "limitations": product.terms}),
            "inputPorts": list(_inputs(product)),
            "outputPorts": [_output(product, port, version) for port in product.ports],
            # The standard's support channels must have a URL; those without one are custom properties.
            "support": [
                {"channel": channel, "url": url_of(channel), "tool": tool}
                for tool, channel in product.support.items()
                if tool not in channels
            ],
            "team": team(product.owner),
            "customProperties": custom_properties(
                {"productName": product.name, "tier": product.tier, "tags": product.tags, "support": channels}
            ),
        }
    )


def _output(product: Product, port: Port, version: str) -> Entry:
    return lean(
        {
            "name": port.name,
            "description": port.description,
            "type": "table",
            # A model without versions has the one of its product.
            "version": port.version or version,
            "contractId": contract_id(product.key, port.label),
        }
    )


def _inputs(product: Product) -> Iterator[dict[str, Any]]:
    """Yield the ports of other products that this one is made from, each once."""
    found = {
        (upstream.product, upstream.unique_id)
        for port in product.ports
        for upstream in port.upstream
        if upstream.product is not None
    }
    for key, unique_id in sorted(found):
        _, _, label = unique_id.split(".", 2)
        name, _, number = label.partition(".v")
        yield {"name": name, "version": number or "latest", "contractId": contract_id(key, label)}
