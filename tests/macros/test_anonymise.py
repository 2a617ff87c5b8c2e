"""The anonymising macros in a model that dbt built: the values in the table."""

from __future__ import annotations

import base64
import datetime
import hmac
from decimal import Decimal

import duckdb
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.macros.integration import KEYS, Integration

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("macros")]

Rows = dict[int, dict[str, object]]


def derived(secret: str, purpose: str) -> bytes:
    """The key of one purpose, by an HKDF that is not meshport's own."""
    return HKDF(hashes.SHA256(), 32, None, f"meshport {purpose}".encode()).derive(secret.encode())


@pytest.fixture(scope="module")
def rows(project: Integration) -> Rows:
    with duckdb.connect(str(project.path / "internal.duckdb"), read_only=True) as connection:
        table = connection.execute("select * from anonymised order by id")
        names = [column[0] for column in table.description]
        return {values[0]: dict(zip(names, values, strict=True)) for values in table.fetchall()}


def test_hash_is_hmac_with_the_named_key(rows: Rows) -> None:
    for column, key in (("hashed", "MESHPORT_KEY_DEFAULT"), ("hashed_other", "MESHPORT_KEY_OTHER")):
        expected = hmac.digest(derived(KEYS[key], "hash"), b"anna@example.com", "sha256").hex()
        assert rows[1][column] == expected


def test_token_has_a_key_of_its_own(rows: Rows) -> None:
    expected = hmac.digest(derived(KEYS["MESHPORT_KEY_DEFAULT"], "token"), b"anna@example.com", "sha256").hex()[:24]
    assert rows[1]["token"] == f"tok_{expected}"
    assert rows[1]["token_prefixed"] == f"person {expected}"
    assert not str(rows[1]["hashed"]).startswith(expected)


def test_redact(rows: Rows) -> None:
    assert {rows[key]["redacted"] for key in (1, 2, 3)} == {"***"}
    assert rows[1]["redacted_text"] == "it's gone"


def test_partial_hides_what_is_short_or_has_no_domain(rows: Rows) -> None:
    assert [rows[key]["mail_domain"] for key in (1, 2, 3, 5)] == ["***@example.com", "***@example.org", "***", "***"]
    assert [rows[key]["ends"] for key in (1, 2, 3)] == ["A###g", "#####", "C###é"]
    assert [rows[key]["last_four"] for key in (1, 2, 3)] == ["***0101", "*******", "***1 03"]


def test_generalise_keeps_the_type(rows: Rows) -> None:
    assert rows[1]["born_month"] == datetime.date(1990, 5, 1)
    assert rows[1]["born_year"] == datetime.datetime(1990, 1, 1)
    assert rows[1]["salary_tens"] == Decimal("-1240.00")
    assert [rows[key]["id_threes"] for key in (1, 2, 4)] == [-3, 0, 0]


def test_encrypt_can_be_undone_with_the_key_only(rows: Rows) -> None:
    assert rows[1]["opened"] == "anna@example.com"
    sealed = base64.b64decode(str(rows[1]["sealed"]))
    key = derived(KEYS["MESHPORT_KEY_DEFAULT"], "encrypt")
    assert AESGCM(key).decrypt(sealed[:12], sealed[12:], None) == b"anna@example.com"


def test_null_stays_null(rows: Rows) -> None:
    assert {column for column, value in rows[4].items() if value is not None} == {"id", "id_threes"}


def test_every_value_is_nullified(rows: Rows) -> None:
    assert {row["nothing"] for row in rows.values()} == {None}


def test_a_published_file_of_another_domain_can_be_read(project: Integration) -> None:
    with duckdb.connect(str(project.path / "internal.duckdb"), read_only=True) as connection:
        assert connection.execute("select * from orders_read").fetchall() == [(1, Decimal("9.50"))]
