"""ABAC policies of the published catalog: one for each function that masks columns which carry the tag of their mask.

They are on the *catalog*: the schema of a new product is under them before it is there, one call reads them all, and
the vendor's limit (100 on a catalog) is of functions, not of ports. They are for everybody (`account users`) without
an exception: who sees a value is asked inside the function, as it is of a mask on a column, because a policy takes few
principals, and who is excepted may also clone the table and read its past. A policy's name, its function and the value
of the tag hold the same digest, so that a policy is never changed: what differs was changed by somebody.
Source: `catalog.PoliciesAPI` of the SDK; "ABAC requirements, quotas, and limitations" of the vendor.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from meshport.catalogs.databricks.registration.client import explained, in_path, once
from meshport.catalogs.databricks.registration.types import MASK_POLICY, Change, Ledger, Thing
from meshport.errors import UnavailableError
from meshport.model import Port, Product
from meshport.registry.book import Book
from meshport.resources import mask
from meshport.standards.types import TagTemplate

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

PREFIX = "meshport_mask_"
EVERYBODY = "account users"
ALIAS = "value"
ON, FOR, TYPE = "CATALOG", "TABLE", "POLICY_TYPE_COLUMN_MASK"
NEEDS = "MANAGE on the published catalog, EXECUTE on the function, and a workspace that has ABAC"
GOVERNED = {mask.TAG: TagTemplate("Which mask meshport puts on a column.", ("column",), "meta", governed=True)}
"""The governed tag that policies go by. It takes any value: one that no policy knows is refused before rows come."""
_CHANGED = "comment,to_principals,except_principals,when_condition,match_columns,column_mask"


def desired(products: Iterable[Product]) -> list[Thing]:
    """Return the policies that the ports of these products need, each once."""
    found = {}
    for port in (port for product in products for port in product.ports if port.by_policy):
        for value in _values(port):
            function = mask.function_named(port.relation.database, value)
            fields = {
                "type": TYPE,
                "function": str(function),
                "to": EVERYBODY,
                "except": "",
                "when": "",
                "columns": f"has_tag_value('{mask.TAG}','{value}') as {ALIAS}",
                "on": ALIAS,
                "using": "",
            }
            found[value] = Thing(MASK_POLICY, PREFIX + value, fields)
    return [found[value] for value in sorted(found)]


def observed(client: WorkspaceClient, database: str) -> dict[str, Thing]:
    """Return all policies on a catalog by key, whoever made them: a call a page."""
    with explained(f"reading the policies of {database}", NEEDS):
        things = [_thing(each) for each in client.policies.list_policies(ON, in_path(database))]
    return {thing.key: thing for thing in things}


def diff(wanted: Iterable[Thing], there: Mapping[str, Thing], ledger: Ledger) -> tuple[list[Change], tuple[str, ...]]:
    """Return the policies to make or to heal, and the names of those that are somebody else's and in the way. Pure."""
    changes, theirs = [], []
    for thing in wanted:
        held, ours = there.get(thing.key), thing.key in ledger
        if held is None:
            reason = "removed by somebody else" if ours else "not there yet"
            changes.append(Change(MASK_POLICY, "create", thing.name, thing.fields, reason))
        elif held != thing and ours:
            changes.append(Change(MASK_POLICY, "update", thing.name, thing.fields, "changed by somebody else"))
        elif held != thing:
            theirs.append(thing.name)
    return changes, tuple(theirs)


def gone(wanted: Iterable[Thing], there: Mapping[str, Thing], ledger: Ledger, used: Collection[str]) -> list[Change]:
    """Return the policies of ours that no port needs. Those whose tag some column carries (`used`) stay: whoever's
    column that is, it would be readable without them. Pure.
    """
    needed = {thing.key for thing in wanted}
    ours = [key for key in ledger if key.startswith(f"{MASK_POLICY}/") and key not in needed and key in there]
    names = [there[key].name for key in ours]
    return [
        Change(MASK_POLICY, "delete", name, {}, "no port needs it")
        for name in sorted(names)
        if name.removeprefix(PREFIX) not in used
    ]


def apply(client: WorkspaceClient, book: Book, database: str, wanted: list[Thing]) -> bool:
    """Make and heal policies, and read them back. Returns whether anything had to be done.

    Raises UnavailableError where they are not what they should be, whatever the reason.
    """
    ledger = book.read()
    changes, theirs = diff(wanted, observed(client, database), ledger)
    if theirs:
        raise UnavailableError(
            f"the policy {theirs[0]} of {database} is somebody else's, and masks otherwise than its name says",
            hint="let whoever made it drop it: a column with its tag would not be masked as it has to be",
        )
    # Before they are made, so that nothing of ours is taken for somebody else's; and what another domain made alike.
    book.write({thing.key: thing.fields for thing in wanted if ledger.get(thing.key) != thing.fields})
    for change in changes:
        _make(client, database, change)
    if changes and (left := diff(wanted, observed(client, database), book.read())[0]):
        raise UnavailableError(
            f"the policy {left[0].name} of {database} is not what was written", hint="somebody else is writing there"
        )
    return bool(changes)


def remove(client: WorkspaceClient, book: Book, database: str, changes: Iterable[Change]) -> None:
    """Delete policies. Raises UnavailableError."""
    for change in changes:
        with explained(f"deleting the policy {change.name}", NEEDS):
            _delete(client, database, change.name)
        book.forget([change.key])


def _values(port: Port) -> list[str]:
    return [mask.tag_of(port, column, column.mask) for column in port.contract.columns if column.mask is not None]


def _make(client: WorkspaceClient, database: str, change: Change) -> None:
    with explained(f"making the policy {change.name} on {database}", NEEDS):
        policy = _policy(database, change)
        if change.action == "create":
            once(lambda: client.policies.create_policy(policy), making=True)
            return
        held = client.policies.get_policy(ON, in_path(database), in_path(change.name))
        if held.policy_type != policy.policy_type:  # which cannot be changed; it masked nothing as it was
            _delete(client, database, change.name)
            once(lambda: client.policies.create_policy(policy), making=True)
        else:
            client.policies.update_policy(ON, in_path(database), in_path(change.name), policy, update_mask=_CHANGED)


def _delete(client: WorkspaceClient, database: str, name: str) -> None:
    once(lambda: client.policies.delete_policy(ON, in_path(database), in_path(name)), making=False)


def _policy(database: str, change: Change) -> Any:
    from databricks.sdk.service import catalog

    condition, _, alias = change.fields["columns"].rpartition(" as ")
    return catalog.PolicyInfo(
        name=change.name,
        comment="meshport: made from the standards, shared by ports; do not change it by hand",
        policy_type=catalog.PolicyType(TYPE),
        on_securable_type=catalog.SecurableType(ON),
        on_securable_fullname=database,
        for_securable_type=catalog.SecurableType(FOR),
        to_principals=[change.fields["to"]],
        match_columns=[catalog.MatchColumn(alias=alias, condition=condition)],
        column_mask=catalog.ColumnMaskOptions(change.fields["function"], alias),
    )


def _thing(held: Any) -> Thing:
    """Return a policy as the catalog has it, with what says nothing (blanks, case of names) taken out."""
    does = held.column_mask or held.row_filter
    fields = {
        "type": held.policy_type.value if held.policy_type else "",
        "function": (does.function_name or "").replace("`", "").lower() if does else "",
        "to": ", ".join(sorted(held.to_principals or ())),
        "except": ", ".join(sorted(held.except_principals or ())),
        "when": held.when_condition or "",
        "columns": "; ".join(f"{_plain(each.condition)} as {each.alias}" for each in held.match_columns or ()),
        "on": held.column_mask.on_column if held.column_mask else "",
        "using": ", ".join(each.alias or each.constant or "" for each in (does.using or ())) if does else "",
    }
    return Thing(MASK_POLICY, held.name or "", fields)


def _plain(condition: str | None) -> str:
    text = re.sub(r"hastagvalue(?=\()", "has_tag_value", condition or "", flags=re.IGNORECASE)
    return re.sub(r"\s*([(),])\s*", r"\1", text.strip())
