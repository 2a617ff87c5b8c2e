"""`domains/<name>.yml`: what a domain gets. The central team keeps these files in its repository and reviews them."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

import msgspec
import yaml

from meshport.errors import InputError, NotFoundError
from meshport.mesh import Warehouse
from meshport.model import fold
from meshport.standards.yaml_file import YamlFile

FOLDER = "domains"
FORMAT = 1
PlatformName = Literal["duckdb", "databricks"]
Access = Literal["write", "read", "none"]
Line = Annotated[str, msgspec.Meta(pattern=r"^\S[^\r\n]*\Z", max_length=280)]
"""One line of text."""
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\Z", max_length=60)]
"""A name that needs no quotes anywhere."""
Principal = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@-]*\Z", max_length=128)]
"""The name of a group or a service principal."""
TagKey = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_ ]*\Z", max_length=128)]
Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]


class Team(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers for the domain: for people, and the `group` that manages what the domain has."""

    name: Line
    email: Line
    group: Principal


class Environment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One environment: the `catalog` that dbt builds into with its `schemas`, and the `published` one with the ports.

    `storage` is the managed location of both (Databricks: a URL of an external location, none for the metastore's own;
    DuckDB: a folder, from the top of the repository). `developers` is what the developer group may do in it.
    """

    catalog: Identifier
    published: Identifier | None = None
    schemas: tuple[Identifier, ...] = ("internal",)
    storage: Line | None = None
    developers: Access = "read"

    @property
    def catalogs(self) -> tuple[str, ...]:
        """The catalogs of the environment."""
        return (self.catalog,) if self.published is None else (self.catalog, self.published)


class Ci(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The service principal that CI builds and publishes as: made by `name`, or one that is there, by its id."""

    name: Principal
    application_id: Uuid | None = None

    @property
    def principal(self) -> str:
        """What grants name: an application id is only known once there is one."""
        return self.application_id or self.name


class DomainFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of a domain file. `platform` says where the domain lives.

    `groups` says whether meshport makes the two groups, or they exist (an identity provider brings them). `warehouses`
    are what `mesh.yml` calls so; `cluster_policies` hold Databricks' definition. `tags` go on every catalog and
    warehouse. `discover_tag` is the governed tag that carries the domain on the Discover page; none: not shown there.
    """

    format: Annotated[int, msgspec.Meta(ge=1, le=FORMAT)]
    name: Identifier
    title: Line
    description: str = ""
    platform: PlatformName
    owner: Team
    developers: Principal
    groups: Literal["create", "existing"] = "existing"
    environments: dict[Identifier, Environment]
    warehouses: dict[Identifier, Warehouse] = {}
    cluster_policies: dict[Identifier, dict[str, Any]] = {}
    ci: Ci | None = None
    tags: dict[TagKey, Line] = {}
    discover_tag: TagKey | None = None

    def __post_init__(self) -> None:
        if not self.environments:
            raise ValueError("a domain has one environment at least")
        catalogs = [fold(name) for each in self.environments.values() for name in each.catalogs]
        if twice := sorted({name for name in catalogs if catalogs.count(name) > 1}):
            raise ValueError(f"the catalog `{twice[0]}` is named twice")
        if sum(each.published is not None for each in self.environments.values()) > 1:
            raise ValueError("`published` is of one environment: a product is published once")
        principals = [self.owner.group, self.developers, *([self.ci.name] if self.ci else [])]
        if len({name.casefold() for name in principals}) < len(principals):
            raise ValueError("owner group, developer group and service principal need names of their own")
        for each in self.environments.values() if self.platform == "duckdb" else ():
            place = PurePath(each.storage or "")
            if place.is_absolute() or ".." in place.parts:
                raise ValueError(f"`storage` is a folder within the repository, not {each.storage}")
        if self.discover_tag in self.tags:
            raise ValueError(f"`{self.discover_tag}` is the discover_tag and cannot be among `tags`")

    @property
    def publishing(self) -> Environment | None:
        """The environment that products are published in."""
        return next((each for each in self.environments.values() if each.published is not None), None)

    def storage(self, each: Environment) -> str:
        """Return where the files of an environment are; empty for the metastore's own place."""
        return each.storage or (f"data/{self.name}" if self.platform == "duckdb" else "")


NAMED: dict[str, Any] = {"environments": Environment, "warehouses": Warehouse}
"""Sections that name what is in them."""


class Read(msgspec.Struct, frozen=True):
    """A domain file that was read: what it says, and where each part of it stands. `root` is the repository's top."""

    root: Path
    said: DomainFile
    yaml: YamlFile

    @property
    def path(self) -> str:
        """The file, from the top of the repository."""
        return f"{FOLDER}/{self.said.name}.yml"

    def where(self, *steps: str) -> str:
        """Return file and line of a part, the file from the top of the repository."""
        return f"{FOLDER}/{Path(self.yaml.where(*steps)).name}"


def path_of(root: Path, name: str) -> Path:
    """Return where the file of a domain is in a repository. Raises NotFoundError for what is no name of one."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise NotFoundError(f"{name!r} is no name of a domain", hint="small letters, digits and underscores")
    return root / FOLDER / f"{name}.yml"


def names_in(root: Path) -> list[str]:
    """Return the domains that have a file in a repository, in order."""
    return sorted(each.stem for each in (root / FOLDER).glob("*.yml"))


def read_domain(root: Path, name: str) -> Read:
    """Read the file of a domain. Raises NotFoundError where there is none, InputError with file and line where it does
    not fit.
    """
    path = path_of(root, name)
    if not path.is_file():
        known = ", ".join(names_in(root)) or "none yet"
        raise NotFoundError(
            f"there is no domain `{name}` here", where=str(path), hint=f"meshport domain new {name}; known: {known}"
        )
    file = YamlFile(path)
    for section, shape in NAMED.items():
        entries = file.content.get(section)
        for key, entry in entries.items() if isinstance(entries, dict) else ():
            file.fit(entry, shape, section, str(key))  # on its own, so that an error says which it is about
    said = file.fit(file.content, DomainFile)
    if said.name != name:
        raise InputError(f"the file says `name: {said.name}`", where=file.where("name"), hint=f"name it {name}")
    return Read(root, said, file)


def write_domain(root: Path, said: DomainFile) -> Path:
    """Write the file of a new domain. Raises InputError where there is one, or it cannot be written."""
    path = path_of(root, said.name)
    data = msgspec.json.decode(msgspec.json.encode(said))
    text = HEAD + yaml.safe_dump(_said(data), sort_keys=False, allow_unicode=True, width=110)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise InputError(f"there is a domain `{said.name}` already", where=str(path), hint="edit its file") from error
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror}", where=str(path)) from error
    return path


def _said(value: Any) -> Any:
    """Return a part of a file without what it does not say."""
    if not isinstance(value, dict):
        return value
    return {key: _said(each) for key, each in value.items() if each not in (None, "", {}, [])}


HEAD = """\
# What this domain gets. Review it as code: `meshport domain plan` shows what it comes to, `domain apply` makes it.
# Every key is explained in docs/reference/settings.md of meshport.
"""
