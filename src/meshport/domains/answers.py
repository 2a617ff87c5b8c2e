"""The file of a new domain made of a few answers, on the command line or in a form. Everything else has a default."""

from __future__ import annotations

from typing import Any

import msgspec

from meshport.domains.file import FORMAT, DomainFile
from meshport.errors import InputError

CLUSTERS = {
    "autotermination_minutes": {"type": "range", "maxValue": 30, "defaultValue": 15},
    "num_workers": {"type": "range", "maxValue": 4, "defaultValue": 1},
    "data_security_mode": {"type": "fixed", "value": "USER_ISOLATION"},
}
"""What clusters of a new domain may be: small ones that stop, and that Unity Catalog keeps apart."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a new domain. Empty texts stand for what follows from its name."""

    name: str
    title: str = ""
    description: str = ""
    owner_name: str = ""
    owner_email: str = ""
    owner_group: str = ""
    developer_group: str = ""
    groups: str = "existing"
    platform: str = "databricks"
    storage: str = ""
    size: str = "Small"
    auto_stop_minutes: int = 10
    budget: float = 500.0
    discover: bool = True
    tags: dict[str, str] = {}

    def complete(self) -> Answers:
        """Return the answers with what follows from the domain's name."""
        dashed, title = self.name.replace("_", "-"), self.title or self.name.replace("_", " ").capitalize()
        return msgspec.structs.replace(
            self,
            title=title,
            owner_name=self.owner_name or f"{title} team",
            owner_email=self.owner_email or f"{dashed}@example.com",
            owner_group=self.owner_group or f"{dashed}-owners",
            developer_group=self.developer_group or f"{dashed}-developers",
        )


def domain_of(answers: Answers) -> DomainFile:
    """Return the domain that answers describe. Raises InputError naming the key that does not fit.

    On Databricks it begins with the environments dev, which developers write, and prod, which CI publishes; on the
    laptop with one.
    """
    told, name = answers.complete(), answers.name
    laptop = told.platform == "duckdb"
    storage = {"storage": told.storage} if told.storage else {}
    published = f"{name}_published"
    dev: dict[str, Any] = {"catalog": name if laptop else f"{name}_dev", "developers": "write", **storage}
    environments = {"dev": {**dev, "published": published}} if laptop else {"dev": dev}
    if not laptop:
        environments["prod"] = {"catalog": name, "published": published, "developers": "read", **storage}
    data = {
        "format": FORMAT,
        "name": name,
        "title": told.title,
        "description": told.description,
        "platform": told.platform,
        "owner": {"name": told.owner_name, "email": told.owner_email, "group": told.owner_group},
        "developers": told.developer_group,
        "groups": told.groups,
        "environments": environments,
        "warehouses": {
            f"{name}_sql": {
                "size": told.size,
                "auto_stop_minutes": told.auto_stop_minutes,
                "budget": told.budget,
            }
        },
        "cluster_policies": {} if laptop else {f"{name}_jobs": CLUSTERS},
        "ci": None if laptop else {"name": f"{name.replace('_', '-')}-ci"},
        "tags": told.tags,
        "discover_tag": None if laptop or not told.discover else f"domain_{name}",
    }
    try:
        return msgspec.convert(data, DomainFile)
    except msgspec.ValidationError as error:
        raise InputError(
            f"this is no domain: {error}", hint="the key is the last part of the path behind `$`"
        ) from error
