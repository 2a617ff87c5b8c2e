"""Git by its command line, in one repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from meshport.errors import InputError, UnavailableError

# Set inside hooks and by other tools: they would lead git to another repository than the one named.
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX")
_FALLBACK = {"NAME": "meshport", "EMAIL": "meshport@localhost"}


class Git:
    """A repository, and the folder `prefix` in it (empty at the top, else ending in a slash) that is worked on."""

    def __init__(self, top: Path, prefix: str = "") -> None:
        self.top = top
        self.prefix = prefix

    def try_run(
        self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run git at the top of the repository and return what happened, whatever it is.

        Raises UnavailableError where there is no git.
        """
        return _run(self.top, *arguments, stdin=stdin, env=env)

    def run(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        """Run git and return its output without the last line break. Raises InputError where git fails."""
        done = self.try_run(*arguments, stdin=stdin, env=env)
        if done.returncode != 0:
            raise InputError(
                f"`git {arguments[0]}` failed: {(done.stderr or done.stdout).strip()}", where=str(self.top)
            )
        return done.stdout.rstrip("\n")

    def commit_at(self, name: str) -> str | None:
        """Return the commit that a name stands for, None where there is none."""
        done = self.try_run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return done.stdout.strip() or None

    def is_ancestor(self, one: str, other: str) -> bool:
        """Tell whether the commit `other` has `one` in its history."""
        return self.try_run("merge-base", "--is-ancestor", one, other).returncode == 0

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the commit that two histories last had in common, None where they have none."""
        return self.try_run("merge-base", one, other).stdout.strip() or None

    def main_branch(self) -> str | None:
        """Return the branch that others branch off: what origin says, else `main` or `master` there or here."""
        told = self.try_run("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").stdout.strip()
        known = (told, "origin/main", "origin/master", "main", "master")
        return next((name for name in known if name and self.commit_at(name)), None)

    def changed_since(self, commit: str) -> list[str]:
        """Return the paths below `prefix` that differ from a commit, committed or not, new ones too, but none deleted.

        They start at the top of the repository.
        """
        below = self.prefix or "."
        changed = self.run("diff", "--name-only", "-z", "--no-renames", "--diff-filter=d", commit, "--", below)
        new = self.run("ls-files", "--others", "--exclude-standard", "-z", "--", below)
        return sorted({path for path in (changed + "\0" + new).split("\0") if path})

    def identity(self) -> dict[str, str]:
        """Return the environment that commits need: nothing where the user has an identity, else one of meshport's."""
        known = self.try_run("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").returncode == 0
        roles = () if known else ("AUTHOR", "COMMITTER")
        return {f"GIT_{role}_{key}": value for role in roles for key, value in _FALLBACK.items()}

    def require_clean(self) -> None:
        """Raise InputError where a tracked file is changed or a merge, a rebase or the like is under way."""
        if self.run("status", "--porcelain", "--untracked-files=no"):
            raise InputError(
                "there are changes that are not committed",
                where=str(self.top),
                hint="commit them or put them aside (`git stash`), then run this again",
            )
        self.require_at_rest()

    def require_at_rest(self) -> None:
        """Raise InputError where a merge, a rebase or the like is under way."""
        for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD"):
            if self.commit_at(name):
                raise InputError(
                    f"git is in the middle of something ({name})",
                    where=str(self.top),
                    hint="finish it or abort it (`git status` says how), then run this again",
                )


def installed() -> bool:
    """Tell whether there is a git program."""
    return shutil.which("git") is not None


def find_repository(folder: Path) -> Git | None:
    """Return the repository that a folder belongs to, None where there is none or it ignores the folder.

    The folder need not exist yet. Raises UnavailableError where there is no git, or git refuses to look.
    """
    existing = next(place for place in (folder, *folder.parents) if place.is_dir())
    done = _run(existing, "rev-parse", "--show-toplevel")
    if done.returncode != 0:
        if "not a git repository" in done.stderr:
            return None
        raise UnavailableError(f"git cannot be used here: {done.stderr.strip()}", where=str(folder))
    top = Path(done.stdout.rstrip("\n")).resolve()
    inside = folder.resolve().relative_to(top).as_posix()
    if inside == ".":
        return Git(top)
    # This one command knows no literal paths; `./` keeps a leading colon from being read as a pattern.
    literal = {"GIT_LITERAL_PATHSPECS": "0"}
    ignored = _run(top, "check-ignore", "--quiet", f"./{inside}/", env=literal).returncode == 0
    return None if ignored else Git(top, f"{inside}/")


def init_repository(folder: Path) -> Git:
    """Make a repository in a folder, with the branch `main`."""
    git = Git(folder.resolve())
    git.run("init", "--quiet", "--initial-branch=main")
    return git


def _run(
    folder: Path, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    # Paths are taken as they are, not as patterns; messages are in the language that this module reads.
    settled = {**clean, "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C", **(env or {})}
    try:
        return subprocess.run(
            ["git", *arguments], cwd=folder, env=settled, input=stdin, text=True, encoding="utf-8", capture_output=True
        )
    except FileNotFoundError as error:
        raise UnavailableError("git is not installed", hint="install git, then run this again") from error
