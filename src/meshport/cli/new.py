"""`meshport new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli.output import say

if TYPE_CHECKING:
    from meshport.scaffold.result import Scaffolded


def answer_pairs(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Turn `KEY=VALUE` texts into a mapping. Raises click's BadParameter for one without `=`."""
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f"{value!r} is not KEY=VALUE")
    return dict(value.split("=", 1) for value in values)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--domain", help="The domain's name. Default: the folder's, or the dbt project's.")
@click.option("--title", help="The domain's name for people.")
@click.option("--owner-name", help="The team or person who answers for it.")
@click.option("--owner-email", help="Their e-mail address.")
@click.option("--product", help="The first data product's name.")
@click.option("--ci", type=click.Choice(["github", "azure"]), help="Where the project's checks run.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="KEY=VALUE",
    callback=answer_pairs,
    help="Answer any question of the template, such as sample_data=no. Repeatable.",
)
@click.option("--defaults", "--no-input", is_flag=True, help="Ask nothing, as where there is no terminal.")
def new(path: Path, answers: dict[str, str], defaults: bool, **named: str | None) -> None:
    """Scaffold a domain project, or add what is missing to a dbt project.

    \b
    meshport new sales                                      ask, then make the project in the folder sales
    meshport new sales --defaults --owner-name "Sales data" ask nothing
    meshport new .                                          make the dbt project that is here a domain

    Nothing that is there is overwritten. The project as it came from the template is kept in git, on a branch of its
    own, so that `meshport update` can merge a newer one.
    """
    from meshport.scaffold.new import new as scaffold

    given = {**answers, **{name: value for name, value in named.items() if value is not None}}
    interactive = not defaults and sys.stdin.isatty() and sys.stdout.isatty()
    _say(scaffold(path, given, interactive=interactive))


def _say(done: Scaffolded) -> None:
    if done.adopted:
        say(f"The dbt project in {done.path} is the domain {done.domain} now.")
        for heading, files in (("added", done.added), ("lines added", done.changed), ("left as it is", done.left)):
            for name in files:
                if not name.startswith("vendor/"):
                    say(f"  {heading:<14} {name}")
        say(f"  {'added':<14} vendor/meshport/")
    else:
        say(f"The domain {done.domain} is in {done.path}.")
    if done.branch is None:
        say("It is not in git: `meshport update` will need that.")
    else:
        say(f"It is committed; the branch {done.branch} keeps the template as it came: push it too.")
    if done.in_subfolder:
        say("CI systems read their files at the top of a repository: move or name the project's there.")
    say("Next:")
    if done.path != Path.cwd().resolve():
        say(f"  cd {done.path}")
    if done.adopted:
        say("  meshport inspect        which products could it publish?")
    say("  meshport doctor         is everything there?")
    say("  meshport build          build and test with dbt")
    say("  meshport plan           what would publishing change?")
    say("  meshport publish        publish it")
