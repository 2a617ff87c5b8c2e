"""A newer template brought into a project: rendered, committed on the vendor branch, merged by git."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from meshport import __version__, bundled
from meshport.errors import BlockedError, InputError
from meshport.git import Git, find_repository
from meshport.scaffold import vendor
from meshport.scaffold.answers import load_answers, load_unmanaged
from meshport.scaffold.render import questions, rendered
from meshport.scaffold.result import Updated


def update(project_dir: Path, answers: Mapping[str, str], *, template: Path | None = None) -> Updated:
    """Merge the installed template into the project; `answers` change what was answered before.

    Raises InputError where the project is not in git, has changes that are not committed, or its rendering is not
    found; BlockedError, with git's merge left to be finished, where an edit and the template disagree.
    """
    template = template or bundled.project_template()
    project_dir = project_dir.resolve()
    recorded = load_answers(project_dir)
    domain = recorded.answers["domain"]
    if answers.get("domain", domain) != domain:
        raise InputError("a domain keeps its name: its products are known by it", hint="leave `domain` out")
    git, tip = _ready(project_dir, domain)
    asked = questions(template)
    kept = {name: answer for name, answer in recorded.answers.items() if name in asked}
    with rendered(template, {**kept, **answers}, prefix=git.prefix) as folder:
        for name in load_unmanaged(project_dir):
            (folder / git.prefix / name).unlink(missing_ok=True)
        tip = vendor.commit_rendering(git, domain, folder, tip)
    before = git.run("rev-parse", "HEAD")
    if not git.is_ancestor(tip, before):
        _merge(git, tip, f"Update the template of {domain} to {__version__}")
    changed = git.run("diff", "--name-only", "-z", before, "HEAD").split("\0")
    return Updated(before=recorded.template, after=__version__, changed=[name for name in changed if name])


def _ready(project_dir: Path, domain: str) -> tuple[Git, str]:
    """Return the repository and the rendering to start from, where a merge can begin."""
    git = find_repository(project_dir)
    if git is None or git.commit_at("HEAD") is None:
        raise InputError(
            "the project is not in git, and an update is a merge",
            where=str(project_dir),
            hint="`git init` and commit it; then remove .meshport/answers.yml and run `meshport new .`",
        )
    git.require_clean()
    branch = vendor.branch_name(git, domain)
    if git.try_run("symbolic-ref", "--quiet", "HEAD").stdout.strip() == f"refs/heads/{branch}":
        raise InputError(
            f"{branch} keeps the template as it came and is not worked on", hint="switch to your own branch"
        )
    tip = vendor.find_tip(git, domain)
    if tip is None:
        raise InputError(
            f"the branch {branch}, which keeps the template as it came, is neither here nor on origin",
            where=str(git.top),
            hint=f"fetch it from where the project was made: `git push origin {branch}` there, `git fetch` here",
        )
    if git.try_run("merge-base", "HEAD", tip).returncode != 0:
        raise InputError(
            f"this branch and the rendering on {branch} have no history in common, as after a rewritten history",
            where=str(git.top),
            hint=f"`git merge -s ours --allow-unrelated-histories {tip[:12]}` joins them, changing no file",
        )
    return git, tip


def _merge(git: Git, tip: str, message: str) -> None:
    done = git.try_run("merge", "--no-ff", "--no-edit", "-m", message, tip, env=git.identity())
    if done.returncode == 0:
        return
    conflicts = [name for name in git.run("diff", "--name-only", "--diff-filter=U", "-z").split("\0") if name]
    if not conflicts:
        raise InputError(
            f"git did not merge: {(done.stderr or done.stdout).strip()}",
            where=str(git.top),
            hint="nothing was changed; mend what git says, then run this again",
        )
    raise BlockedError(
        "your edits and the new template disagree in:\n" + "\n".join(f"  {name}" for name in conflicts),
        where=str(git.top),
        hint="settle them, then `git add` the files and `git commit`; or `git merge --abort` to go back",
    )
