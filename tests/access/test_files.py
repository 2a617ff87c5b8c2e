"""Subscriptions as files of the owning domain's repository: asked for by who wrote them, approved by who reviewed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meshport.access.principals import Actor
from meshport.access.subscriptions import approve, request, revoke
from meshport.cli import main
from meshport.errors import ExitCode
from meshport.git import init_repository
from meshport.registry import Registry
from meshport.standards import AccessRule
from tests.registry.samples import record

KEY = "sales.customer_360"
BOTH = """\
subscriptions:
  - {product: customer_360, principal: marketing, purpose: campaigns, until: "2099-12-31"}
  - {product: sales.customer_360, principal: "user:Ann@example.com"}
"""


@pytest.fixture(autouse=True)
def project(registry: Registry, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    registry.record_publication(record())
    monkeypatch.setenv("MESHPORT_REGISTRY", str(path))
    folder = tmp_path / "sales"
    (folder / "access").mkdir(parents=True)
    (folder / "mesh.yml").write_text("domain: sales\n")
    init_repository(folder)
    monkeypatch.chdir(folder)
    return folder


def commit(project: Path, text: str, author: str = "mia", name: str = "consumers.yml") -> None:
    (project / "access" / name).write_text(text)
    git = init_repository(project)
    git.run("add", ".")
    identity = {f"GIT_{role}_{key}": "x" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    git.run("commit", "--quiet", "-m", "x", env={**identity, "GIT_AUTHOR_EMAIL": f"{author}@example.com"})


def apply(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["access", "apply", *arguments])
    return int(ended.value.code or 0)


def states(registry: Registry) -> dict[str, str]:
    return {each.principal: each.state for each in registry.subscriptions()}


def test_files_are_requested_by_their_author_and_approved_by_their_reviewer(
    project: Path, registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, BOTH)
    assert apply("--check", "--format", "json") == ExitCode.OK
    assert [each["action"] for each in json.loads(capsys.readouterr().out)] == ["request", "request"]
    assert states(registry) == {}
    assert apply() == ExitCode.OK
    assert set(states(registry).values()) == {"requested"}
    assert apply("--approved-by", "user:mia@example.com") == ExitCode.DENIED
    assert "cannot approve its own request" in capsys.readouterr().err
    assert apply("--approved-by", "user:ann@example.com") == ExitCode.DENIED
    assert states(registry) == {"domain:marketing": "active", "user:ann@example.com": "requested"}
    assert apply("--approved-by", "user:bob@example.com") == ExitCode.OK
    first, second = registry.subscriptions()
    assert (first.requested_by, first.decided_by) == ("user:mia@example.com", "user:ann@example.com")
    assert (first.purpose, first.until, first.source) == ("campaigns", "2099-12-31", "access/consumers.yml")
    assert second.decided_by == "user:bob@example.com"
    capsys.readouterr()
    assert apply("--approved-by", "user:bob@example.com") == ExitCode.OK
    assert capsys.readouterr().out == "Subscriptions are as the files say.\n"


def test_what_is_taken_out_is_revoked_and_what_others_did_stays(project: Path, registry: Registry) -> None:
    request(registry, KEY, "finance", actor=Actor.named("finance"))
    approve(registry, KEY, "finance", actor=Actor.named("sales"))
    commit(project, BOTH)
    assert apply("--approved-by", "user:bob") == ExitCode.OK
    commit(project, "subscriptions:\n  - {product: customer_360, principal: finance}\n")
    assert apply("--approved-by", "user:bob") == ExitCode.OK
    assert states(registry) == {
        "domain:finance": "active",
        "domain:marketing": "revoked",
        "user:ann@example.com": "revoked",
    }
    assert "taken out of access/consumers.yml" in (
        registry.subscriptions(principal="domain:marketing")[0].decision or ""
    )
    commit(project, BOTH)
    assert apply("--approved-by", "user:bob") == ExitCode.OK
    assert states(registry)["domain:marketing"] == "active"


def test_what_an_owner_ended_is_not_brought_back_by_the_same_file(project: Path, registry: Registry) -> None:
    commit(project, BOTH)
    apply("--approved-by", "user:bob")
    revoke(registry, KEY, "marketing", actor=Actor.named("user:sal"))
    assert apply("--approved-by", "user:bob") == ExitCode.OK
    assert states(registry)["domain:marketing"] == "revoked"
    commit(project, BOTH.replace("2099-12-31", "2098-12-31"))
    assert apply("--approved-by", "user:bob") == ExitCode.OK
    (_, again) = registry.subscriptions(principal="domain:marketing")
    assert (again.state, again.until) == ("active", "2098-12-31")
    commit(project, BOTH.replace("2099-12-31", "2097-12-31"))
    assert apply("--approved-by", "user:bob") == ExitCode.OK
    newest = registry.subscriptions(principal="domain:marketing")[-1]
    assert (newest.state, newest.until) == ("active", "2097-12-31")


def test_two_reviewers_where_two_people_have_to_approve(project: Path, registry: Registry) -> None:
    registry.write_access_rules("sales", {"two": AccessRule("x", approvers=2)}, actor="user:ann")
    commit(project, BOTH)
    assert apply("--approved-by", "user:bob") == ExitCode.OK
    assert set(states(registry).values()) == {"requested"}
    assert apply("--approved-by", "user:bob") == ExitCode.OK
    assert set(states(registry).values()) == {"requested"}
    assert apply("--approved-by", "user:bob", "--approved-by", "user:cay") == ExitCode.OK
    assert set(states(registry).values()) == {"active"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subscriptions: [{product: customer_360}]", "missing required field `principal`"),
        ("subscriptions: [{product: customer_360, principal: a, untill: x}]", "unknown field `untill`"),
        ("subscriptions: [{product: customer_360, principal: a, until: '2026-13-01'}]", "2026-13-01 is no day"),
        ("subscriptions: [{product: customer_360, principal: 'team:x'}]", "is no principal"),
        ("subscriptions: [{product: finance.x, principal: a}]", "finance.x is no product of sales"),
        (f"{BOTH}  - {{product: customer_360, principal: marketing}}\n", "subscribes to sales.customer_360 at"),
        ("subscription: []", "unknown field `subscription`"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    commit(project, text)
    assert apply("--check") == ExitCode.INPUT
    assert said in capsys.readouterr().err


def test_nobody_asks_with_a_file_that_is_not_committed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "access" / "new.yml").write_text(BOTH)
    assert apply("--check") == ExitCode.OK
    assert apply() == ExitCode.INPUT
    assert "nobody committed access/new.yml" in capsys.readouterr().err
