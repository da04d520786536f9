"""A notice as a chat takes it. What comes from outside is never read as markup there, so that nothing is mentioned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .channels import Shape
from .message import Notice

# A chat refuses what is too long altogether: Teams above 28 KB, in which a letter may take six bytes.
_LETTERS = 4_000
_CARD = "http://adaptivecards.io/schemas/adaptive-card.json"


def shaped(notice: Notice, shape: Shape) -> Mapping[str, Any]:
    """The body of a message for a webhook of that shape."""
    match shape:
        case "slack":
            said = f"{notice.subject}\n\n{shortened(notice.text)}"
            plain = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            return {"text": plain, "mrkdwn": False}
        case "teams":
            return _card(notice.subject, shortened(notice.text))
        case "json":
            return described(notice)


def described(notice: Notice) -> Mapping[str, Any]:
    """All of a notice as plain data."""
    return {"subject": notice.subject, "text": notice.text, **notice.facts}


def shortened(text: str, most: int = _LETTERS) -> str:
    r"""The first lines of a text, and how many more there are.

    >>> shortened("one\ntwo\nthree", most=8)
    'one\ntwo\n… and 1 more line: yhovi status shows what failed.'
    """
    lines, size = text.split("\n"), 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > most:
            more = len(lines) - number
            kept = lines[:number] or [f"{line[: most - 1]}…"]
            rest = more if number else more - 1
            said = f"… and {rest} more line{'' if rest == 1 else 's'}: yhovi status shows what failed."
            return "\n".join([*kept, said])
    return text


def _card(subject: str, text: str) -> Mapping[str, Any]:
    """A message with an adaptive card; its runs of text, unlike its blocks of text, hold no markup."""
    blocks = [_run(subject, weight="Bolder", size="Medium"), *(_run(line) for line in text.split("\n") if line.strip())]
    content = {"$schema": _CARD, "type": "AdaptiveCard", "version": "1.4", "body": blocks}
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def _run(line: str, **style: str) -> Mapping[str, Any]:
    # what is indented stays so: a chat takes ordinary spaces away
    kept = line.replace("  ", "\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}")
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": kept, **style}]}
