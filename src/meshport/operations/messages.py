"""An alert as people read it, and in the shapes that receivers want. Pure.

Slack: a message of Block Kit. Teams: a message with an Adaptive Card, as its Workflows take it. A webhook: the facts as
JSON. E-mail: plain text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import msgspec

from meshport.registry.types import Incident, IncidentKind

LONGEST_TITLE = 150
"""What a header of Slack's takes."""
LONGEST_TEXT = 2_900
"""... and a section of it, with some room."""
FIXES: Mapping[IncidentKind, str] = {
    "run": "read dbt's messages and mend what failed, then `meshport build` and `meshport publish`",
    "tests": "mend the rows or the test, then `meshport build` and `meshport publish`; what is published stays",
    "quality": "see which tests did not pass and mend their rows, or promise what can be kept",
    "freshness": "see why no newer build was published: does the schedule run, are its sources fresh?",
    "cost": "see what it went into; build less often or less of it, stop the warehouse earlier, or raise the budget",
}
"""How trouble of a kind is mended."""
LOOKS: Mapping[IncidentKind, str] = {
    "run": "meshport ops status {product}",
    "tests": "meshport ops status {product} --runs",
    "quality": "meshport ops status {product}",
    "freshness": "meshport ops status {product}",
    "cost": "meshport ops cost --by model",
}
"""What shows more of it."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is said: `title` in a line, `facts` by name in their order. `id` is the same whenever it is sent again."""

    id: str
    event: str
    severity: str
    product: str
    title: str
    facts: dict[str, str]

    @property
    def text(self) -> str:
        """All of it as text."""
        return "\n".join([self.title, "", *(f"{name}: {said}" for name, said in self.facts.items())])


def message(incident: Incident, event: str, owner: str) -> Message:
    """Return what is to be said of an incident's `begin` or `end`: what failed, where to look, how to mend it."""
    begins = event == "begin"
    facts = {"What": incident.text, "Since": incident.began_at[:16].replace("T", " ") + " UTC"}
    if incident.ended_at is not None:
        facts["Until"] = incident.ended_at[:16].replace("T", " ") + " UTC"
    facts["Owner"] = owner or "nobody is named"
    if begins:
        facts["Where to look"] = LOOKS[incident.kind].format(product=incident.product)
        facts["How to fix it"] = FIXES[incident.kind]
    about = f"{incident.product}: {incident.kind} ({incident.severity})"
    return Message(
        id=f"incident-{incident.id}-{event}",
        event=event,
        severity=incident.severity,
        product=incident.product,
        title=f"{'Incident' if begins else 'Over'}: {about}",
        facts=facts,
    )


def trial(domain: str) -> Message:
    """Return what is sent to see whether a route works."""
    facts = {"What": f"a test of the alerts of the domain {domain}: nothing is wrong"}
    return Message(
        id=f"test-{uuid4().hex}", event="test", severity="soft", product=domain, title="Test of alerts", facts=facts
    )


def slack(said: Message) -> dict[str, Any]:
    """Return a message of Slack's: `text` is what notifications show. Nothing in it is taken for markup."""
    facts = "\n".join(f"*{name}:* {_escaped(text)}" for name, text in said.facts.items())
    return {
        "text": _escaped(said.title),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": said.title[:LONGEST_TITLE], "emoji": False}},
            {"type": "section", "text": {"type": "mrkdwn", "text": facts[:LONGEST_TEXT], "verbatim": True}},
        ],
    }


def teams(said: Message) -> dict[str, Any]:
    """Return a message with an Adaptive Card of version 1.4."""
    colour = {"begin": "Attention" if said.severity == "hard" else "Warning", "end": "Good"}.get(said.event, "Default")
    facts = [{"title": name, "value": _MARKDOWN.sub(r"\\\1", text)} for name, text in said.facts.items()]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {
                "type": "TextBlock",
                "text": _MARKDOWN.sub(r"\\\1", said.title),
                "weight": "Bolder",
                "size": "Medium",
                "color": colour,
                "wrap": True,
            },
            {"type": "FactSet", "facts": facts},
        ],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def webhook(said: Message) -> dict[str, Any]:
    """Return the facts for a program."""
    facts: dict[str, Any] = msgspec.to_builtins(said)
    return facts


def mail(said: Message, sender: str, recipients: str) -> EmailMessage:
    """Return a message as plain text. Its id lets a mailbox see that it was sent twice."""
    made = EmailMessage()
    made["Subject"] = " ".join(said.title.split())
    made["From"] = sender
    made["To"] = recipients
    made["Message-ID"] = f"<{said.id}@{said.product.partition('.')[0]}.meshport>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(said.text)
    return made


def _escaped(text: str) -> str:
    """Return a text in which Slack finds no link, mention or formatting beyond its line."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_MARKDOWN = re.compile(r"([\\`*_\[\]()#!~<>])")
