"""How good an order is: normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), gains of 2^grade - 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

DEPTH = 10


def ndcg(found: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return nDCG@10 of one order, between 0 and 1."""
    ideal = _gain(sorted(grades.values(), reverse=True))
    return _gain([grades.get(key, 0) for key in found]) / ideal


def mean_ndcg(search: Callable[[str], Sequence[str]], judgements: Mapping[str, Mapping[str, int]]) -> float:
    """Return the mean over all queries."""
    return sum(ndcg(search(query), grades) for query, grades in judgements.items()) / len(judgements)


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:DEPTH]))
