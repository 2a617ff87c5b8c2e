"""The central team's standards: what both Python and the macros read and neither hard-codes."""

from meshport.standards.load import load_standards
from meshport.standards.masking import choose_mask
from meshport.standards.types import Classification, MaskDefinition, Standards, TagTemplate

__all__ = ["Classification", "MaskDefinition", "Standards", "TagTemplate", "choose_mask", "load_standards"]
