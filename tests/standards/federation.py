"""Standards of several teams, written as they write them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from meshport.errors import InputError
from meshport.standards import Standards, standards_of

MESH = "domain: sales\n"
CENTRAL = {
    "standards.yml": "format: 1\nname: acme\n",
    "classifications.yml": """\
classifications:
  public:
    description: For anybody.
  pii.email:
    description: An e-mail address.
    masks: [email, hash]
    detect: [mail]
""",
    "masks.yml": """\
masks:
  email: {description: The domain., types: [string], method: partial, arguments: {keep: domain}, visible_to: [a, b]}
  hash: {description: A hash., types: [string], method: keyed_hash, arguments: {key: default}, distinct: true}
""",
    "tag_templates.yml": """\
tag_templates:
  tier: {description: How refined., applies_to: [port], from: product.tier, values: [silver, gold]}
  retention: {description: How long., applies_to: [port], from: meta}
""",
    "access.yml": """\
access:
  open: {description: Open., classifications: [public], auto_approve: ["domain:*", "user:*"], longest_days: 365}
  told: {description: Told., notice_days: 14}
""",
    "sqlfluff.cfg": """\
[sqlfluff]
rules = LT01,LT05
max_line_length = 100

[sqlfluff:rules:capitalisation.keywords]
capitalisation_policy = lower
""",
    "policies/code/few_columns.sql": "select 1 where false\n",
    "policies/code/few_columns.yml": """\
description: Models are not too wide.
severity: warning
settings: {columns: 200, share: 0.5, layers: [stg, int], names: {stg: staging}, style: strict}
tighten: {columns: lower, share: higher, layers: fewer, names: more}
""",
    "policies/data/positive.sql": "{{ column }} > 0\n",
    "policies/data/positive.yml": """\
description: Amounts are positive.
severity: error
domain_exceptions: true
kind: row
applies_to: {columns: ['amount$']}
""",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def domain(folder: Path, *, mesh: str = "standards: {folder: ../central}\n", **own: str) -> Path:
    """Write a domain with standards of its own: `policies__code__x_yml` is the file policies/code/x.yml."""
    files = {name.replace("__", "/"): text for name, text in own.items()}
    files = {f"standards/{'.'.join(name.rsplit('_', 1))}": text for name, text in files.items()}
    return write(folder, {"mesh.yml": MESH + mesh, **files})


def refused(project: Path) -> InputError:
    """Return why a domain's standards are refused."""
    try:
        found: Standards = standards_of(project)
    except InputError as error:
        return error
    raise AssertionError(f"not refused: {found}")


def git(folder: Path, *arguments: str) -> str:
    """Run git."""
    who = ["-c", "user.name=Central", "-c", "user.email=central@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def repository(folder: Path, files: dict[str, str]) -> str:
    """Make a git repository with one commit on `main`, and return the commit."""
    write(folder, files)
    git(folder, "init", "--quiet", "--initial-branch=main")
    return commit(folder)


def commit(folder: Path) -> str:
    """Commit everything in a repository and return the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=standards")
    return git(folder, "rev-parse", "HEAD")
