"""What sqlfluff sees in place of the macros of the dbt package `meshport`, so that linting needs no dbt.

`{{ meshport.keyed_hash('email') }}` lints as `email`: the first argument, the expression that the macro is applied to.
"""

from collections.abc import Callable


def __getattr__(name: str) -> Callable[..., str]:
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *arguments, **named: str(arguments[0]) if arguments else "null"
