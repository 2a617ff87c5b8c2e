"""Events over real HTTP, to a server that is busy, cuts the line, refuses, or is not there."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from meshport.errors import DeniedError, InputError, UnavailableError
from meshport.openlineage import sending
from tests.openlineage.conforming import check
from tests.openlineage.conftest import Run
from tests.openlineage.receiver import CUT, Receiver, receiving

KEY = "s3cr3t-key"
EVENT = b'{"an": "event"}'


class _Waits:
    """Instead of waiting: how long for, and what was told meanwhile."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.told: list[str] = []

    def receiver(self, url: str, key: str | None = None) -> sending.Receiver:
        return sending.Receiver(url, key, sleep=self.seconds.append, tell=self.told.append)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody signed but itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lineage")])
    now = datetime.now(timezone.utc)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_server_that_nobody_vouches_for_gets_nothing(certificate: Path, waits: _Waits) -> None:
    with receiving(certificate) as stranger:
        with pytest.raises(UnavailableError, match="cannot be trusted") as refused:
            waits.receiver(stranger.url, KEY).send([EVENT])
        assert "SSL_CERT_FILE" in (refused.value.hint or "")
        assert waits.seconds == []
        assert stranger.paths == []


def test_a_server_is_trusted_that_the_organisation_vouches_for(
    certificate: Path, waits: _Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with receiving(certificate) as server:
        assert waits.receiver(server.url, KEY).send([EVENT, EVENT]) == 2
        assert server.keys == [f"Bearer {KEY}"] * 2


@pytest.fixture
def waits() -> _Waits:
    return _Waits()


def test_events_arrive_in_order_on_one_connection_with_the_key(
    run: Run, server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_API_KEY", KEY)
    done = run("--to", server.url, "--dataset-namespace", "test://shop")
    assert done.exit_code == 0
    assert "13 events" in done.stdout
    assert len(server.events) == 13
    for event in server.events:
        check(event)
    ends = [event["eventTime"] for event in server.events if event.get("eventType") in ("COMPLETE", "FAIL")]
    assert ends == sorted(ends)
    assert set(server.paths) == {"/api/v1/lineage"}
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert server.connections == 1


def test_the_server_may_be_named_by_the_environment(
    run: Run, server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", server.url)
    monkeypatch.setenv("OPENLINEAGE_ENDPOINT", "openapi/openlineage/api/v1/lineage")
    monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "nightly")
    run("--dataset-namespace", "test://shop")
    assert set(server.paths) == {"/openapi/openlineage/api/v1/lineage"}
    assert {event["job"]["namespace"] for event in server.events} == {"nightly"}
    assert set(server.keys) == {None}


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(status: int, server: Receiver, waits: _Waits) -> None:
    server.answers = [(201, {}), (status, {"Retry-After": "7"}), (status, {})]
    assert waits.receiver(server.url).send([b"1", b"2", b"3"]) == 3
    assert server.events == [1, 2, 3]
    assert waits.seconds == [7.0, 1.0]  # as asked, then our own
    assert all(str(status) in told for told in waits.told)


def test_a_time_of_day_to_come_back_at_is_understood(server: Receiver, waits: _Waits) -> None:
    soon = datetime.now(timezone.utc) + timedelta(seconds=30)
    server.answers = [(503, {"Retry-After": format_datetime(soon, usegmt=True)}), (503, {"Retry-After": "soon"})]
    assert waits.receiver(server.url).send([EVENT]) == 1
    assert 0 < waits.seconds[0] <= 30
    assert waits.seconds[1] == 1.0


def test_a_cut_connection_is_made_again(server: Receiver, waits: _Waits) -> None:
    server.answers = [(201, {}), (CUT, {}), (CUT, {})]
    assert waits.receiver(server.url).send([b"1", b"2"]) == 2
    assert server.events == [1, 2]
    assert server.connections == 3


def test_a_server_that_stays_busy_is_given_up(server: Receiver, waits: _Waits) -> None:
    server.answers = [(201, {})] + [(503, {})] * sending.ATTEMPTS
    with pytest.raises(UnavailableError, match="answers 503") as given_up:
        waits.receiver(server.url).send([b"1", b"2"])
    assert given_up.value.where == "event 2; those before it have arrived"
    assert waits.seconds == [0.5, 1.0, 2.0, 4.0]


def test_a_server_that_asks_for_an_hour_is_not_waited_for(server: Receiver, waits: _Waits) -> None:
    server.answers = [(429, {"Retry-After": "3600"})]
    with pytest.raises(UnavailableError, match="3,600 seconds"):
        waits.receiver(server.url).send([EVENT])
    assert waits.seconds == []


def test_nobody_there(waits: _Waits) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        gone = waits.receiver(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(UnavailableError, match="cannot be reached"):
            gone.send([EVENT])
    assert len(waits.seconds) == sending.ATTEMPTS - 1


@pytest.mark.parametrize(
    ("status", "headers", "error", "says"),
    [
        (401, {}, DeniedError, "does not let us in"),
        (403, {}, DeniedError, "does not let us in"),
        (404, {}, InputError, "takes no events"),
        (302, {"Location": "https://elsewhere.example/?token=abc"}, InputError, "moved to https://elsewhere.example/$"),
        (400, {}, InputError, "this is why"),
        (422, {}, InputError, "this is why"),
    ],
)
def test_a_refusal_is_final_and_never_shows_the_key(
    status: int, headers: dict[str, str], error: type[InputError], says: str, server: Receiver, waits: _Waits
) -> None:
    server.answers = [(status, headers)]
    with pytest.raises(error, match=says) as refused:
        waits.receiver(f"{server.url}/?key={KEY}", KEY).send([EVENT])
    assert waits.seconds == []
    assert KEY not in f"{refused.value.message} {refused.value.where} {refused.value.hint} {refused.value!r}"


def test_a_key_from_a_file_may_end_in_a_line(server: Receiver, waits: _Waits) -> None:
    waits.receiver(server.url, f"{KEY}\n").send([EVENT])
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize("key", [f"{KEY}\nHost: x", f"{KEY}é"])
def test_what_is_no_key_is_refused_and_not_shown(key: str, waits: _Waits) -> None:
    with pytest.raises(InputError) as refused:
        waits.receiver("http://127.0.0.1", key)
    assert KEY not in f"{refused.value!r} {refused.value.hint}"


def test_what_was_sent_before_an_error_is_told(run: Run, server: Receiver) -> None:
    server.answers = [(201, {})] * 3 + [(403, {})]
    with pytest.raises(DeniedError) as refused:
        run("--to", server.url, "--dataset-namespace", "test://shop")
    assert refused.value.where == "event 4; those before it have arrived"
    assert len(server.events) == 3


@pytest.mark.parametrize(
    ("url", "path", "expected"),
    [
        ("https://l.example", None, "https://l.example/api/v1/lineage"),
        ("https://l.example/", None, "https://l.example/api/v1/lineage"),
        ("https://l.example/events", None, "https://l.example/events"),
        ("https://l.example/a/", "b", "https://l.example/a/b"),
        ("https://l.example", "/b", "https://l.example/b"),
    ],
)
def test_where_events_go(url: str, path: str | None, expected: str) -> None:
    assert sending.endpoint(url, path) == expected


@pytest.mark.parametrize("url", ["ftp://l.example", "https://", "http:///path", "http://[1", "http://l.example:port"])
def test_what_is_no_server(url: str) -> None:
    with pytest.raises(InputError, match="no URL of a lineage server"):
        sending.endpoint(url, None)


def test_a_password_in_the_url_is_refused_and_not_shown() -> None:
    with pytest.raises(InputError) as refused:
        sending.endpoint(f"https://me:{KEY}@l.example", None)
    assert KEY not in refused.value.message
    assert "OPENLINEAGE_API_KEY" in (refused.value.hint or "")


def test_a_file_is_replaced_whole_or_not_at_all(run: Run, project: Path) -> None:
    file = project / "lineage.ndjson"
    file.write_text("before\n")
    with pytest.raises(UnavailableError, match="cannot be written"):
        run("--to", str(project / "nowhere" / "lineage.ndjson"), "--dataset-namespace", "test://shop")
    assert file.read_text() == "before\n"
    assert run("--to", str(file), "--dataset-namespace", "test://shop").exit_code == 0
    assert len(file.read_text().splitlines()) == 13
    assert not list(project.glob(".lineage*"))


def test_a_file_stays_as_it_was_where_making_events_fails(tmp_path: Path) -> None:
    from meshport.openlineage.files import write_events

    def half() -> object:
        yield EVENT
        raise RuntimeError

    file = tmp_path / "lineage.ndjson"
    file.write_text("before\n")
    with pytest.raises(RuntimeError):
        write_events(half(), file)
    assert [path.name for path in tmp_path.iterdir()] == ["lineage.ndjson"]
    assert file.read_text() == "before\n"
