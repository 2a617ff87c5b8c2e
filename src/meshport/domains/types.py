"""A plan for a domain: what differs between its file and what is there, with reasons. Pure data, to a file and back."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from meshport.model import Gate
from meshport.plan.types import Change, Foreign, Removal

FORMAT = 1
Aim = Literal["apply", "destroy"]


class DomainPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ordered list of changes. A blocked gate means: nothing of it is done.

    `place` names the workspace, or the folder, that it is made for. `basis` digests all that was read when it was
    made, `digest` covers everything else. `notes` say what is left out, and why. `settled` are entries of the ledger
    that are brought up to date, as what they are about is as it should be, or gone: by key, empty where it is gone.
    """

    format: int = FORMAT
    aim: Aim
    domain: str
    platform: str
    place: str
    basis: str
    gates: tuple[Gate, ...]
    changes: tuple[Change, ...]
    foreign: tuple[Foreign, ...] = ()
    notes: tuple[str, ...] = ()
    removals: tuple[Removal, ...] = ()
    settled: dict[str, dict[str, str]] = {}
    forced: bool = False
    digest: str = ""

    @property
    def blocked(self) -> tuple[Gate, ...]:
        """The gates that refuse."""
        return tuple(gate for gate in self.gates if not gate.passed)

    def as_data(self) -> dict[str, Any]:
        """Return the plan as JSON-able builtins."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data
