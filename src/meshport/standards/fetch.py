"""Standards from a git repository: resolve a reference, and keep the files of a commit in the user's cache folder."""

from __future__ import annotations

import hashlib
import re
import tarfile
import tempfile
from difflib import get_close_matches
from pathlib import Path

from meshport.errors import InputError, UnavailableError
from meshport.git import Git

# Never ask for a password: there may be nobody to answer.
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true"}


def cache_folder() -> Path:
    """Return where fetched standards are kept."""
    from platformdirs import user_cache_path

    return user_cache_path("meshport", appauthor=False) / "standards"


def resolve(url: str, ref: str) -> str:
    """Return the commit that a tag or branch of a repository stands for.

    Raises UnavailableError where the repository cannot be reached, InputError where it has no such tag or branch.
    """
    done = Git(Path.cwd()).try_run("ls-remote", "--tags", "--heads", "--", url, env=_QUIET)
    if done.returncode != 0:
        raise UnavailableError(
            f"the standards' repository cannot be reached: {_said(done.stderr)}",
            where=shown(url),
            hint="check the address, the network and your access (`git ls-remote` must work)",
        )
    found = dict(line.split("\t")[::-1] for line in done.stdout.splitlines() if "\t" in line)
    for name in (f"refs/tags/{ref}^{{}}", f"refs/tags/{ref}", f"refs/heads/{ref}"):
        if name in found:
            return found[name]
    names = {name.split("/", 2)[2].removesuffix("^{}") for name in found}
    near = get_close_matches(ref, names, n=3, cutoff=0.5) or sorted(names, reverse=True)[:3]
    hint = f"there is {', '.join(near)}; a commit is written in full" if near else "the repository is empty"
    raise InputError(f"the standards' repository has no tag or branch `{ref}`", where=shown(url), hint=hint)


def files_of(url: str, commit: str) -> Path:
    """Return the folder with the files of a commit: from the cache, else fetched once.

    Raises UnavailableError where the repository cannot be reached, InputError where it does not have the commit.
    """
    folder = cache_folder() / hashlib.sha256(url.encode()).hexdigest()[:16] / commit
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetch") as scratch:
        made = Path(scratch) / "files"
        made.mkdir()
        git = Git(Path(scratch) / "repository")
        git.top.mkdir()
        git.run("init", "--quiet", "--bare")
        _fetch(git, url, commit)
        archive = Path(scratch) / "files.tar"
        git.run("archive", "--format=tar", f"--output={archive}", commit)
        _extract(archive, made)
        try:
            made.rename(folder)
        except OSError:  # another process was faster
            if not folder.is_dir():
                raise
    return folder


def shown(url: str) -> str:
    """Return an address without the user and password in it."""
    return re.sub(r"(?<=://)[^/@]*@", "", url)


def _fetch(git: Git, url: str, commit: str) -> None:
    """Bring a commit into a repository: it alone, or with everything where the server does not give out commits."""
    one = git.try_run("fetch", "--quiet", "--depth=1", "--no-tags", "--", url, commit, env=_QUIET)
    if one.returncode == 0:
        return
    everything = git.try_run("fetch", "--quiet", "--", url, "+refs/*:refs/*", env=_QUIET)
    if everything.returncode != 0:
        raise UnavailableError(
            f"the standards' repository cannot be reached: {_said(everything.stderr)}",
            where=shown(url),
            hint="these standards were never read on this machine; once they were, no network is needed",
        )
    if git.commit_at(commit) is None:
        raise InputError(f"the standards' repository has no commit {commit}", where=shown(url))


def _extract(archive: Path, folder: Path) -> None:
    """Write the ordinary files of an archive; links are left out, so that nothing leads elsewhere."""
    with tarfile.open(archive) as tar:
        for member in tar:
            target = folder / member.name
            if member.isfile() and target.resolve().is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                assert content is not None
                target.write_bytes(content.read())


def _said(text: str) -> str:
    lines = [shown(line.removeprefix("fatal: ").removeprefix("error: ")) for line in text.splitlines() if line.strip()]
    return lines[0] if lines else "git failed"
