"""Governed tags: a tag policy for each tag template with `governed: true`.

Policies are of the whole account, and so is whoever else writes them: values are added, never taken away, and a policy
that allows any value is left as it is, because a first value would forbid all others. Nothing is ever deleted, so there
is nothing for the ledger to remember.
Source: `tags.TagPoliciesAPI`; what keys and values may hold: the vendor's "Manage governed tags".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from meshport.catalogs.databricks.registration.client import explained, in_path, once
from meshport.catalogs.databricks.registration.types import TAG_POLICY, Change
from meshport.errors import InputError
from meshport.standards.types import TagTemplate

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.tags import Value

LONGEST = 256
_FORBIDDEN = re.compile(r"[*./<>%&?\\=\x00-\x1f]")
NEEDS = "CREATE, or MANAGE, on tag policies: somebody of the central team who has it can publish once"

Values = tuple[str, ...]


def desired(templates: Mapping[str, TagTemplate]) -> dict[str, TagTemplate]:
    """Return the templates that are governed, by key.

    Raises InputError where a key or a value cannot be a governed tag's.
    """
    governed = {key: template for key, template in templates.items() if template.governed}
    for key, template in governed.items():
        for text in (key, *template.values):
            if not text or len(text) > LONGEST or text != text.strip() or _FORBIDDEN.search(text):
                raise InputError(
                    f"the tag `{key}` cannot be governed: {text!r} is no key or value of a governed tag",
                    where="tag_templates.yml",
                    hint=f"at most {LONGEST} characters, none of * . / < > % & ? \\ =; or leave `governed` out",
                )
    return governed


def observed(client: WorkspaceClient) -> dict[str, Values]:
    """Return the values of every governed tag by key: a call a page of 1000."""
    with explained("reading governed tags"):
        return {
            policy.tag_key: tuple(value.name for value in policy.values or ())
            for policy in client.tag_policies.list_tag_policies(page_size=1000)
        }


def diff(wanted: Mapping[str, TagTemplate], there: Mapping[str, Values]) -> list[Change]:
    """Return the policies to make, and those that get more values. Pure."""
    changes = []
    for key, template in wanted.items():
        held = there.get(key)
        if held is None:
            values = template.values
            changes.append(Change(TAG_POLICY, "create", key, _fields(template, values), "the tag is governed"))
        elif held and (missing := [value for value in template.values if value not in held]):
            reason = f"more values: {', '.join(missing)}"
            changes.append(Change(TAG_POLICY, "update", key, _fields(template, tuple(missing)), reason))
    return changes


def apply(client: WorkspaceClient, wanted: Mapping[str, TagTemplate], there: Mapping[str, Values]) -> None:
    """Make what differs so. What somebody else makes of the same tag meanwhile is read again and kept."""
    from databricks.sdk.service.tags import TagPolicy

    for change in diff(wanted, there):
        template = wanted[change.name]
        with explained(f"making `{change.name}` a governed tag", NEEDS):
            if change.action == "create":
                policy = TagPolicy(
                    tag_key=change.name, description=template.description, values=_sent(template.values) or None
                )
                once(partial(client.tag_policies.create_tag_policy, policy), making=True)
            held = client.tag_policies.get_tag_policy(in_path(change.name))
            now = tuple(value.name for value in held.values or ())
            if diff({change.name: template}, {change.name: now}):
                values = (*now, *(value for value in template.values if value not in now))
                client.tag_policies.update_tag_policy(
                    in_path(change.name), TagPolicy(tag_key=change.name, values=_sent(values)), "values"
                )


def _sent(values: Values) -> list[Value]:
    from databricks.sdk.service.tags import Value

    return [Value(name=value) for value in values]


def _fields(template: TagTemplate, values: Values) -> dict[str, str]:
    return {"description": template.description, "values": ", ".join(values)}
