"""`mesh.yml`: which domain this project is, and where it publishes to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from meshport.errors import InputError
from meshport.model import Owner
from meshport.schedules import Schedule

FILE_NAME = "mesh.yml"


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The published zone. `database` is its name in the catalog, `path` its file (DuckDB only).

    `parallel` is how many ports are written at a time, `certify` whether ports that have earned it are tagged as
    certified, `settle_seconds` how long a port waits for its rows once its columns are tagged, where policies mask what
    is tagged: Databricks says that a tag takes a few minutes to have its effect (Databricks only).
    """

    database: str | None = None
    path: str | None = None
    parallel: Annotated[int, msgspec.Meta(ge=1, le=64)] = 8
    certify: bool = True
    settle_seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 300


class StandardsSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where standards are: a `folder`, a `git` repository at a `ref`, or an installed `package`.

    `path` is the standards' folder in the repository or in the package. A relative `folder` or `git` starts at the file
    that says it. Nothing at all stands for what ships with meshport.
    """

    folder: str | None = None
    git: str | None = None
    ref: str | None = None
    path: str | None = None
    package: str | None = None

    def __post_init__(self) -> None:
        said = [name for name in ("folder", "git", "package") if getattr(self, name) is not None]
        if len(said) > 1:
            raise ValueError(f"standards are in one place, not in {' and '.join(said)}")
        if (self.git is None) != (self.ref is None):
            raise ValueError("`git` and `ref` (a tag, a branch or a commit) go together")
        if self.path is not None and self.git is None and self.package is None:
            raise ValueError("`path` is a folder within `git` or `package`")


class Warehouse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A SQL warehouse of the domain. `budget` is what it may cost in a month, in the currency of the bill."""

    size: str | None = None
    auto_stop_minutes: Annotated[int, msgspec.Meta(ge=0)] | None = None
    budget: Annotated[float, msgspec.Meta(ge=0)] | None = None


class Unity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An open-source Unity Catalog server to register published products in. Its token is in UNITY_TOKEN, never here.

    `catalog` is the catalog there, `storage` the folder that published rows are exported to (DuckDB only; relative
    ones start at the file's folder). `principals` names the server's user for a subscriber: it knows users only.
    """

    url: str | None = None
    catalog: str | None = None
    storage: str | None = None
    principals: dict[str, str] = {}


class Alert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A route of alerts. `address` names the environment variable that holds where to: a webhook's URL, or for e-mail
    `smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS&to=ADDRESS`. It is a secret, never in this file.

    `severity` `hard` leaves out incidents that are soft. `products` are patterns of keys (`sales.*`).
    """

    to: Literal["slack", "teams", "webhook", "email"]
    address: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    severity: Literal["soft", "hard"] = "soft"
    products: tuple[str, ...] = ("*",)

    @property
    def name(self) -> str:
        """How the route is named where it is kept which alerts went by it."""
        return f"{self.to}:{self.address}"


class Guard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a publish may take away without a word: of each kind at most the share `removals` of what was written, and
    anything where fewer than `beginning_with` were.
    """

    removals: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.3
    beginning_with: Annotated[int, msgspec.Meta(ge=0)] = 10


class Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What running costs where nobody bills: the rate of an hour (a number, or a text for an exact one), and of which
    `currency` it is.
    """

    rate_per_hour: Decimal | None = None
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")] | None = None

    def __post_init__(self) -> None:
        if (self.rate_per_hour is None) != (self.currency is None):
            raise ValueError("`rate_per_hour` and `currency` go together")
        if self.rate_per_hour is not None and not 0 <= self.rate_per_hour < 10**9:
            raise ValueError("`rate_per_hour` is what an hour costs: not less than 0")


Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@-]*\Z", max_length=128)]
"""The name of something of a workspace, or of what dbt names."""


class DeployTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One environment that the pipeline runs in: the `catalog` and `schema` that dbt builds into, and dbt's `target`.

    One that is `paused` runs only when somebody starts it.
    """

    catalog: Name | None = None
    schema: Name = "internal"
    target: Name = "databricks"
    paused: bool = False


class Deploy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the pipeline of the domain runs: when, where, as whom, and who hears of what fails.

    `run_as` is a service principal, `warehouse` and `cluster_policy` are the workspace's, by name, `secrets` is a
    secret scope. `emails` are addresses, `destinations` the workspace's notification destinations (Slack, Teams,
    webhooks).
    """

    schedule: Schedule = Schedule(cron="0 5 * * *")
    environments: dict[Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\Z")], DeployTo] = {}
    run_as: Name | None = None
    warehouse: Name | None = None
    cluster_policy: Name | None = None
    secrets: Name | None = None
    emails: tuple[str, ...] = ()
    destinations: tuple[Name, ...] = ()
    retries: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
    timeout_minutes: Annotated[int, msgspec.Meta(ge=1, le=10080)] = 120

    @property
    def places(self) -> dict[str, DeployTo]:
        """The environments; where none is named there is one, `prod`."""
        return self.environments or {"prod": DeployTo()}


class Mesh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `mesh.yml` says. `domain` is small letters, digits and underscores: it is a part of every key.

    `registry` is a path or an SQLAlchemy URL; relative paths start at the file's folder.
    """

    domain: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    title: str | None = None
    description: str = ""
    owner: Owner = Owner()
    registry: str | None = None
    published: Published = Published()
    standards: StandardsSource = StandardsSource()
    warehouses: dict[str, Warehouse] = {}
    guard: Guard = Guard()
    unity: Unity = Unity()
    alerts: tuple[Alert, ...] = ()
    cost: Cost = Cost()
    deploy: Deploy = Deploy()

    @property
    def published_database(self) -> str:
        """The name of the published zone in the catalog."""
        return self.published.database or f"{self.domain}_published"

    def published_path(self, project_dir: Path) -> Path:
        """Return the published DuckDB file, absolute."""
        return (project_dir / (self.published.path or f"{self.published_database}.duckdb")).resolve()


def load_mesh(project_dir: Path) -> Mesh:
    """Read `mesh.yml` of a project.

    Raises InputError where it is missing, is not YAML, or has unknown or ill-typed keys.
    """
    path = project_dir / FILE_NAME
    if not path.is_file():
        raise InputError(
            f"there is no {FILE_NAME} here",
            where=str(project_dir),
            hint="run `meshport new .` to make this dbt project a domain, or name one with --project-dir",
        )
    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Mesh)
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InputError(f"{FILE_NAME} cannot be read: {error}", where=str(path)) from error
