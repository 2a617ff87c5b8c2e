"""`meshport domain new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from meshport.cli import domain_options
from meshport.cli.new import answer_pairs
from meshport.cli.output import say

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
def new(name: str, folder: Path, defaults: bool, **given: Any) -> None:
    """Write the file of a new domain, to be reviewed.

    \b
    meshport domain new sales                               ask three questions, write domains/sales.yml
    meshport domain new sales --no-input --owner-name "Sales data" --size Medium --budget 800
    meshport domain new sales --platform duckdb             on this machine, in DuckDB files

    Nothing is made yet: commit the file, let it be reviewed, then `meshport domain apply`. On Databricks a domain
    begins with the environments dev, which developers write, and prod, which CI publishes.
    """
    from meshport.domains.answers import Answers, domain_of
    from meshport.domains.file import write_domain

    told = Answers(name=name, **{key: value for key, value in given.items() if value is not None})
    if not defaults and sys.stdin.isatty() and sys.stdout.isatty():
        for key, question in ASKED.items():
            if given[key] is None:
                default = getattr(told.complete(), key)
                told = replace(told, **{key: click.prompt(question, default=default, err=True)})
    path = write_domain(folder.resolve(), domain_of(told))
    say(f"Written: {path}")
    say("Next:")
    say("  git add, commit and let it be reviewed")
    say(f"  meshport domain plan {name}      what would it change?")
    say(f"  meshport domain apply {name}     make it")
