"""Alerts on their way to real receivers on loopback: once each, again after a receiver was down, without secrets."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from meshport.errors import ExitCode
from tests.openlineage.receiver import CUT, Receiver, receiving
from tests.operations.conftest import KEY, Mesh, Told
from tests.operations.receivers import PASSWORD, mailbox

SECRET = "T0ken-in-the-path"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as told:
        yield told


@pytest.fixture
def routed(mesh: Mesh, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Mesh:
    """The domain with one route to the receiver, and a product that was just published."""
    monkeypatch.setenv("HOOK", f"{receiver.url}/{SECRET}?key={SECRET}")
    mesh.configure("alerts: [{to: webhook, address: HOOK}]\n")
    mesh.publish(hours=5)
    return mesh


def outcomes(found: dict[str, list[dict[str, object]]]) -> list[tuple[object, object, bool]]:
    return [(each["event"], each["kind"], each["problem"] is None) for each in found["alerts"]]


def test_each_beginning_and_end_is_sent_once(routed: Mesh, ask: Told, receiver: Receiver) -> None:
    routed.run_tests(hours=3, status="fail")
    assert outcomes(ask("check")) == [("begin", "tests", True)]
    assert outcomes(ask("check")) == []
    routed.run_tests(hours=2)
    assert outcomes(ask("check")) == [("end", "tests", True)]
    assert outcomes(ask("check")) == []
    begin, end = receiver.events
    assert (begin["id"], begin["event"], begin["severity"], begin["product"]) == (
        "incident-1-begin",
        "begin",
        "hard",
        KEY,
    )
    assert "failed when they last ran: not_null_email of customers.v1" in begin["facts"]["What"]
    assert begin["facts"]["Where to look"] == f"meshport ops status {KEY} --runs"
    assert "mend the rows or the test" in begin["facts"]["How to fix it"]
    assert begin["facts"]["Owner"] == "Ann Smith <ann@example.com>"
    assert (end["id"], end["title"]) == ("incident-1-end", f"Over: {KEY}: tests (hard)")
    assert ask("alerts")["waiting"] == []


def test_a_receiver_that_is_down_gets_it_later_and_in_order(
    routed: Mesh, ask: Told, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="meshport")
    routed.run_tests(hours=3, status="fail")
    receiver.answers = [(500, {}), (CUT, {}), (302, {"Location": "http://127.0.0.1:1/"})]
    for _ in range(2):
        ask("check", code=ExitCode.UNAVAILABLE)
    routed.run_tests(hours=2)
    found = ask("check", code=ExitCode.UNAVAILABLE)
    assert outcomes(found) == [("begin", "tests", False)]  # its end waits for its turn
    assert [each["problem"] for each in found["alerts"]] == ["webhook:HOOK answers 302"]
    waiting = ask("alerts")["waiting"]
    assert [(each["event"], each["attempts"]) for each in waiting] == [("begin", 3), ("end", 0)]
    assert SECRET not in str(found) + str(waiting) + ask("alerts", output_format="text") + caplog.text
    assert outcomes(ask("check")) == [("begin", "tests", True), ("end", "tests", True)]
    assert [each["event"] for each in receiver.events] == ["begin", "end"]


def test_what_somebody_else_is_sending_is_not_sent_twice(routed: Mesh, ask: Told, receiver: Receiver) -> None:
    receiver.answers = [(500, {})]
    routed.run_tests(hours=3, status="fail")
    ask("check", code=ExitCode.UNAVAILABLE)
    assert len(routed.registry.claim_alerts("sales", ["webhook:HOOK"])) == 1
    assert routed.registry.claim_alerts("sales", ["webhook:HOOK"]) == []
    assert outcomes(ask("check")) == []


def test_routes_take_what_they_are_for(
    mesh: Mesh, ask: Told, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALL", "HARD", "OTHERS"):
        monkeypatch.setenv(name, f"{receiver.url}/{name}")
    mesh.configure("""alerts:
  - {to: slack, address: ALL}
  - {to: teams, address: HARD, severity: hard, products: ["sales.*"]}
  - {to: webhook, address: OTHERS, products: [hr.*]}
""")
    mesh.publish(hours=30)
    ask("check")
    assert receiver.paths == ["/ALL"]
    mesh.run_tests(hours=3, status="fail")
    ask("check")
    assert sorted(receiver.paths[1:]) == ["/ALL", "/HARD"]
    by_path = dict(zip(receiver.paths[1:], receiver.events[1:], strict=True))
    header, section = by_path["/ALL"]["blocks"]
    assert header["text"] == {"type": "plain_text", "text": f"Incident: {KEY}: tests (hard)", "emoji": False}
    assert "*Owner:* Ann Smith &lt;ann@example.com&gt;" in section["text"]["text"]
    (attachment,) = by_path["/HARD"]["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    title, facts = attachment["content"]["body"]
    assert (attachment["content"]["version"], title["color"]) == ("1.4", "Attention")
    assert {each["title"] for each in facts["facts"]} == {"What", "Since", "Owner", "Where to look", "How to fix it"}


def test_mail_goes_encrypted_with_a_password(
    mesh: Mesh, ask: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    mesh.configure("alerts: [{to: email, address: MAIL}]\n")
    mesh.publish(hours=30)
    with mailbox(context) as box:
        monkeypatch.setenv("MAIL", f"{box.address}?from=mesh@example.com&to=ann@example.com&to=bob@example.com")
        refused = ask("check", code=ExitCode.UNAVAILABLE)  # nobody trusts its certificate yet
        assert refused["alerts"][0]["problem"] == "email:MAIL cannot be reached (SSLCertVerificationError)"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert outcomes(ask("check")) == [("begin", "freshness", True)]
        (arrived,) = box.arrived
    assert (arrived.encrypted, arrived.signed_in) == (True, True)
    assert arrived.to == ["ann@example.com", "bob@example.com"]
    assert arrived.message["Subject"] == f"Incident: {KEY}: freshness (soft)"
    assert arrived.message["Message-ID"] == "<incident-1-begin@sales.meshport>"
    assert "misses its freshness: 24h promised" in arrived.message.get_payload()


def test_a_password_is_not_sent_in_the_clear(mesh: Mesh, ask: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh.configure("alerts: [{to: email, address: MAIL}]\n")
    with mailbox(None) as box:
        monkeypatch.setenv("MAIL", f"{box.address}?from=mesh@example.com&to=ann@example.com")
        found = ask("alerts", "--test", code=ExitCode.UNAVAILABLE)
        assert found["tests"] == {"email:MAIL": "email:MAIL offers no encryption: the password is not sent"}
        assert PASSWORD not in str(found)
        open_ = box.address.partition("@")[2]
        monkeypatch.setenv("MAIL", f"smtp://{open_}?from=mesh@example.com&to=ann@example.com")
        assert ask("alerts", "--test")["tests"] == {"email:MAIL": "sent"}
        assert box.arrived[0].message["Subject"] == "Test of alerts"


@pytest.mark.parametrize(
    ("route", "address", "problem"),
    [
        ("slack", None, "the environment variable TO is not set"),
        ("slack", "hooks.example.com", "TO holds no URL"),
        ("teams", "http://127.0.0.1:1/x", "teams:TO cannot be reached (NewConnectionError)"),
        ("email", "smtp://mail.example.com", "TO names no mail server with `from` and `to`"),
        ("email", "smtp://h:x?from=a&to=b", "TO names no mail server with `from` and `to`"),
        (
            "email",
            "smtp://127.0.0.1:1?from=a@b.c%0ABcc:x@y.z&to=a@b.c",
            "TO holds a name, password or address that cannot be sent",
        ),
        ("email", "smtp://127.0.0.1:1?from=a@b.c&to=a@b.c", "email:TO cannot be reached (ConnectionRefusedError)"),
    ],
)
def test_an_address_that_does_not_work_is_told_and_not_shown(
    mesh: Mesh, ask: Told, monkeypatch: pytest.MonkeyPatch, route: str, address: str | None, problem: str
) -> None:
    if address is not None:
        monkeypatch.setenv("TO", address)
    mesh.configure(f"alerts: [{{to: {route}, address: TO}}]\n")
    assert ask("alerts", "--test", code=ExitCode.UNAVAILABLE)["tests"] == {f"{route}:TO": problem}
    assert problem in ask("alerts", "--test", code=ExitCode.UNAVAILABLE, output_format="text")


def test_an_address_in_the_file_is_refused(mesh: Mesh, ask: Told) -> None:
    mesh.configure("alerts: [{to: slack, address: https://hooks.example.com/x}]\n")
    ask("alerts", code=ExitCode.INPUT)
