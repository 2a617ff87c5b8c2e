"""`meshport update`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.new import answer_pairs
from meshport.cli.output import say


@click.command()
@options.project_dir
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="KEY=VALUE",
    callback=answer_pairs,
    help="Change an answer that the project was made with. Repeatable.",
)
def update(project_dir: Path, answers: dict[str, str]) -> None:
    """Bring a newer project template into this project.

    \b
    meshport update                    merge the template of the installed meshport
    meshport update --answer ci=azure  and answer a question differently

    It is a git merge: your edits stay, and where they and the template disagree, git shows the conflict and the command
    ends with 3. `git merge --abort` goes back.
    """
    from meshport.scaffold.update import update as bring

    done = bring(project_dir, answers)
    if not done.changed:
        say(f"Nothing to do: the project has the template of {done.after}.")
        return
    versions = done.after if done.before == done.after else f"{done.before} → {done.after}"
    say(f"The template ({versions}) is merged. Changed:")
    for name in done.changed:
        say(f"  {name}")
