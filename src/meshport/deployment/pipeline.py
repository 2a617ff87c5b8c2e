"""What a domain's pipeline runs, and when. Pure: what the project declares, put together for those who render it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from meshport.errors import InputError
from meshport.mesh import Deploy, Mesh
from meshport.model import Port, Product, Upstream
from meshport.schedules import Schedule

SECRETS = ("DATABRICKS_TOKEN", "MESHPORT_REGISTRY")
"""The variables of every pipeline that are secret."""
KEY = "MESHPORT_KEY_DEFAULT"
"""... and the one that DuckDB's masks need: on Databricks keys are in a secret scope."""


class Step(msgspec.Struct, frozen=True):
    """One command of meshport after the build. One that is run `always` is run after a failure, too."""

    name: str
    title: str
    command: tuple[str, ...]
    always: bool = False


STEPS = (
    Step("policies", "Data policies", ("quality", "run")),
    Step("publish", "Publish", ("publish", "--yes")),
    Step("notify", "Notify", ("ops", "check"), always=True),
)
"""What follows the build. The last keeps incidents of what failed and sends alerts."""


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """The pipeline of one domain. `products` are the names of all, `schedules` and `inputs` are by such a name: when
    those run that say so themselves, and the ports of other domains that each reads. `secrets` are variables, kept in
    the secret scope `scope` on Databricks.
    """

    domain: str
    title: str
    deploy: Deploy
    products: tuple[str, ...]
    schedules: Mapping[str, Schedule]
    inputs: Mapping[str, tuple[Upstream, ...]]
    run_as: str
    warehouse: str
    emails: tuple[str, ...]
    secrets: tuple[str, ...]
    scope: str

    @property
    def common(self) -> tuple[str, ...]:
        """The products that run when the domain does."""
        return tuple(name for name in self.products if name not in self.schedules)

    @property
    def every(self) -> list[tuple[Schedule, tuple[Upstream, ...]]]:
        """Every schedule of the domain, with the inputs that it is about."""
        found = [(each, self.read_by([name])) for name, each in self.schedules.items()]
        return [(self.deploy.schedule, self.read_by(self.common)), *found] if self.common else found

    def read_by(self, names: Iterable[str]) -> tuple[Upstream, ...]:
        """Return the ports of other domains that these products read, ordered by relation."""
        found = {str(each.relation): each for name in names for each in self.inputs[name]}
        return tuple(found[key] for key in sorted(found))


def pipeline_of(mesh: Mesh, products: Sequence[Product], schedules: Mapping[str, Schedule]) -> Pipeline:
    """Return the pipeline of a domain.

    Raises InputError where there is nothing to run, no warehouse to run it on, or nothing to wait for.
    """
    if not products:
        raise InputError("this project declares no data product", hint="docs/guides/domain-developer.md")
    ports = {port.unique_id: port for each in products for port in each.ports}
    made = Pipeline(
        domain=mesh.domain,
        title=mesh.title or mesh.domain,
        deploy=mesh.deploy,
        products=tuple(each.name for each in products),
        schedules=schedules,
        inputs={each.name: _inputs(each, ports) for each in products},
        run_as=mesh.deploy.run_as or f"{mesh.domain.replace('_', '-')}-ci",
        warehouse=mesh.deploy.warehouse or _only_warehouse(mesh),
        emails=mesh.deploy.emails or ((mesh.owner.email,) if mesh.owner.email else ()),
        secrets=(*SECRETS, *dict.fromkeys(each.address for each in mesh.alerts)),
        scope=mesh.deploy.secrets or mesh.domain,
    )
    waits = [("mesh.yml", made.deploy.schedule, made.common)] if made.common else []
    waits += [(f"the group `{name}`", each, (name,)) for name, each in schedules.items()]
    for place, schedule, names in waits:
        if schedule.after_inputs is not None and not made.read_by(names):
            raise InputError(
                "`after_inputs` waits for products of other domains, and none is read",
                where=place,
                hint="`meshport inputs add` brings one; `cron` runs at a time",
            )
    return made


def _inputs(product: Product, ports: Mapping[str, Port]) -> tuple[Upstream, ...]:
    """Return the ports of other domains that a product is made of, also through products of its own domain."""
    seen, waiting, read = {port.unique_id for port in product.ports}, [*product.ports], []
    while waiting:
        for each in waiting.pop().upstream:
            if each.product and each.relation:
                read.append(each)
            elif each.unique_id in ports and each.unique_id not in seen:
                seen.add(each.unique_id)
                waiting.append(ports[each.unique_id])
    return tuple(read)


def _only_warehouse(mesh: Mesh) -> str:
    if len(mesh.warehouses) != 1:
        raise InputError(
            f"mesh.yml names {len(mesh.warehouses) or 'no'} warehouses: which one does the pipeline run on?",
            where="mesh.yml",
            hint="deploy: {warehouse: NAME}",
        )
    return next(iter(mesh.warehouses))
