"""docs/reference/settings.md: everything that is set outside the command line, and everything that is written.

Names, types and defaults come from the program. What they mean is written here; a name without a meaning, or a meaning
without a name, is an error.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping

from msgspec import NODEFAULT
from msgspec.inspect import (
    AnyType,
    BoolType,
    DecimalType,
    DictType,
    Field,
    FloatType,
    IntType,
    LiteralType,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from docs._generate import meanings
from docs._generate.markdown import block, code, document, prose, table
from meshport.domains.file import DomainFile
from meshport.errors import ExitCode
from meshport.marketplace.settings import Settings
from meshport.mesh import Mesh
from meshport.model import RowFilter
from meshport.products import _DataProduct  # private, because nothing else in the program is to make one

EXAMPLE = """\
domain: sales
title: Sales
owner: {name: Sales data, email: sales-data@example.com}
registry: ../registry.db
published: {path: published/sales.duckdb}"""
SIGN_IN = """\
title: Acme data
url: https://data.acme.example
oidc:
  issuer: https://login.microsoftonline.com/TENANT/v2.0
  client_id: 11111111-2222-3333-4444-555555555555
  person: preferred_username
  groups: roles"""
_MEMBER = re.compile(r"^    (?P<name>[A-Z]+) = \d+(?:  # (?P<meaning>.*))?$", re.MULTILINE)


def page() -> str:
    """Return the reference of files and settings."""
    return document(
        "Files and settings",
        [
            "## `mesh.yml`",
            "At the root of a dbt project: it makes the project a domain. Unknown keys are refused.",
            block(EXAMPLE, "yaml"),
            table(("Key", "Type", "Default", "Meaning"), rows(type_info(Mesh), meanings.MESH)),
            "## `domains/<name>.yml`",
            "In the central team's repository: what a domain gets. Unknown keys are refused. See "
            "[the guide](../guides/provisioner.md).",
            table(("Key", "Type", "Default", "Meaning"), rows(type_info(DomainFile), meanings.DOMAIN)),
            "## `marketplace.yml`",
            "Beside `mesh.yml`, or as `meshport serve --config` names it; without it nobody signs in, and the "
            "marketplace is for this machine alone. It holds no secret. Unknown keys are refused. See "
            "[the guide](../guides/sign-in.md).",
            block(SIGN_IN, "yaml"),
            table(("Key", "Type", "Default", "Meaning"), rows(type_info(Settings), meanings.MARKETPLACE)),
            "## `config.meta`",
            "What meshport reads in dbt's YAML; `config.meta` of anything else, and other keys, are left alone.",
            table(("On", "Key", "Meaning"), ((on, code(key), prose(text)) for on, key, text in meanings.META)),
            "### `data_product`",
            "`true` alone is enough. Unknown keys block the product.",
            table(("Key", "Type", "Default", "Meaning"), rows(type_info(_DataProduct), meanings.DATA_PRODUCT)),
            "### `row_filter`",
            table(("Key", "Type", "Default", "Meaning"), rows(type_info(RowFilter), meanings.ROW_FILTER)),
            "## Environment variables",
            table(("Variable", "Meaning"), ((code(name), prose(text)) for name, text in meanings.VARIABLES.items())),
            "## Exit codes",
            "CI may branch on these: they do not change.",
            table(("Code", "Name", "Meaning"), _exit_codes()),
            "## Files that meshport writes",
            table(("File", "Written by", "What it is"), ((code(f), by, prose(text)) for f, by, text in meanings.FILES)),
        ],
    )


def rows(struct: Type, described: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Return a row for each setting: key, type, default, meaning."""
    assert isinstance(struct, StructType)
    fields = dict(_leaves(struct))
    if fields.keys() != described.keys():
        raise ValueError(f"described and there, but not both: {sorted(fields.keys() ^ described.keys())}")
    return [(code(key), _type(field.type), _default(field), prose(described[key])) for key, field in fields.items()]


def _leaves(struct: StructType, prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every key that holds a value, with its path, such as `published.path`."""
    for field in struct.fields:
        name = prefix + field.encode_name
        inner = _inner(field.type)
        if inner is not None:
            yield from _leaves(inner, f"{name}.")
        elif isinstance(field.type, DictType) and isinstance(field.type.value_type, StructType):
            yield from _leaves(field.type.value_type, f"{name}.<name>.")
        elif isinstance(field.type, VarTupleType) and isinstance(field.type.item_type, StructType):
            yield from _leaves(field.type.item_type, f"{name}[].")
        else:
            yield name, field


def _inner(kind: Type) -> StructType | None:
    """Return the keys below a key that has some, also where it may be left out as a whole."""
    kinds = kind.types if isinstance(kind, UnionType) else (kind,)
    return next((each for each in kinds if isinstance(each, StructType)), None)


def _type(kind: Type) -> str:
    """Return what a value is, in the words of somebody who writes YAML."""
    match kind:
        case UnionType(types):
            return " or ".join(_type(one) for one in types if not isinstance(one, NoneType))
        case StrType():
            parts = [f"matches `{kind.pattern}`"] if kind.pattern else []
            parts += [f"at most {kind.max_length} characters"] if kind.max_length else []
            return ", ".join(["text", *parts])
        case BoolType():
            return "true or false"
        case FloatType() | DecimalType():
            return "number"
        case IntType():
            return "whole number"
        case DictType():
            return f"mapping of {_type(kind.key_type)} to {_type(kind.value_type)}"
        case VarTupleType():
            return f"list of {_type(kind.item_type)}"
        case AnyType():
            return "anything"
        case LiteralType():
            return " or ".join(code(str(value)) for value in kind.values)
        case _:
            raise TypeError(f"no words for {kind}")


def _default(field: Field) -> str:
    if field.required:
        return "required"
    value = field.default if field.default is not NODEFAULT else field.default_factory()
    if isinstance(value, tuple):
        return ", ".join(map(code, value))
    return code(str(value).lower() if isinstance(value, bool) else str(value)) if value else ""


def _exit_codes() -> Iterator[tuple[str, str, str]]:
    said = {found["name"]: found["meaning"] for found in _MEMBER.finditer(inspect.getsource(ExitCode))}
    for member in ExitCode:
        yield str(int(member)), code(member.name), prose(said[member.name] or "done")
    yield "130", "", "stopped with Ctrl-C"
