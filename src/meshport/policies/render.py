"""A policy's SQL as DuckDB gets it: the little Jinja that policies and dbt's checks are written with, in a sandbox."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

import msgspec
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from meshport.policies.macros import definitions
from meshport.policies.scope import Scope, functions
from meshport.policies.within import within
from meshport.standards.policy import Setting


class Rendered(msgspec.Struct, frozen=True):
    """SQL without Jinja, and what the policy said in `{{ config(...) }}`."""

    sql: str
    config: dict[str, Any] = {}


class RenderError(Exception):
    """Jinja that does not work. `line` counts from 1, None where it is not known."""

    def __init__(self, reason: str, line: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def render(sql: str, settings: Mapping[str, Setting], scope: Scope, seconds: float) -> Rendered:
    """Return the SQL of a policy with its Jinja filled in.

    Raises RenderError where that does not work, or does not end within `seconds`; InputError where the project's macros
    are asked for and its manifest cannot be read.
    """
    config: dict[str, Any] = {}
    names = {**functions(settings, scope), "config": lambda **given: config.update(given) or "", "return": _return}
    environment = _Sandbox(undefined=StrictUndefined, extensions=["jinja2.ext.do"])
    source = _with_macros(sql, environment, names, scope)
    try:
        template = environment.from_string(source)
        # Only a statement can loop: everything else ends by itself, and a thread has its price.
        text = within(seconds, lambda: template.render(names)) if "{%" in source else template.render(names)
    except TimeoutError:
        raise RenderError(f"its Jinja did not end within {seconds:g} s", None) from None
    except _FAULTS as error:
        raise RenderError(_reason(error), _line(error, source.count("\n", 0, len(source) - len(sql)))) from error
    return Rendered(text, config)


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__("`return` stands outside of a macro")
        self.value = value


def _return(value: Any = None) -> Any:
    raise _Returned(value)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which a macro may `return` as it does in dbt."""

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a function or macro."""
        try:
            return super().call(context, obj, *args, **kwargs)
        except _Returned as returned:
            if isinstance(obj, Macro):
                return returned.value
            raise


_FAULTS = (
    *(TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError, MemoryError),
    _Returned,
)


def _with_macros(sql: str, environment: _Sandbox, names: Mapping[str, Any], scope: Scope) -> str:
    try:
        environment.parse(sql)
    except TemplateSyntaxError as error:
        raise RenderError(_reason(error), error.lineno) from error
    try:
        return definitions(sql, scope.macros, names, environment) + sql
    except TemplateSyntaxError as error:
        raise RenderError(f"a macro that it calls cannot be read: {_reason(error)}", None) from error


def _reason(error: BaseException) -> str:
    return (error.message if isinstance(error, TemplateError) else str(error)) or type(error).__name__


def _line(error: BaseException, added: int) -> int | None:
    """Return the line of the policy in which an error arose, below so many lines that were added in front.

    Jinja puts the template's lines into the traceback.
    """
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return next((line - added for line in reversed(lines) if line and line > added), None)
