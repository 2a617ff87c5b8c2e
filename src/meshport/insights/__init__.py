"""How products stand: the characteristics of the data mesh papers with their evidence, for consumers, owners, all.

`characteristics` is the table that everything here follows; `scores` asks it of the tables that the registry fills;
`products` and `mesh` put beside it what owners and the central team have to know. No pages here, and no commands.
"""

from __future__ import annotations

from meshport.insights.characteristics import BY_NAME, CHARACTERISTICS, Characteristic
from meshport.insights.mesh import MeshInsights, mesh_insights
from meshport.insights.products import (
    DomainInsights,
    ProductEvidence,
    ProductInsights,
    domain_insights,
    product_evidence,
    product_insights,
)
from meshport.insights.scores import Piece, Score, Scores, score_of

__all__ = [
    "BY_NAME",
    "CHARACTERISTICS",
    "Characteristic",
    "DomainInsights",
    "MeshInsights",
    "Piece",
    "ProductEvidence",
    "ProductInsights",
    "Score",
    "Scores",
    "domain_insights",
    "mesh_insights",
    "product_evidence",
    "product_insights",
    "score_of",
]
