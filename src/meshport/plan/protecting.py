"""What hides columns from outside their tables, while ports are written: verified, and given time to have its effect.

Tags are read back port by port (`verify_masks`); the policies that go by them are of the whole catalog, and the
registrar makes and reads them. A tag that was just set is not at once what policies go by: rows wait for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from meshport.errors import UnavailableError
from meshport.model import Port, Product
from meshport.plan.make import Observed
from meshport.plan.operations import PortWork
from meshport.plan.site import Site, Step
from meshport.plan.types import ProductPlan
from meshport.resources import mask, observed_of

MOST_HEALINGS = 3
"""So often policies are made good that somebody else changes while rows wait for them."""
PAUSE_SECONDS = 5.0


class Protection:
    """Of one publish. `products` are all that are published after it, `renew` holds the domain's lock."""

    def __init__(self, site: Site, renew: Callable[[], None], products: Sequence[Product]) -> None:
        self.renew, self.products = renew, products
        self._site = site
        self._by_policy = any(port.by_policy for product in products for port in product.ports)
        self._new = False

    def verify(self, step: Step) -> None:
        """Make sure of the policies that ports need. Raises UnavailableError where they are not as they have to be."""
        if self._by_policy and self._site.registrar is not None:
            step("verify policies", self._verify)

    def settle(self, product: ProductPlan, work: Sequence[PortWork], observed: Observed, step: Step) -> None:
        """Wait until what was tagged by this `work` is what policies go by, and verify these once more.

        Raises UnavailableError where nobody can tell what the policies are.
        """
        shielded = {port.relation for port in work}
        ports = [port for port in product.product.ports if port.relation in shielded]
        if not ports:
            return
        if self._site.registrar is None:
            raise UnavailableError(
                f"policies hide columns of {ports[0].label}, and they are verified by a publish only",
                hint="run `meshport publish`",
            )
        if self._new or any(_unsettled(port, observed) for port in ports):
            for _ in range(MOST_HEALINGS):
                self._new = False
                step(f"wait for the tags of {product.product.key}", self._wait)
                self._verify()
                if not self._new:
                    return
            raise UnavailableError(
                "somebody else changes the policies that hide columns, again and again",
                hint="see who does, in system.access.audit; no rows were published",
            )

    def _verify(self) -> None:
        self._new = self._site.registrar.protect(self.products) or self._new

    def _wait(self) -> None:
        seconds = self._site.catalog.capabilities.settle_seconds
        left = float(seconds)
        while left > 0:
            self._site.tell("waiting until tags have their effect", int(seconds - left), seconds)
            time.sleep(min(left, PAUSE_SECONDS))
            left -= PAUSE_SECONDS
            self.renew()


def _unsettled(port: Port, observed: Observed) -> bool:
    """Tell whether a tag of the port's masks is new: not there before, or never published with."""
    there = observed.relations.get(port.relation)
    tagged = {each.key: each.fields for each in (observed_of(there) if there else ()) if each.kind == mask.KIND}
    return observed.interrupted or any(
        tagged.get(wanted.key, {}).get("policy") != wanted.fields["policy"]
        or observed.ledger.get(wanted.key) != wanted.fields
        for wanted in mask.desired(port)
    )
