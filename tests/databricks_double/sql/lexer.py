"""Words and literals of Databricks SQL, on the tokens of sqlglot's Databricks tokenizer.

String literals are read from the statement itself, by Spark's rules, not taken from sqlglot: it keeps some escapes that Spark
resolves, and reads `'it''s'` as two strings, which Spark 4 reads as one with a quote inside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token as SqlglotToken
from sqlglot.tokenizer_core import TokenType

from tests.databricks_double.sql.errors import syntax_error

_ESCAPE = re.compile(r"\\(U[0-9A-Fa-f]{8}|u[0-9A-Fa-f]{4}|[01][0-7]{2}|.)", re.DOTALL)
_NAMED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
_NUMBERS = {TokenType.NUMBER}
_STRINGS = {TokenType.STRING, TokenType.RAW_STRING}


class _Tokenizer(Databricks.Tokenizer):
    """sqlglot's own takes SHOW and others as one opaque string up to the end."""

    COMMANDS: ClassVar[set[TokenType]] = set()


@dataclass(frozen=True)
class Token:
    """One word, quoted name, literal or sign. `text` of a string is its value; `start` and `end` are in the statement."""

    kind: Literal["word", "name", "string", "number", "sign"]
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """The text to compare with a keyword: quoted names and strings never equal one."""
        return self.text.upper() if self.kind in ("word", "sign") else ""


def _unescape(match: re.Match[str]) -> str:
    found = match[1]
    if len(found) > 1:
        return chr(int(found[1:], 16)) if found[0] in "uU" else chr(int(found, 8))
    return _NAMED.get(found, found)


def literal_value(source: str) -> str:
    r"""Return what a string literal stands for: `'it\'s'` and `'it''s'` are both "it's"; `r'\d'` keeps its backslash."""
    if source[0] in "rR":
        return source[2:-1]
    quote = source[0]
    return _ESCAPE.sub(_unescape, _halve(source[1:-1], quote))


def _halve(body: str, quote: str) -> str:
    """Turn doubled quotes into escaped ones. Quotes inside are doubled or escaped, or the literal had ended before."""
    return re.sub(rf"\\.|{quote}{quote}", lambda m: m[0] if m[0][0] == "\\" else "\\" + quote, body, flags=re.DOTALL)


def literal(value: str) -> str:
    """Write a string literal that stands for `value`, whatever is in it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def sqlglot_tokens(statement: str) -> list[SqlglotToken]:
    """Tokenize for sqlglot's parser, with string literals as Spark reads them."""
    try:
        found = _Tokenizer(dialect=Databricks()).tokenize(statement)
    except SqlglotError as error:
        raise syntax_error(str(error).split("\n")[0], statement) from None
    joined: list[SqlglotToken] = []
    for token in found:
        source = statement[token.start : token.end + 1]
        if token.token_type is TokenType.STRING and joined and _doubles(joined[-1], token, statement):
            start = joined.pop().start
            source = statement[start : token.end + 1]
        else:
            start = token.start
        if token.token_type in _STRINGS:
            value = literal_value(source)
            token = SqlglotToken(TokenType.STRING, value, token.line, token.col, start, token.end, token.comments)
        joined.append(token)
    return joined


def _doubles(before: SqlglotToken, token: SqlglotToken, statement: str) -> bool:
    """Return whether two literals stand so close that the quotes between them are one doubled quote."""
    return (
        before.token_type is TokenType.STRING
        and before.end + 1 == token.start
        and statement[before.start] not in "rR"
        and statement[before.end] == statement[token.start]
    )


def tokens(statement: str) -> list[Token]:
    """Return the tokens of a statement; words that sqlglot joins (`CLUSTER BY`) are separate."""
    result: list[Token] = []
    for token in sqlglot_tokens(statement):
        if token.token_type is TokenType.STRING:
            result.append(Token("string", token.text, token.start, token.end + 1))
        elif token.token_type is TokenType.IDENTIFIER:
            result.append(Token("name", token.text, token.start, token.end + 1))
        elif token.token_type in _NUMBERS:
            result.append(Token("number", token.text, token.start, token.end + 1))
        else:
            source = statement[token.start : token.end + 1]
            if source[:1].isalnum() or source[:1] == "_":  # a name may begin with digits: dbt names keys by a hash
                result += [
                    Token("word", word[0], token.start + word.start(), token.start + word.end())
                    for word in re.finditer(r"\S+", source)
                ]
            else:
                result.append(Token("sign", source, token.start, token.end + 1))
    return result
