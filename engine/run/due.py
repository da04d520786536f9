"""Which indicators should run today: by the calendar, by how the last run went, and by what lies in the inbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from ..settings import Settings
from ..spec import Spec
from . import arrivals
from .assembly import Errand, database_url
from .operations.status import read, spoken

_SQLITE = "sqlite:///"
_IN_INBOX = "in_inbox"
_IN_WORDS = "with a file in the inbox"


def due(specs: Sequence[Spec], errand: Errand, settings: Settings, now: datetime) -> Mapping[str, str]:
    """Which of these should run, by their ids, and why in a word.

    Those of which figures are due, late, or were revised since their last release; those that failed last or were never
    loaded; and those for which a file lies in the inbox.

    Raises:
        StorageError: The database can't be read; that there is none yet is no fault.
    """
    demo = errand.mode == "demo"
    url = database_url(settings, demo=demo, said=errand.database_url)
    if _is_missing(url):
        return dict.fromkeys((spec.id for spec in specs), "never_loaded")
    standings = read(url, "", specs, now, demo=demo).standings
    inbox = arrivals.wanted(settings, specs) if errand.mode == "live" else frozenset()
    reasons = dict.fromkeys(inbox, _IN_INBOX) | {one.indicator_id: one.wanted for one in standings if one.wanted}
    return {spec.id: reasons[spec.id] for spec in specs if spec.id in reasons}


def counted(reasons: Mapping[str, str]) -> str:
    """How many there are of each reason, in words.

    >>> counted({"S-1": "late", "S-2": "never_loaded", "S-3": "late"})
    '2 late, 1 never loaded'
    """
    number = Counter(_IN_WORDS if reason == _IN_INBOX else spoken(reason) for reason in reasons.values())
    return ", ".join(f"{times} {reason}" for reason, times in number.most_common())


def _is_missing(url: str) -> bool:
    """Whether it is a file's database, and there is no such file."""
    return url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE).partition("?")[0]).exists()
