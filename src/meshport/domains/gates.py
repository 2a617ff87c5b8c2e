"""What refuses a domain's file before anything is looked at: infrastructure policies of the standards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from meshport.domains.file import Read
from meshport.mesh import Mesh
from meshport.model import Gate, Owner
from meshport.policies.files import check_file
from meshport.policies.types import Report
from meshport.standards import Standards

NAME = "policies"


def check(read: Read, standards: Standards, today: date) -> Report:
    """Ask the infrastructure policies of a domain's file what they say of its warehouses."""
    said = read.said
    owner = Owner(name=said.owner.name, email=said.owner.email)
    mesh = Mesh(domain=said.name, title=said.title, owner=owner, warehouses=said.warehouses)
    return check_file(mesh, read.path, standards, today=today)


def gates_of(read: Read, report: Report) -> Iterator[Gate]:
    """Yield a blocked gate for each error: which policy, of what, where, and how to fix it. A policy that could not be
    asked blocks, too; without any, one gate says how many policies hold.
    """
    blocked = [
        *(
            Gate(
                name=NAME,
                subject=item.policy,
                passed=False,
                reason=f"the policy could not be asked: {item.reason}",
                hint=f"mend {item.path}",
            )
            for item in report.failed
        ),
        *(
            Gate(
                name=NAME,
                subject=item.subject,
                passed=False,
                reason=f"{item.policy}: {item.message} ({read.where('warehouses', item.subject)})",
                hint=item.fix,
            )
            for item in report.violations
            if item.severity == "error"
        ),
    ]
    held = Gate(name=NAME, subject=read.said.name, passed=True, reason=f"{len(report.policies)} policies hold")
    yield from blocked or [held]


def warnings_of(read: Read, report: Report) -> list[str]:
    """Return what policies warn of, in words for people."""
    return [
        f"{item.subject}: {item.policy}: {item.message} ({read.where('warehouses', item.subject)})"
        for item in report.violations
        if item.severity == "warning"
    ]
