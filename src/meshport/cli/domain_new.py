"""`meshport domain new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import domain_options
from meshport.cli.new import answer_pairs
from meshport.cli.output import say

if TYPE_CHECKING:
    from meshport.domains.file import DomainFile

ASKED = {
    "title": "The domain's name for people",
    "owner_name": "The team that answers for it",
    "owner_email": "Their e-mail address",
}
"""What is asked where there is a terminal and no option says it. Everything else has a default, and is in the file."""


@click.command()
@click.argument("name")
@domain_options.folder
@click.option("--title", help="The domain's name for people.")
@click.option("--description", default="", help="What its data is about.")
@click.option("--owner-name", help="The team that answers for it.")
@click.option("--owner-email", help="Their e-mail address.")
@click.option("--owner-group", help="The group that manages what it has. Default: NAME-owners.")
@click.option("--developer-group", help="The group of its developers. Default: NAME-developers.")
@click.option(
    "--groups",
    type=click.Choice(["create", "existing"]),
    default="existing",
    show_default=True,
    help="Whether meshport makes the two groups, or an identity provider brings them (Databricks).",
)
@click.option(
    "--platform",
    type=click.Choice(["duckdb", "databricks"]),
    default="databricks",
    show_default=True,
    help="Where the domain lives.",
)
@click.option("--storage", help="The managed location: a URL on Databricks, a folder for DuckDB files.")
@click.option("--size", default="Small", show_default=True, help="The size of its SQL warehouse.")
@click.option("--auto-stop-minutes", type=click.IntRange(min=0), default=10, show_default=True)
@click.option("--budget", type=click.FloatRange(min=0), default=500.0, show_default=True, help="For a month.")
@click.option("--discover/--no-discover", default=True, show_default=True, help="On the Discover page (Databricks).")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", callback=answer_pairs, help="Repeatable.")
@click.option("--defaults", "--no-input", is_flag=True, help="Ask nothing, as where there is no terminal.")
def new(name: str, folder: Path, defaults: bool, **given: object) -> None:
    """Write the file of a new domain, to be reviewed.

    \b
    meshport domain new sales                               ask three questions, write domains/sales.yml
    meshport domain new sales --no-input --owner-name "Sales data" --size Medium --budget 800
    meshport domain new sales --platform duckdb             on this machine, in DuckDB files

    Nothing is made yet: commit the file, let it be reviewed, then `meshport domain apply`. On Databricks a domain
    begins with the environments dev, which developers write, and prod, which CI publishes.
    """
    from meshport.domains.file import write_domain

    answers = dict(given)
    if not defaults and sys.stdin.isatty() and sys.stdout.isatty():
        for key, question in ASKED.items():
            if answers[key] is None:
                answers[key] = click.prompt(question, default=_default(name, key), err=True)
    path = write_domain(folder.resolve(), _said(name, answers))
    say(f"Written: {path}")
    say("Next:")
    say("  git add, commit and let it be reviewed")
    say(f"  meshport domain plan {name}      what would it change?")
    say(f"  meshport domain apply {name}     make it")


def _default(name: str, key: str) -> str:
    title = name.replace("_", " ").capitalize()
    email = f"{name.replace('_', '-')}@example.com"
    return {"title": title, "owner_name": f"{title} team", "owner_email": email}[key]


def _said(name: str, answers: dict[str, object]) -> DomainFile:
    """Return the domain that the answers describe. Raises InputError naming the key that does not fit."""
    import msgspec

    from meshport.domains.file import FORMAT, DomainFile
    from meshport.errors import InputError

    dashed = name.replace("_", "-")
    told = {key: answers[key] or _default(name, key) for key in ASKED}
    laptop = answers["platform"] == "duckdb"
    storage = {} if answers["storage"] is None else {"storage": answers["storage"]}
    published = f"{name}_published"
    if laptop:
        environments = {"dev": {"catalog": name, "published": published, "developers": "write", **storage}}
    else:
        environments = {
            "dev": {"catalog": f"{name}_dev", "developers": "write", **storage},
            "prod": {"catalog": name, "published": published, "developers": "read", **storage},
        }
    keys = ("size", "auto_stop_minutes", "budget")
    data = {
        "format": FORMAT,
        "name": name,
        "title": told["title"],
        "description": answers["description"],
        "platform": answers["platform"],
        "owner": {
            "name": told["owner_name"],
            "email": told["owner_email"],
            "group": answers["owner_group"] or f"{dashed}-owners",
        },
        "developers": answers["developer_group"] or f"{dashed}-developers",
        "groups": answers["groups"],
        "environments": environments,
        "warehouses": {f"{name}_sql": {key: answers[key] for key in keys}},
        "cluster_policies": {} if laptop else {f"{name}_jobs": CLUSTERS},
        "ci": None if laptop else {"name": f"{dashed}-ci"},
        "tags": answers["tags"],
        "discover_tag": None if laptop or not answers["discover"] else f"domain_{name}",
    }
    try:
        return msgspec.convert(data, DomainFile)
    except msgspec.ValidationError as error:
        raise InputError(
            f"this is no domain: {error}", hint="the key is the last part of the path behind `$`"
        ) from error


CLUSTERS = {
    "autotermination_minutes": {"type": "range", "maxValue": 30, "defaultValue": 15},
    "num_workers": {"type": "range", "maxValue": 4, "defaultValue": 1},
    "data_security_mode": {"type": "fixed", "value": "USER_ISOLATION"},
}
"""What clusters of a new domain may be: small ones that stop, and that Unity Catalog keeps apart."""
