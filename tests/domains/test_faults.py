"""Every fault at every call of `domain apply`: it ends converged or with a clear error, and the next one converges.

`make test` hurts some calls, each in another way; MESHPORT_TESTS_HURT_EVERY=1 every call in every way.
"""

from __future__ import annotations

import os

from meshport.errors import ExitCode
from tests.databricks_double.faults import Action, Cut, GatewayTimeout, ServerError, TooManyRequests, Unavailable
from tests.databricks_double.store import Metastore
from tests.domains.workspace import Workspace, people

SOME = int(os.environ.get("MESHPORT_TESTS_HURT_EVERY", "211"))
"""Of all cases, every so many are run."""
FAULTS: tuple[Action, ...] = (
    *(TooManyRequests(retry_after=1), Unavailable(), Cut(), Cut(after=True)),
    *(ServerError(), ServerError(after=True), GatewayTimeout(after=True)),
)
PASSING = (TooManyRequests, Unavailable, Cut)
"""What goes by when one asks again: with such a fault it converges by itself."""


def fresh(workspace: Workspace) -> None:
    """Put everything back to an empty workspace."""
    workspace.served.reset(Metastore(principals=people()))
    workspace.registry_file.unlink(missing_ok=True)


def problems(workspace: Workspace, number: int, action: Action, wanted: object) -> list[str]:
    """Apply with a fault at one call, then without, and return what is wrong with how that ended."""
    fresh(workspace)
    faults = workspace.served.faults
    faults.begin()
    faults.at(number, action)
    first = workspace.run("apply", "sales", "--yes", code=None)
    found = [] if faults.log else ["nothing was hurt"]
    faults.begin()
    second = workspace.run("apply", "sales", "--yes", code=None)
    if first.code not in (ExitCode.OK, ExitCode.UNAVAILABLE):
        found.append(f"it ended with {first.code}: {first.err}")
    if first.code != ExitCode.OK and ("Error:" not in first.err or "Traceback" in first.err):
        found.append(f"it ended without a clear word: {first.err}")
    if first.code != ExitCode.OK and isinstance(action, PASSING):
        found.append(f"a fault that passes was not survived: {first.err}")
    if second.code != ExitCode.OK:
        found.append(f"the next one ended with {second.code}: {second.err} {second.out}\nafter: {first.err}")
    if first.code == ExitCode.OK and "Nothing to do." not in second.out:
        found.append(f"it said that all was well, and the next one had to do:\n{second.out}")
    if "drift" in second.out:
        found.append(f"its own work was taken for somebody else's:\n{second.out}")
    if workspace.state() != wanted:
        found.append(f"the workspace is another one: {workspace.state()} is not {wanted}")
    with workspace.registry() as registry:
        if registry.unfinished("domain sales"):
            found.append("a run is open in the journal")
    return found


def test_each_fault_at_each_call_of_an_apply(workspace: Workspace) -> None:
    fresh(workspace)
    workspace.served.faults.begin()
    workspace.run("apply", "sales", "--yes")
    calls, wanted = workspace.served.faults.count(), workspace.state()
    assert calls > 60
    cases = [(number, action) for number in range(1, calls + 1) for action in FAULTS][::SOME]
    found = {case: wrong for case in cases if (wrong := problems(workspace, *case, wanted))}
    assert found == {}
