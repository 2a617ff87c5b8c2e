"""Reading what people declare in `meta`, where anything may stand: what does not fit becomes a blocked gate."""

from __future__ import annotations

from typing import Any

from meshport.model import Gate


class Problems(list[Gate]):
    """The blocked gates that a declaration causes, collected while it is read."""

    def block(self, gate: str, subject: str, reason: str, hint: str = "") -> None:
        """Add a blocked gate."""
        self.append(Gate(name=gate, subject=subject, passed=False, reason=reason, hint=hint))


def text(value: Any) -> str | None:
    """Return a declared value as text, None where there is none."""
    if value is None:
        return None
    if isinstance(value, list):  # dbt 1.10+ takes several e-mail addresses for one owner
        return ", ".join(str(item) for item in value)
    return str(value)


def declared_tags(meta: dict[str, Any], subject: str, problems: Problems) -> dict[str, str]:
    """Return `meta.tags` as texts; empty, and blocked, where it is no mapping of keys to plain values."""
    if "tags" not in meta:
        return {}
    raw = meta["tags"]
    if not isinstance(raw, dict) or not all(isinstance(value, (str, int, float, bool)) for value in raw.values()):
        problems.block("tags", subject, "`config.meta.tags` must map tag keys to values", "tags: {retention: 2y}")
        return {}
    return {str(key): str(value) for key, value in raw.items()}
