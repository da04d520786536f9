"""What goes into the warehouse and comes out of it, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

Mode = Literal["live", "demo", "replay"]
RunOutcome = Literal["ok", "partial", "failed", "interrupted"]
LoadOutcome = Literal["loaded", "unchanged"]
LastOutcome = Literal["loaded", "unchanged", "failed", "on_hold"]
LoadKind = Literal["load", "backfill", "undo"]
Clock = Literal["retrieved", "committed"]
Severity = Literal["error", "warning", "info"]
DatasetStatus = Literal["success", "failure", "partial"]
Origin = Literal["published", "synthetic"]

Observations: TypeAlias = "Sequence[Mapping[str, Any]] | pd.DataFrame"
"""The canonical observation frame, or the same as records; columns it doesn't know are ignored."""

TOTAL = "_T"
"""The breakdown of a row that isn't broken down."""


class Key(NamedTuple):
    """What names one observation within an indicator."""

    area_code: str
    area_vintage: str
    time_period: str
    breakdown: str = TOTAL


@dataclass(frozen=True, slots=True)
class IndicatorCard:
    """What is said about an indicator beside its numbers.

    ``unit_measure`` is the unit's name, ``unit`` how dashboards print it. An indicator that isn't published is a
    component: it is kept, and never shown in the mart.
    """

    indicator_id: str
    title: str
    description: str
    domain: str
    subdomain: str
    measure_type: str
    unit_measure: str
    unit: str
    polarity: str
    decimals: int
    publisher: str
    license: str
    owner: str
    dataset_id: str
    spec_hash: str
    publish: bool = True


class Area(NamedTuple):
    """An area of one vintage; ``level`` is "lad" for a district, ``parent`` the code of the area it lies in."""

    area_code: str
    area_vintage: str
    name: str
    level: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a load speaks for: a current key in here which the load lacks is withdrawn. ``None`` stands for all.

    ``periods`` is the first day of the first period and the last day of the last. A load speaks only for the area
    vintages it has rows of, for the target vintage, and for ``vintages`` beside it.
    """

    areas: frozenset[str] | None = None
    periods: tuple[date, date] | None = None
    breakdowns: frozenset[str] | None = None
    vintages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Load:
    """One indicator's commit, less its observations.

    ``areas`` describes the areas that occur (one without a description is shown by its code). ``withdrawal_limit`` is
    the share of the current keys in scope that may vanish before the load is stopped. ``input_loads`` are those that
    it was made from, where an indicator is made of others. ``commit_id`` is unique to this commit: if a connection is
    lost while it is being committed, the next try sees by it whether it was kept. With ``kind`` "backfill" bytes that
    are older than the newest loaded are put behind those; otherwise they are refused.
    """

    run_id: str
    card: IndicatorCard
    scope: Scope
    target_vintage: str
    retrieved_at: datetime
    committed_at: datetime
    release: str | None
    exchange_id: str | None
    spec_text: str
    plan_json: str
    plan_fingerprint: str
    row_set_hash: str
    registry_hash: str
    engine_version: str
    origin: Origin
    areas: Sequence[Area] = ()
    withdrawal_limit: float = 0.2
    input_loads: Sequence[int] = ()
    commit_id: str | None = None
    kind: Literal["load", "backfill"] = "load"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did, in rows. ``held`` counts the quarantined keys whose current row, if any, was left alone.

    ``kind`` says whether it was of the newest bytes, or of older ones that went behind those.
    """

    load_id: int
    new: int
    changed: int
    unchanged: int
    withdrawn: int
    held: int
    kind: LoadKind = "load"

    @property
    def outcome(self) -> LoadOutcome:
        """Whether anything was appended."""
        return "loaded" if self.new or self.changed or self.withdrawn else "unchanged"


class Left(NamedTuple):
    """An observation that an undo left as it is, as a later load changed it since."""

    key: Key
    load_id: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a load did: how many observations are again as before, and how many are gone.

    ``undo_id`` is the number of the load that did it, None where there was nothing to do; ``note`` says why.
    ``made_of_it`` are the indicators that were made of this one since.
    """

    load_id: int
    indicator_id: str
    undo_id: int | None
    restored: int = 0
    removed: int = 0
    left: tuple[Left, ...] = ()
    made_of_it: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Bytes and a plan that aren't loaded again, as their load was undone."""

    hold_id: int
    indicator_id: str
    load_id: int
    placed_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A load as a listing shows it; ``undone_by`` is the load that undid it, if any."""

    load_id: int
    indicator_id: str
    run_id: str
    kind: LoadKind
    committed_at: datetime
    retrieved_at: datetime
    release: str | None
    rows_new: int
    rows_changed: int
    rows_withdrawn: int
    undoes: int | None
    undone_by: int | None


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """What was written down of a load, less the spec and the plan: enough to say whether another would differ.

    ``spec_hash`` is that of the spec by which the indicator was described last.
    """

    load_id: int
    run_id: str
    committed_at: datetime
    retrieved_at: datetime
    release: str | None
    exchange_id: str | None
    plan_fingerprint: str
    row_set_hash: str
    registry_hash: str
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_withdrawn: int
    rows_held: int
    outcome: LoadOutcome
    kind: LoadKind
    origin: Origin
    spec_hash: str


@dataclass(frozen=True, slots=True)
class RunStart:
    """The beginning of one invocation. ``run_id`` is unique; ``command`` is as it was typed, without secrets."""

    run_id: str
    started_at: datetime
    command: str
    mode: Mode
    engine_version: str


@dataclass(frozen=True, slots=True)
class RunEnd:
    """The end of one invocation, with how many indicators went which way."""

    run_id: str
    finished_at: datetime
    outcome: RunOutcome
    exit_code: int
    loaded: int = 0
    unchanged: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit; ``indicator_id`` is None where it concerns the whole run."""

    at: datetime
    run_id: str
    indicator_id: str | None
    event: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in a sentence, and how many rows it concerns."""

    check: str
    severity: Severity
    message: str
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of one indicator's rows in one run; ``completeness`` is a share from 0 to 1."""

    total: int
    valid: int
    invalid: int
    missing: int
    completeness: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that a check kept from being loaded. Whatever part of its key could not be read is None."""

    check: str
    reason: str
    area_code: str | None = None
    area_vintage: str | None = None
    time_period: str | None = None
    breakdown: str | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Ingestion:
    """One answer as it went into bronze. ``rows`` is None where it was not counted."""

    run_id: str
    dataset_id: str
    url: str
    object_path: str
    sha256: str
    canonical_hash: str | None
    size: int
    status: int
    rows: int | None
    retrieved_at: datetime


@dataclass(frozen=True, slots=True)
class DatasetState:
    """How the last extraction of a data set went."""

    dataset_id: str
    source_name: str
    source_url: str
    last_extracted_at: datetime | None
    record_count: int | None
    status: DatasetStatus
    pipeline_run_id: str


@dataclass(frozen=True, slots=True)
class IndicatorStatus:
    """How an indicator stands. ``failure`` is the sentence of its last failure, also where a load came after it.

    ``rows`` counts the current rows, ``missing`` those of them without a value; withdrawn ones are counted apart.
    ``last_load`` is the newest that stands; ``hold`` says why later bytes aren't loaded. ``revised_at`` is when bytes
    were last retrieved that changed or lacked figures by the same plan and brought none, since some were new.
    """

    indicator_id: str
    title: str | None
    last_outcome: LastOutcome
    last_load: LoadRecord | None
    latest_period: str | None
    rows: int
    missing: int
    withdrawn: int
    failed_at: datetime | None
    failure: str | None
    hold: str | None = None
    revised_at: datetime | None = None


class AreaChange(NamedTuple):
    """What became of a code: ``code_before`` became (part of) ``code_after``, or stayed and its area changed."""

    event: str
    changed_on: date
    code_before: str
    code_after: str
    flag: str | None = None
    source: str | None = None


class SmallAreaPlace(NamedTuple):
    """The district and the region that a small area lies in, in one vintage."""

    code: str
    area_vintage: str
    level: str
    lad_code: str
    region_code: str
