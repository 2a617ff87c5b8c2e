"""How principals are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshport.access.principals import Principal, acting, parse_principal
from meshport.errors import InputError


@pytest.mark.parametrize(
    ("text", "principal"),
    [
        ("domain:marketing", Principal("domain", "marketing")),
        ("marketing", Principal("domain", "marketing")),
        (" marketing ", Principal("domain", "marketing")),
        ("domain:Ünïcode", Principal("domain", "Ünïcode")),
        ("user:Ann@Example.com", Principal("user", "ann@example.com")),
    ],
)
def test_principals_are_understood(text: str, principal: Principal) -> None:
    assert parse_principal(text) == principal
    assert parse_principal(str(principal)) == principal


@pytest.mark.parametrize(
    "text", ["", " ", ":", "domain:", "user:", "group:x", "user:a:b", "user:a b", "a\nb", "USER:ann", "domain:a\x00"]
)
def test_what_is_no_principal_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no principal") as error:
        parse_principal(text)
    assert "user:ann@example.com" in str(error.value.hint)


def test_the_actor_is_named_or_the_domain_or_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "Ann")
    assert acting(tmp_path, None) == "user:ann"
    (tmp_path / "mesh.yml").write_text("domain: sales\n")
    assert acting(tmp_path, None) == "domain:sales"
    assert acting(tmp_path, "user:Bob") == "user:bob"
    assert acting(tmp_path, "marketing") == "domain:marketing"
