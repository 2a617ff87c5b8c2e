"""Freshness over time: exact, and what a brute-force sampling finds."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from meshport.operations.freshness import Build, age, fresh_for
from meshport.operations.slo import Attainment

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
HOURS = 72
hours = st.integers(-24, HOURS)


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


@st.composite
def builds(draw: st.DrawFn) -> Build:
    """Whole hours, so that sampling between them misses nothing; published after they were built, as all are."""
    moment = draw(hours)
    since = moment + draw(st.integers(0, 24))
    until = draw(st.none() | st.integers(0, 48).map(lambda more: since + more))
    return Build(at(moment), at(since), None if until is None else at(until))


many = st.lists(builds(), max_size=8)
promises = st.integers(1, 48).map(lambda each: timedelta(hours=each))


@given(many, promises)
def test_it_is_what_sampling_every_hour_finds(published: list[Build], promised: timedelta) -> None:
    sampled = 0
    for hour in range(HOURS):
        old = age(published, at(hour + 0.5))
        sampled += old is not None and old <= promised
    assert fresh_for(published, promised, at(0), at(HOURS)) == timedelta(hours=sampled)


@given(many, promises, hours, st.integers(0, HOURS))
def test_it_is_a_part_of_the_time(published: list[Build], promised: timedelta, start: int, length: int) -> None:
    window = timedelta(hours=length)
    fresh = fresh_for(published, promised, at(start), at(start) + window)
    assert timedelta() <= fresh <= window


@given(many, builds(), promises)
def test_another_build_never_takes_any_away(published: list[Build], more: Build, promised: timedelta) -> None:
    before = fresh_for(published, promised, at(0), at(HOURS))
    assert fresh_for([*published, more], promised, at(0), at(HOURS)) >= before


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0, 1))
def test_a_budget_is_spent_where_the_objective_is_missed(good: int, bad: int, objective: float) -> None:
    found = Attainment(
        product="a.b", port="c", level="quality", promised="", objective=objective, measured=good + bad, good=good
    )
    if good + bad == 0:
        assert found.attained is found.met is None
        return
    assert found.attained is not None
    assert 0 <= found.attained <= 1
    if abs(found.left) > 1e-6:  # on the edge, rounding may say either
        assert found.met == (found.left > 0)
