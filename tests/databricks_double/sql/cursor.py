"""A cursor over the tokens of one statement: what every part of the parser is written with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from tests.databricks_double.sql.errors import syntax_error
from tests.databricks_double.sql.lexer import Token, tokens
from tests.databricks_double.store import Name

T = TypeVar("T")
_END = Token("sign", "", 0, 0)
_TYPE_NAMES = {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint", "real": "float"}
_DECIMALS = ("decimal", "dec", "numeric")


class Cursor:
    """Reads tokens from left to right. `take` tests and consumes, `need` insists."""

    def __init__(self, statement: str) -> None:
        self.statement = statement
        self.tokens = tokens(statement)
        self.at = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return a token to come, or an empty one at the end."""
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else _END

    def ended(self) -> bool:
        """Return whether nothing is left."""
        return self.at >= len(self.tokens)

    def fail(self) -> NoReturn:
        """Refuse the statement at this token."""
        raise syntax_error(self.peek().text or "end of input", self.statement)

    def next_is(self, *words: str) -> bool:
        """Return whether these keywords or signs come next."""
        return all(self.peek(i).upper == word for i, word in enumerate(words))

    def take(self, *words: str) -> bool:
        """Consume these keywords if they come next."""
        if self.next_is(*words):
            self.at += len(words)
            return True
        return False

    def take_any(self, *words: str) -> str | None:
        """Consume one of these keywords, and say which."""
        return next((word for word in words if self.take(*word.split())), None)

    def need(self, *words: str) -> None:
        """Consume these keywords, or refuse the statement."""
        if not self.take(*words):
            self.fail()

    def need_any(self, *words: str) -> str:
        """Consume one of these keywords, or refuse the statement."""
        return self.take_any(*words) or self.fail()

    def finish(self) -> None:
        """Insist that nothing is left, so that no clause is read over."""
        if not self.ended():
            self.fail()

    def identifier(self) -> str:
        """Consume one name as it is written, without its backquotes."""
        token = self.peek()
        if token.kind not in ("word", "name"):
            self.fail()
        self.at += 1
        return token.text

    def lower(self) -> str:
        """Consume one name in small letters."""
        return self.identifier().lower()

    def name(self) -> Name:
        """Consume a name of several parts, in small letters as Unity Catalog keeps it."""
        parts = [self.lower()]
        while self.take("."):
            parts.append(self.lower())
        return tuple(parts)

    def string(self) -> str:
        """Consume a string literal; adjacent ones are one."""
        if self.peek().kind != "string":
            self.fail()
        text = ""
        while self.peek().kind == "string":
            text += self.peek().text
            self.at += 1
        return text

    def number(self) -> int:
        """Consume a whole number."""
        token = self.peek()
        if not token.text.isdigit():
            self.fail()
        self.at += 1
        return int(token.text)

    def listed(self, item: Callable[[], T]) -> tuple[T, ...]:
        """Consume `( item, item, ... )`."""
        self.need("(")
        found = [item()]
        while self.take(","):
            found.append(item())
        self.need(")")
        return tuple(found)

    def enclosed(self) -> str:
        """Consume `( ... )` and return what is between, as written."""
        self.need("(")
        start, depth = self.at, 1
        while depth:
            if self.ended():
                self.fail()
            depth += {"(": 1, ")": -1}.get(self.peek().upper, 0)
            self.at += 1
        return self.text(start, self.at - 1)

    def text(self, first: int, after: int) -> str:
        """Return the statement's text from one token up to before another."""
        if first >= after:
            return ""
        return self.statement[self.tokens[first].start : self.tokens[after - 1].end]

    def rest(self) -> str:
        """Consume all that is left, as written."""
        if self.ended():
            self.fail()
        text = self.text(self.at, len(self.tokens))
        self.at = len(self.tokens)
        return text

    def until(self, *words: str) -> str:
        """Consume up to one of these keywords outside any parentheses, and return the text."""
        start, depth = self.at, 0
        while not self.ended() and not (depth == 0 and any(self.next_is(*word.split()) for word in words)):
            depth += {"(": 1, ")": -1}.get(self.peek().upper, 0)
            if depth < 0:
                break
            self.at += 1
        return self.text(start, self.at)

    def data_type(self) -> str:
        """Consume a data type, and return it as Databricks writes it back: `decimal(10,2)`, `array<string>`."""
        word = _TYPE_NAMES.get(self.peek().text.lower(), self.peek().text.lower())
        self.identifier()
        if word in _DECIMALS:
            precision, scale = (*self.listed(self.number), 0)[:2] if self.next_is("(") else (10, 0)
            return f"decimal({precision},{scale})"
        if word in ("varchar", "char", "character"):
            return f"{word.removesuffix('acter')}({self.listed(self.number)[0]})"
        if word == "interval":
            return "interval " + self.until(",", ")", "NOT", "COMMENT").lower()
        if not self.take("<"):
            return word
        if word == "struct":
            inside = [self._field()]
            while self.take(","):
                inside.append(self._field())
        else:
            inside = [self.data_type()]
            while self.take(","):
                inside.append(self.data_type())
        self._close()
        return f"{word}<{','.join(inside)}>"

    def _field(self) -> str:
        name = self.identifier()
        self.take(":")
        data_type = self.data_type()
        self.take("NOT", "NULL")
        if self.take("COMMENT"):
            self.string()
        return f"{name}:{data_type}"

    def _close(self) -> None:
        """Consume one `>`; `>>` closes two."""
        token = self.peek()
        if token.upper in (">>", ">>>"):
            rest = Token("sign", token.text[1:], token.start + 1, token.end)
            self.tokens[self.at] = rest
        else:
            self.need(">")
