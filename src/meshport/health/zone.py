"""Checks of what dbt built and of where it is published to."""

from __future__ import annotations

from datetime import datetime, timezone

from meshport.health.types import Finding, Place
from meshport.keys import PREFIX, load_keys

NOT_BUILT = Finding("warning", "not known before dbt has run", "run `meshport build`")


def artifacts(place: Place) -> Finding:
    """dbt's artifacts are there and can be read."""
    from meshport.artifacts import load_project

    if not (place.project_dir / "target" / "manifest.json").is_file():
        return Finding("warning", "dbt has not run here yet", "run `meshport build`")
    project = load_project(place.project_dir / "target")
    age = datetime.now(timezone.utc) - datetime.fromisoformat(project.generated_at.replace("Z", "+00:00"))
    return Finding("ok", f"{len(project.nodes)} nodes, {_ago(age.total_seconds())} (dbt {project.dbt_version})")


def keys(place: Place) -> Finding:
    """The keys that the masks of declared products need are set, and can be used."""
    needed = needed_keys(place)
    if needed is None:
        return NOT_BUILT
    missing = sorted(needed - load_keys().keys())
    if missing:
        names = ", ".join(f"{PREFIX}{name.upper()}" for name in missing)
        return Finding("failed", f"not set: {names}", "export each with a secret of at least 16 characters")
    return Finding("ok", f"set: {', '.join(sorted(needed))}" if needed else "no mask needs one")


def needed_keys(place: Place) -> set[str] | None:
    """Return the names of the keys that the masks of declared products need; None before dbt has run."""
    from meshport.artifacts import load_project
    from meshport.products import derive
    from meshport.standards import standards_of

    if not (place.project_dir / "target" / "manifest.json").is_file():
        return None
    project = load_project(place.project_dir / "target")
    declared = derive(project, place.mesh, standards_of(place.project_dir, place.mesh))
    columns = [c for item in declared for port in item.product.ports for c in port.contract.columns]
    return {str(c.mask.arguments["key"]).lower() for c in columns if c.mask and "key" in c.mask.arguments}


def registry(place: Place) -> Finding:
    """The registry can be reached, and is of this meshport's revision."""
    from pathlib import Path

    from sqlalchemy import make_url

    from meshport.registry.maintenance import status
    from meshport.registry.opening import registry_url

    url = make_url(registry_url(place.project_dir, place.registry_override))
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return Finding("warning", f"{url.database} is not there yet", "the first publish makes it")
    found = status(url.render_as_string(hide_password=False))
    if found.fit != "current":
        fix = {"older": "meshport registry upgrade", "empty": "meshport registry init", "newer": "upgrade meshport"}
        elsewhere = "name another place with --registry or MESHPORT_REGISTRY"
        told = f"{found.name} is {found.fit} (revision {found.revision}, this meshport has {found.newest})"
        return Finding("failed", told, fix.get(found.fit, elsewhere))
    return Finding("ok", f"revision {found.revision} ({found.name})")


def published_file(place: Place) -> Finding:
    """The published file can be opened, and is not the one that dbt writes."""
    from meshport.catalogs.duckdb import DuckDBCatalog

    path = place.mesh.published_path(place.project_dir)
    if path == _internal(place):
        return Finding(
            "failed", f"{path} is the file that dbt writes", "name another in mesh.yml: published: {path: ...}"
        )
    if not path.exists():
        return Finding("warning", f"{path} is not there yet", "the first publish makes it")
    relations = DuckDBCatalog(path, place.mesh.published_database).observe()
    return Finding("ok", f"{len(relations)} relations ({path})")


def _internal(place: Place) -> object:
    from meshport.errors import MeshportError

    try:
        return place.profile.path
    except MeshportError:  # a row of its own says so
        return None


def _ago(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{int(seconds // length)} {unit} old"
    return f"{max(int(seconds), 0)} seconds old"
