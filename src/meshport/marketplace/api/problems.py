"""What the API says when it refuses, for its description: every route may answer with these."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.openapi.datastructures import ResponseSpec

from meshport.marketplace.failures import PROBLEM_TYPE, TITLES, Problem

PROBLEMS: Mapping[int, ResponseSpec] = {
    status: ResponseSpec(Problem, description=title, media_type=PROBLEM_TYPE, generate_examples=False)
    for status, title in TITLES.items()
}
