"""What the central team decides, as data: classifications, masks, tags, policies, lint; and what domains add to it."""

from meshport.standards.load import load_standards, standards_of
from meshport.standards.masking import choose_mask
from meshport.standards.policy import Exemption, Policy, Spec
from meshport.standards.types import (
    AccessRule,
    Classification,
    MaskDefinition,
    Origin,
    Protection,
    Standards,
    TagTemplate,
)

__all__ = [
    "AccessRule",
    "Classification",
    "Exemption",
    "MaskDefinition",
    "Origin",
    "Policy",
    "Protection",
    "Spec",
    "Standards",
    "TagTemplate",
    "choose_mask",
    "load_standards",
    "standards_of",
]
