"""The open standards' words for where something stands in its life."""

from __future__ import annotations

from collections.abc import Mapping

STATUS: Mapping[str, str] = {"published": "active", "deprecated": "deprecated", "retired": "retired"}
