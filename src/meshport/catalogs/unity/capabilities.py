"""What an open-source Unity Catalog server can do, as data: said once by the commands, and in the reference.

`CANNOT` is what meshport does on other catalogs and not here, with what it does instead. `CALLS` is what each call
does; `tests/unity/test_calls.py` makes every one of them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

CANNOT = (
    ("tags", "properties, of ports and products; not of columns"),
    ("masks and row filters", "the exported rows hold masked values, and only the rows that the filter shows"),
    ("lineage", "the property meshport.built_from; for columns: meshport lineage emit"),
    ("test results", "the property meshport.tests"),
    ("certification", "the property meshport.status"),
    ("SQL", "exported files, which a reader with SELECT opens"),
    ("changing a table", "its registration is deleted and made anew; what others have on it is brought back"),
    ("groups", "users only: `unity.principals` in mesh.yml names one for a domain"),
)

Outcome = Literal["works", "refused", "not there"]


class Call(msgspec.Struct, frozen=True):
    """One call: how it ends, and what is worth knowing. `authorised`: asked of a server that authorises."""

    id: str
    call: str
    outcome: Outcome
    note: str = ""
    authorised: bool = False


CALLS = (
    Call("catalog", "POST, GET `/catalogs`", "works", "comment and properties"),
    Call("catalog-patch", "PATCH `/catalogs/{name}`", "works", "the properties sent take the place of all"),
    Call("catalog-delete", "DELETE `/catalogs/{name}` with schemas in it", "refused", "400, unless `force=true`"),
    Call("schema", "POST, GET `/schemas`", "works", "comment (at most 255 characters) and properties"),
    Call(
        "schema-patch",
        "PATCH `/schemas/{full_name}`",
        "works",
        "as for catalogs; an empty set of properties is passed over",
    ),
    Call("schema-delete", "DELETE `/schemas/{full_name}` with tables in it", "refused", "400, unless `force=true`"),
    Call("table", "POST, GET `/tables`, EXTERNAL, PARQUET or DELTA", "works", "columns, comment, properties, location"),
    Call("table-location", "POST `/tables`, EXTERNAL without `storage_location`", "refused", "400"),
    Call("table-again", "POST `/tables` of a name that is there", "refused", "409"),
    Call("table-patch", "PATCH `/tables/{full_name}`", "not there", "405 or 404"),
    Call("table-delete", "DELETE `/tables/{full_name}`", "works", "the files of an external table stay; its grants go"),
    Call(
        "name",
        "POST `/schemas`, a name with a space, a dot, a quote or `é`",
        "refused",
        "400; columns may have any name",
    ),
    Call("long-property", "a property of more than 255 characters", "refused", "500"),
    Call("pages", "GET of a listing with `max_results` and `page_token`", "works", "at most 100 a page, by name"),
    Call("grants-off", "PATCH `/permissions`, no authorization", "works", "200, but **nothing is kept**"),
    Call("grants", "GET, PATCH `/permissions/{type}/{full_name}`", "works", "additions and removals of one user", True),
    Call(
        "grant-unknown", "PATCH `/permissions` for a user it does not know", "refused", "404; groups do not exist", True
    ),
    Call("no-token", "any call without a token", "refused", "401; a server without authorization answers all", True),
    Call("users", "GET `/api/1.0/unity-control/scim2/Users`", "works", "", True),
    Call("tags", "`/entity-tag-assignments`, `/tag-policies`, `/policies`", "not there"),
    Call("lineage", "`/lineage-tracking/external-metadata`", "not there"),
    Call("sql", "`/sql/statements`", "not there"),
)
