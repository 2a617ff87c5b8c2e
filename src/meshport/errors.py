"""Errors that a person can cause, and the exit codes they end with."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process ends with. Stable: CI scripts branch on these."""

    OK = 0
    BUG = 1  # a defect of meshport's own: `--debug` shows the traceback
    USAGE = 2  # the command line itself was wrong (click's own code)
    BLOCKED = 3  # a gate or a check refused: the product, not the tool, needs work
    INPUT = 4  # a file or a setting could not be read or does not fit
    UNAVAILABLE = 5  # a registry, a catalog or a program could not be reached, or is in use
    MOVED = 6  # a saved plan no longer fits what is there
    DENIED = 7  # the principal may not do this


class MeshportError(Exception):
    """An error that a person can cause and mend.

    `message` says what is wrong, `where` which file (with line) or node, `hint` how to fix it.
    """

    exit_code = ExitCode.INPUT

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


class InputError(MeshportError):
    """A file, an artifact or a setting cannot be read or does not fit."""


class NotFoundError(InputError):
    """What was named is not there."""


class BlockedError(MeshportError):
    """A gate refused."""

    exit_code = ExitCode.BLOCKED


class UnavailableError(MeshportError):
    """A registry, a catalog or a program cannot be reached, or is in use by somebody else."""

    exit_code = ExitCode.UNAVAILABLE


class PlanMovedError(MeshportError):
    """What a plan was made for is no longer what is there."""

    exit_code = ExitCode.MOVED


class DeniedError(MeshportError):
    """The principal may not do this."""

    exit_code = ExitCode.DENIED
