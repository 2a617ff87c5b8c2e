"""How values are written in pages: the filters and functions that templates use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from litestar.plugins.jinja import JinjaTemplateEngine
from markupsafe import Markup, escape

from meshport.contracts.odcs_write import url_of
from meshport.marketplace.charts import month_bars, score_bar, week_bars
from meshport.marketplace.drawing import draw
from meshport.registry.types import Liking


def register(engine: JinjaTemplateEngine) -> None:
    """Give an engine the filters."""
    engine.engine.trim_blocks = True
    engine.engine.lstrip_blocks = True
    engine.engine.filters.update(
        day=day, minute=minute, money=money, number=number, path=path, prose=prose, stars=stars, link=url_of
    )
    engine.engine.globals.update(address=address, draw=draw)
    engine.engine.globals.update(score_bar=score_bar, week_bars=week_bars, month_bars=month_bars)


def day(stamp: str | None) -> str:
    """Return the day of an ISO time stamp."""
    return (stamp or "")[:10]


def minute(stamp: str | None) -> str:
    """Return an ISO time stamp in UTC to the minute."""
    return (stamp or "")[:16].replace("T", " ")


def number(value: float | Decimal) -> str:
    """Return a number with thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")


def money(amount: Decimal, currency: str) -> str:
    """Return an amount to the hundredth, with its currency."""
    return f"{number(amount.quantize(Decimal('0.01')))}\u00a0{currency}"


def prose(text: str) -> Markup:
    """Return words in which something between backticks is code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def path(name: str) -> str:
    """Return a name as one segment of a path."""
    return quote(name, safe="")


def address(base: str, **parameters: Any) -> str:
    """Return a path with those parameters that say something."""
    said = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{base}?{urlencode(said)}" if said else base


def stars(liking: Liking) -> Markup | str:
    """Return a rating as stars, with words for those who hear them."""
    if liking.mean is None:
        return ""
    full = round(liking.mean)
    return Markup(
        '<span class="stars" role="img" aria-label="{said}">{full}<span class="off">{rest}</span></span>'
    ).format(said=f"{liking.mean:.1f} of 5 stars by {liking.people}", full="★" * full, rest="★" * (5 - full))
