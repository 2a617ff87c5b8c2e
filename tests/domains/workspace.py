"""A domain on Databricks under test: the central team's repository, and what is in the double of the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from meshport.catalogs.databricks.calls import unlisted
from tests.databricks_double.rest_server import Served
from tests.databricks_double.store import Metastore, Principal
from tests.domains.central import Central
from tests.publish.domain import Done


class Workspace(Central):
    """The repository, with the workspace that it provisions."""

    def __init__(self, path: Path, served: Served) -> None:
        super().__init__(path)
        self.served = served

    def run(self, *arguments: str, code: int | None = 0) -> Done:
        """Run a command. Whatever it calls has to be listed."""
        called = len(self.served.requests)
        done = super().run(*arguments, code=code)
        calls = [(each.method, each.path) for each in self.served.requests[called:]]
        assert unlisted([], [each for each in calls if "/.well-known/" not in each[1]]) == []
        return done

    @property
    def store(self) -> Metastore:
        """What is in the workspace."""
        return self.served.store

    def documents(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return what only REST knows."""
        return self.store.documents.get(kind, {})

    def named(self, kind: str, name: str) -> dict[str, Any]:
        """Return the one document of a kind with a name."""
        (found,) = [
            each for each in self.documents(kind).values() if name in (each.get("name"), each.get("displayName"))
        ]
        return found

    def robot(self) -> str:
        """Return the application id of the service principal that CI is."""
        (found,) = self.documents("service_principals")
        return found

    def writes(self) -> list[str]:
        """Return what was written, as `METHOD path`."""
        return [f"{each.method} {each.path}" for each in self.served.requests if each.method != "GET"]

    def state(self) -> dict[str, Any]:
        """Return all that is there of what is provisioned, without ids and times."""
        robots = {key: each["displayName"] for key, each in self.documents("service_principals").items()}

        def grants(held: dict[str, set[str]]) -> dict[str, list[str]]:
            return {robots.get(who, who): sorted(what) for who, what in sorted(held.items()) if what}

        with self.store.lock:
            used = {}
            for kind, field in (("warehouses", "name"), ("cluster_policies", "name")):
                for key, held in self.documents(kind).items():
                    given = self.documents("object_permissions").get(f"{kind.replace('_', '-')}/{key}", {})
                    used[kind, held[field]] = {
                        robots.get(who.partition("/")[2], who.partition("/")[2]): level for who, level in given.items()
                    }
            return {
                "catalogs": {
                    name: (each.comment, each.storage_root, each.tags, grants(each.grants))
                    for name, each in self.store.catalogs.items()
                },
                "schemas": {name: (each.tags, grants(each.grants)) for name, each in self.store.schemas.items()},
                "warehouses": {
                    each["name"]: (each["cluster_size"], each["auto_stop_mins"], each.get("tags"))
                    for each in self.documents("warehouses").values()
                },
                "policies": {each["name"]: each["definition"] for each in self.documents("cluster_policies").values()},
                "used": used,
                "groups": {name: each["members"] for name, each in self.documents("groups").items()},
                "robots": sorted(robots.values()),
                "tags": sorted(self.store.tag_policies),
                "discovered": {
                    each["tag_key"]: (each.get("subtitle"), each.get("description"))
                    for each in self.documents("domains").values()
                },
                "metastore": grants(self.documents("metastore").get("self", {}).get("grants", {})),
            }


def people() -> dict[str, Principal]:
    """An admin who provisions, and somebody else."""
    return {
        "t-admin": Principal("admin@x.org", "t-admin", frozenset({"admins"}), is_admin=True),
        "t-eve": Principal("eve@x.org", "t-eve", frozenset({"marketing"})),
    }
