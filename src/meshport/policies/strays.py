"""Refs that dbt will refuse, and what to use instead: dbt stops at the first, and knows no ports of other domains."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from difflib import get_close_matches

import msgspec

from meshport.artifacts.project import Node, Project
from meshport.model import Product
from meshport.policies.refs import Name, Ref
from meshport.policies.types import Report, Violation
from meshport.standards.policy import Policy, Spec

REFS = Policy(
    name="ref_resolves",
    type="code",
    path="",
    sql="",
    spec=Spec(
        description="Every `ref` leads to something that this project may read.",
        severity="error",
        rationale="dbt stops at the first that does not, and cannot name the port that should be read instead.",
        fix="Read a port: `meshport inputs add DOMAIN.PRODUCT`, `dbt deps`, then `ref('DOMAIN', 'PORT')`.",
    ),
)
"""The one policy that is no query: files that dbt cannot parse are in no table."""


def with_strays(report: Report, strays: Iterable[Violation]) -> Report:
    """Return the report with what `REFS` found in front."""
    return msgspec.structs.replace(report, policies=(REFS, *report.policies), violations=(*strays, *report.violations))


def stray_refs(
    refs: Iterable[Ref],
    names: Collection[Name],
    project: Project | None,
    products: Iterable[Product],
) -> list[Violation]:
    """Return a violation for each ref to what does not exist, or is private to another group. Pure.

    `names` are those that files define, `products` what other domains publish.
    """
    readable = _Readable(names, project, products)
    told = ((ref, readable.refused(ref)) for ref in refs)
    return [_violation(ref, reason) for ref, reason in told if reason]


class _Readable:
    """What a project may read: names of its own and of its packages, and the ports of other domains."""

    def __init__(self, names: Collection[Name], project: Project | None, products: Iterable[Product]) -> None:
        nodes = list(project.nodes.values()) if project else []
        self._own = project.name if project else None
        self._known = {*names, *((self._package(node), node.name) for node in nodes)}
        self._names = {name for _, name in self._known}
        self._groups = {node.path: node.group for node in nodes if node.package_name == self._own}
        self._private = {(self._package(node), node.name): node.group for node in nodes if node.access == "private"}
        self._public: dict[str | None, set[str]] = {}
        for node in nodes:
            if node.access == "public":
                self._public.setdefault(node.group, set()).add(node.name)
        self._ports = {(product.domain, port.name): product.key for product in products for port in product.ports}

    def refused(self, ref: Ref) -> str | None:
        """Return why dbt will refuse a ref and what to read instead, None where it will not."""
        package = None if ref.package == self._own else ref.package
        group = self._private.get((package, ref.name))
        if group is not None and group != (ref.group or self._groups.get(ref.path)):
            return self._of_group(ref.name, group)
        found = (package, ref.name) in self._known or (ref.package is None and ref.name in self._names)
        return None if found else self._missing(ref)

    def _package(self, node: Node) -> str | None:
        return None if node.package_name == self._own else node.package_name

    def _of_group(self, name: str, group: str) -> str:
        public = sorted(self._public.get(group, ()))
        instead = f"public there: {_listed(public)}" if public else "nothing there is public: ask its owner for a port"
        return f"`{name}` is private to the group `{group}`; {instead}"

    def _missing(self, ref: Ref) -> str:
        offered = [(domain, key) for (domain, name), key in self._ports.items() if name == ref.name]
        if offered:
            domain, key = min(offered, key=lambda each: (each[0] != ref.package, each))
            return (
                f"`{ref.name}` is a port of {key}, which is no input here: "
                f"`meshport inputs add {key}`, then `ref('{domain}', '{ref.name}')`"
            )
        of_domain = sorted(name for domain, name in self._ports if domain == ref.package)
        if of_domain:
            near = get_close_matches(ref.name, of_domain, n=1, cutoff=0.5)
            best = f"; nearest: {self._named(near[0], ref.package)}" if near else ""
            return f"{ref.package} publishes no `{ref.name}`; its ports: {_listed(of_domain)}{best}"
        near = get_close_matches(ref.name, sorted({*self._names, *(name for _, name in self._ports)}), n=3)
        told = ", ".join(self._named(name) for name in near)
        return f"there is no `{ref.name}`" + (f"; near names: {told}" if told else "")

    def _named(self, name: str, domain: str | None = None) -> str:
        ports = sorted(self._ports.items())
        key = next((key for (of, port), key in ports if port == name and domain in (None, of)), None)
        return f"`{name}`" + (f" (a port of {key})" if key else "")


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _violation(ref: Ref, message: str) -> Violation:
    target = f"{ref.package}.{ref.name}" if ref.package else ref.name
    digest = hashlib.blake2b("\0".join([REFS.name, ref.path, target]).encode(), digest_size=10)
    return Violation(
        policy=REFS.name,
        type=REFS.type,
        severity=REFS.severity,
        subject=f"{ref.path}: ref to {target}",
        message=message,
        fingerprint=digest.hexdigest(),
        path=ref.path,
        line=ref.line,
        rationale=REFS.spec.rationale,
        fix=REFS.spec.fix,
    )
