"""Policies as SQL over the mesh information schema: run them, tell what is new, and what it means for publishing.

What a policy is and where it comes from is in `meshport.standards`; checks that a project has for dbt 2 are read here.
`check_project` does all of it, `run_policies` asks given policies. Where to add a format: a module in `formats`.
"""

from meshport.policies.choose import choose
from meshport.policies.gates import gates_of
from meshport.policies.known import baseline_text, read_baseline, without_known
from meshport.policies.project import check_project, project_policies
from meshport.policies.run import run_policies
from meshport.policies.scope import Scope
from meshport.policies.strays import REFS
from meshport.policies.types import Excused, Failed, Report, Violation

__all__ = [
    "REFS",
    "Excused",
    "Failed",
    "Report",
    "Scope",
    "Violation",
    "baseline_text",
    "check_project",
    "choose",
    "gates_of",
    "project_policies",
    "read_baseline",
    "run_policies",
    "without_known",
]
