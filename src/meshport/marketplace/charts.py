"""Small charts: SVG, drawn on the server, with what they show in words. Colours come from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from meshport.insights import Score
from meshport.insights.mesh import Month
from meshport.insights.weeks import Week

HEIGHT, BAR, GAP = 48, 14, 4
"""In pixels: a chart, a bar, between bars."""


def score_bar(name: str, score: Score) -> Markup:
    """Return a value as a bar: what is sure, then what nothing shows; the rest does not hold."""
    low, high = (0.0, 1.0) if score.low is None or score.high is None else (score.low, score.high)
    return Markup(
        '<svg class="score" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{label}">'
        '<rect class="rest" width="100" height="8"/><rect class="maybe" width="{high:.1f}" height="8"/>'
        '<rect class="sure" width="{low:.1f}" height="8"/></svg>'
    ).format(label=f"{name}: {score}", high=high * 100, low=low * 100)


def week_bars(weeks: Sequence[Week], what: str) -> Markup:
    """Return a number for each week as bars, the newest on the right."""
    most = max((week.number for week in weeks), default=0)
    said = f"{what} by week: " + ", ".join(f"{week.begins} {week.number}" for week in weeks if week.number)
    bars = [
        _bar("bar", place, 0, _height(week.number, most), f"week of {week.begins}: {week.number}")
        for place, week in enumerate(weeks)
    ]
    return _chart(said if most else f"no {what} in these weeks", len(weeks), bars)


def month_bars(months: Sequence[Month]) -> Markup:
    """Return the results of each month as bars of three parts: failed below, warned, passed."""
    most = max((month.passed + month.warned + month.failed for month in months), default=0)
    said = "; ".join(
        f"{month.month}: {month.failed} failed, {month.warned} warned, {month.passed} passed" for month in months
    )
    bars = []
    for place, month in enumerate(months):
        base = 0.0
        for kind, number in (("fail", month.failed), ("warned", month.warned), ("pass", month.passed)):
            height = _height(number, most)
            bars.append(_bar(kind, place, base, height, f"{month.month}: {number} {kind}"))
            base += height
    return _chart(said, len(months), bars)


def _height(number: int, most: int) -> float:
    """Return how high a bar is; what is not nothing is seen."""
    return max(number / most * HEIGHT, 2.0) if number else 0.0


def _bar(kind: str, place: int, base: float, height: float, said: str) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"><title>{}</title></rect>').format(
        kind, place * (BAR + GAP), HEIGHT - base - height, BAR, height, said
    )


def _chart(said: str, places: int, bars: Sequence[Markup]) -> Markup:
    width = max(places * (BAR + GAP) - GAP, BAR)
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        'aria-label="{said}"><path class="ground" d="M0 {ground}H{width}"/>{bars}</svg>'
    ).format(width=width, height=HEIGHT + 1, ground=HEIGHT + 0.5, said=said, bars=Markup("").join(bars))
