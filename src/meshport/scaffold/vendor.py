"""The vendor branch: the pristine rendering of the template, in git. Made without touching the working tree."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from meshport import __version__
from meshport.git import Git

_TRAILER = "Meshport-Template"


def branch_name(git: Git, domain: str) -> str:
    """Return the branch that keeps the rendering: one for each project of a repository that holds several."""
    return f"meshport-template-{domain}" if git.prefix else "meshport-template"


def find_tip(git: Git, domain: str) -> str | None:
    """Return the newest rendering in git, None where there is none.

    A fresh clone has no vendor branch of its own, and perhaps nobody pushed it: so it is looked for here, on `origin`,
    and among what was merged. A later one stands on an earlier one, so the one that has the others in it is the newest.
    """
    branch = branch_name(git, domain)
    tip: str | None = None
    for found in (
        git.commit_at(f"refs/heads/{branch}"),
        git.commit_at(f"refs/remotes/origin/{branch}"),
        _merged_rendering(git, domain),
    ):
        if found and (tip is None or git.is_ancestor(tip, found)):
            tip = found
    return tip


def commit_rendering(git: Git, domain: str, folder: Path, parent: str | None) -> str:
    """Commit a rendered folder on the vendor branch and return the commit; `parent` itself where nothing changed.

    `folder` mirrors the repository from its top, and holds nothing but the rendering.
    """
    with TemporaryDirectory(prefix="meshport-") as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        exact = ("-c", "core.autocrlf=false", "-c", "core.safecrlf=false", "-c", "core.sparseCheckout=false")
        git_dir = git.run("rev-parse", "--absolute-git-dir")
        git.run(
            *exact, f"--git-dir={git_dir}", f"--work-tree={folder}", "add", "--all", "--force", str(folder), env=index
        )
        tree = git.run("write-tree", env=index)
    if parent is not None and git.run("rev-parse", f"{parent}^{{tree}}") == tree:
        tip = parent
    else:
        tip = commit_tree(git, tree, [parent] if parent else [], _message(domain))
    git.run("update-ref", "-m", "meshport", f"refs/heads/{branch_name(git, domain)}", tip)
    return tip


def commit_tree(git: Git, tree: str, parents: list[str], message: str) -> str:
    """Write a commit that no branch points to yet, and return it."""
    names = [argument for parent in parents for argument in ("-p", parent)]
    return git.run("commit-tree", tree, *names, stdin=message, env=git.identity())


def join(git: Git, tip: str, own: dict[str, Path], message: str) -> None:
    """Make the rendering part of the current branch: its tree, plus the rendering's files, plus `own` files.

    `own` maps paths from the top of the repository to the files that have their content. Where the branch has no commit
    yet, it starts with the rendering. Other files, staged changes and the working tree stay as they are.
    """
    head = git.commit_at("HEAD")
    if head is None and not own:
        commit = tip
    else:
        with TemporaryDirectory(prefix="meshport-") as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
            git.run("read-tree", *([head] if head else ["--empty"]), env=index)
            entries = git.run("ls-tree", "-r", "-z", "--full-tree", tip)
            for path, file in own.items():
                blob = git.run("hash-object", "-w", f"--path={path}", str(file))
                entries += f"100644 blob {blob}\t{path}\0"
            git.run("update-index", "-z", "--add", "--index-info", stdin=entries, env=index)
            tree = git.run("write-tree", env=index)
        commit = commit_tree(git, tree, [head, tip] if head else [tip], message)
    git.run("update-ref", "-m", message.splitlines()[0], "HEAD", commit)
    paths = [*git.run("ls-tree", "-r", "-z", "--full-tree", "--name-only", tip).split("\0"), *own]
    listed = "".join(f"{path}\0" for path in paths if path)
    git.run("reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=listed)


def _message(domain: str) -> str:
    return f"meshport template {__version__}\n\n{_TRAILER}: {domain}\n"


def _merged_rendering(git: Git, domain: str) -> str | None:
    # The whole message is compared: a squashed pull request quotes it among others, and is no rendering.
    wanted = re.compile(rf"meshport template \S+\n\n{_TRAILER}: {re.escape(domain)}\s*")
    found = git.try_run(
        "log", "-z", "--topo-order", "--format=%H%n%B", "--fixed-strings", f"--grep={_TRAILER}: {domain}", "HEAD"
    )
    for entry in found.stdout.split("\0"):
        commit, _, message = entry.partition("\n")
        if wanted.fullmatch(message):
            return commit
    return None
