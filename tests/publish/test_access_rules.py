"""A domain's rules of access travel with its publishes: requests are made where nobody has its standards."""

from __future__ import annotations

import io

import pytest

from meshport.errors import ExitCode
from tests.publish.domain import Domain

pytestmark = pytest.mark.dbt


def rule(domain: Domain, days: int) -> None:
    file = domain.path / "standards" / "access.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"access:\n  short: {{description: It ends., longest_days: {days}}}\n")


def kept(domain: Domain) -> list[int]:
    """Return what the rule of each entry in the audit log says, oldest first."""
    with domain.registry() as registry:
        entries = [each for each in registry.audit_log("sales") if each.action == "access.rules"]
    return [each.detail["rules"]["short"]["longest_days"] for each in entries][::-1]


def test_rules_are_kept_once_by_each_publish_that_goes_on(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    rule(domain, 90)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert domain.run("publish").code != ExitCode.OK
    assert kept(domain) == []
    domain.publish()
    assert kept(domain) == [90]
    domain.publish()
    assert kept(domain) == [90]
    rule(domain, 30)
    domain.publish()  # nothing else is new
    assert kept(domain) == [90, 30]
