"""The pages of the catalogue: they are current, lead somewhere, and say in words what specs say in their language."""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import Any

import pytest
from yhovi.engine.amendments import Acceptance, Correction
from yhovi.engine.catalogue import compile_plans
from yhovi.engine.periods import Period
from yhovi.engine.plan import Plan
from yhovi.engine.recipe.signatures import SIGNATURES, bind
from yhovi.engine.settings import Settings
from yhovi.engine.spec import in_order, load_specs

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "catalogue"
MODULES = ("wording", "conditions", "recipes", "checks", "demonstration", "pages")


@pytest.fixture(scope="module")
def tool() -> Iterator[ModuleType]:
    """``tools/make_catalogue.py``, which belongs to no installed package."""
    pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        yield import_module("make_catalogue")


@pytest.fixture(scope="module")
def part(tool: ModuleType) -> Callable[[str], ModuleType]:
    """A module of the package beside the tool."""
    return lambda name: import_module(f"catalogue_pages.{name}")


@pytest.fixture(scope="module")
def rendered(tool: ModuleType) -> Mapping[str, str]:
    """The pages, made anew."""
    pages: Mapping[str, str] = tool.rendered()
    return pages


PLANS: Mapping[str, Plan] = MappingProxyType(
    {plan.spec.id: plan for plan in compile_plans(in_order(load_specs([ROOT / "indicators"])), Settings(Path()))}
)


def test_the_pages_are_current(rendered: Mapping[str, str]) -> None:
    kept = {page.name: page.read_text(encoding="utf-8") for page in PAGES.glob("*")}
    renew = "run: python tools/make_catalogue.py"
    assert kept.keys() == rendered.keys(), renew
    assert [name for name, text in rendered.items() if kept[name] != text] == [], renew


def test_every_indicator_has_a_page_and_is_in_the_index(rendered: Mapping[str, str]) -> None:
    assert rendered.keys() == {"README.md", *(f"{name}.md" for name in PLANS)}
    linked = re.findall(r"\]\(([^)]+)\)", rendered["README.md"])
    assert sorted(linked) == sorted(f"{name}.md" for name in PLANS)


def test_links_lead_somewhere(rendered: Mapping[str, str]) -> None:
    for name, text in rendered.items():
        prose = re.sub(r"`[^`]*`", "", text)
        for target, _, anchor in (
            link.partition("#") for link in re.findall(r"(?<!\\)\]\((?!https?:)([^)]+)\)", prose)
        ):
            file = (PAGES / target).resolve()
            assert target in rendered or file.exists(), f"{name}: {target}"
            titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
            assert not anchor or anchor in {title.lower().replace(" ", "-") for title in titles}, f"{name}: {anchor}"


def test_a_page_says_all_that_a_plan_asks_first(rendered: Mapping[str, str]) -> None:
    for name, plan in PLANS.items():
        if plan.fetch is not None:
            assert f"```text\n{plan.fetch.described()['first_request']}\n```" in rendered[f"{name}.md"]


def test_the_folder_is_written_and_what_is_gone_is_removed(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "rendered", lambda: {"README.md": "# Catalogue\n", "S-1.md": "# One\n"})
    (tmp_path / "S-0.md").write_text("# Gone\n", encoding="utf-8")
    tool.main([str(tmp_path)])
    assert {page.name: page.read_text(encoding="utf-8") for page in tmp_path.iterdir()} == tool.rendered()
    assert capsys.readouterr().out == "written: 2 pages\n"


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(part: Callable[[str], ModuleType], name: str) -> None:
    assert doctest.testmod(part(name)).failed == 0


# periods, durations and lists

PERIODS = {
    "2023-01-01/P1Y": "2023",
    "2023-04-01/P1Y": "2023/24",
    "1999-04-01/P1Y": "1999/00",
    "2024-07-01/P1Y": "year ending June 2025",
    "2022-11-16/P1Y": "16 November 2022 to 15 November 2023",
    "2020-01-01/P3Y": "2020–2022",
    "2020-04-01/P3Y": "2020/21–2022/23",
    "2020-07-01/P3Y": "July 2020 to June 2023",
    "2025-09-01/P1M": "September 2025",
    "2025-01-01/P3M": "January to March 2025",
    "2024-11-01/P3M": "November 2024 to January 2025",
    "2023-06-30/P1D": "30 June 2023",
    "2023-06-01/P7D": "1 June 2023 to 7 June 2023",
}


@pytest.mark.parametrize(("iso", "said"), PERIODS.items())
def test_periods_are_said_as_people_say_them(part: Callable[[str], ModuleType], iso: str, said: str) -> None:
    assert part("wording").period(Period.parse(iso)) == said


DURATIONS = {
    "P1Y": ("a year", "every year"),
    "P2Y": ("2 years", "every 2 years"),
    "P1M": ("a month", "every month"),
    "P3M": ("3 months", "every quarter"),
    "P6M": ("6 months", "every half-year"),
    "P1Y6M": ("1 year and 6 months", "every 1 year and 6 months"),
    "P6W": ("6 weeks", "every 6 weeks"),
    "P90D": ("90 days", "every 90 days"),
    "no duration": ("no duration", "every no duration"),
}


@pytest.mark.parametrize(("iso", "said"), DURATIONS.items())
def test_durations_are_said_as_people_say_them(
    part: Callable[[str], ModuleType], iso: str, said: tuple[str, str]
) -> None:
    assert (part("wording").duration(iso), part("wording").every(iso)) == said


def test_what_markdown_would_take_for_its_own_is_kept_apart(part: Callable[[str], ModuleType]) -> None:
    assert part("wording").plain("<75 yrs | [c]\n a_b *") == r"\<75 yrs \| \[c\] a\_b \*"
    assert part("wording").code("a`b") == "`` a`b ``"


# conditions

CONDITIONS = {
    "Sex == 'Persons'": "`Sex` is “Persons”",
    "Sex != 'Persons'": "`Sex` is not “Persons”",
    "`Age band` < 5 and Value >= 2.5": "`Age band` is less than 5 and `Value` is at least 2.5",
    "Value <= 5 or Value > 10": "`Value` is at most 5 or `Value` is more than 10",
    "Sex in ('Male', 'Female')": "`Sex` is one of “Male” or “Female”",
    "Sex not in ('Male', 'Female')": "`Sex` is none of “Male” or “Female”",
    "Note is missing": "`Note` is blank",
    "Note is present": "`Note` is not blank",
    "DATE ends with '-12'": "`DATE` ends with “-12”",
    "Code starts with 'E0' and Name contains '*'": r"`Code` starts with “E0” and `Name` contains “\*”",
    "not Code starts with 'E0'": "`Code` does not start with “E0”",
    "not Note is missing": "`Note` is not blank",
    "not Note is present": "`Note` is blank",
    "not Sex in ('Male', 'Female')": "`Sex` is none of “Male” or “Female”",
    "not Sex not in ('Male', 'Female')": "`Sex` is one of “Male” or “Female”",
    "not Sex == 'Male'": "`Sex` is not “Male”",
    "not not Sex == 'Male'": "`Sex` is “Male”",
    "not Value > 5": "`Value` is not more than 5",
    "not Note contains 'r'": "`Note` does not contain “r”",
    "not Note ends with 'r'": "`Note` does not end with “r”",
    "a == 'x' and b == 'y' and c == 'z'": "`a` is “x”, `b` is “y” and `c` is “z”",
    "a == 'x' and (b == 'y' or c == 'z')": "`a` is “x” and (`b` is “y” or `c` is “z”)",
    "not (a == 'x' and b == 'y')": "`a` is not “x” or `b` is not “y”",
    "not (a == 'x' or b == 'y')": "`a` is not “x” and `b` is not “y”",
    "a == 'x' and not (b == 'y' and c == 'z')": "`a` is “x” and (`b` is not “y” or `c` is not “z”)",
    "a in ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10')": (
        "`a` is one of “1”, “2”, “3”, “4”, “5”, “6”, “7”, “8” or 2 more"
    ),
    "a - b == -c": "`a` − `b` is −`c`",
}


@pytest.mark.parametrize(("text", "said"), CONDITIONS.items())
def test_conditions_are_said_in_words(part: Callable[[str], ModuleType], text: str, said: str) -> None:
    assert part("conditions").condition(text) == said


DERIVED = {
    "Jobs / Population * 1000": "`x` is `Jobs` ÷ `Population` × 1000",
    "(a + b) / (c - 1)": "`x` is (`a` + `b`) ÷ (`c` − 1)",
    "-(a + b)": "`x` is −(`a` + `b`)",
    "Sex": "`x` is `Sex`",
    "'2024/25'": "`x` is “2024/25” on every row",
    "7": "`x` is 7 on every row",
}


@pytest.mark.parametrize(("text", "said"), DERIVED.items())
def test_expressions_are_said_in_words(part: Callable[[str], ModuleType], text: str, said: str) -> None:
    assert part("conditions").derived("x", text) == said


# steps

STEPS: dict[str, tuple[str, Any, str]] = {
    "keep": ("keep", "Sex == 'Persons'", "Keep only the rows where `Sex` is “Persons”."),
    "rename": ("rename", {"a": "b", "c": "d e"}, "Call `a` `b` and `c` `d e` from here on."),
    "recode": (
        "recode",
        {"column": "Sex", "values": {"M": "Male", "F": "Female"}},
        "In `Sex`: “M” becomes “Male” and “F” becomes “Female”; any other text stops the run.",
    ),
    "recode into another column": (
        "recode",
        {"column": "Sex", "values": {"M": "Male"}, "into": "sex", "others": "keep"},
        "In `Sex`, written to `sex`: “M” becomes “Male”; other texts stay.",
    ),
    "recode to blanks": (
        "recode",
        {"column": "Sex", "values": {"M": "Male"}, "into": "Sex", "others": "blank"},
        "In `Sex`: “M” becomes “Male”; other texts are blanked.",
    ),
    "split": (
        "split",
        {"column": "Place", "into": ["code", "name"], "by": " : "},
        "Take `Place` apart at “:”, into `code` and `name`; a text without these parts stops the run.",
    ),
    "split by a pattern": (
        "split",
        {"column": "Place", "into": ["code"], "pattern": "([A-Z][0-9]+) .*", "others": "blank"},
        (
            "Take `Place` apart by the pattern `([A-Z][0-9]+) .*`, into `code`; a text without these parts leaves them"
            " blank."
        ),
    ),
    "coalesce": (
        "coalesce",
        {"into": "code", "columns": ["new", "old", "older"]},
        "`code` is the first of `new`, `old` or `older` that is not blank.",
    ),
    "number": ("number", {"column": "Pay"}, "Read `Pay` as numbers."),
    "number with marks": (
        "number",
        {"column": "Pay", "footnotes": True, "markers": {"[c]": "suppressed"}},
        (
            "Read `Pay` as numbers, without the footnote marks behind them; marks in the place of numbers: `[c]`"
            " (suppressed by the publisher to protect confidentiality)."
        ),
    ),
    "declare": (
        "declare",
        {"Value": {"unit": "years", "type": "modelled"}},
        "The numbers of `Value` are taken as a modelled figure, in years.",
    ),
    "declare a count": (
        "declare",
        {"Value": {"unit": "count", "type": "count", "once_per": ["Code", "Year"]}, "Sex": {"whole": ["Persons"]}},
        (
            "The numbers of `Value` are taken as a count and `Value` is printed again on every row of the same `Code`"
            " and `Year`; in `Sex`, “Persons” contains the others."
        ),
    ),
    "declare a unit": (
        "declare",
        {"Value": {"unit": "gbp"}},
        "The numbers of `Value` are taken as they are, in £.",
    ),
    "convert": ("convert", {"column": "share", "to": "percent"}, "Convert `share` to %."),
    "convert several": ("convert", {"column": ["a", "b"], "to": "tonnes"}, "Convert `a` and `b` to tonnes."),
    "area_codes": (
        "area_codes",
        {"from": "name", "level": "csp", "as": "code"},
        (
            "Look up the code of each community safety partnership that `name` names in full, and write it to `code`; a"
            " name that the register does not have stays without a code and is told."
        ),
    ),
    "area_codes of a vintage": (
        "area_codes",
        {"from": "name", "level": "lad", "as": "code", "vintage": "2023-04"},
        (
            "Look up the code of each district as of April 2023 that `name` names in full, and write it to `code`; a"
            " name that the register does not have stays without a code and is told."
        ),
    ),
    "period": (
        "period",
        {"from": "DATE", "as": "year_ending_month"},
        "`DATE` says the period: a month that ends a year, as in “2023-12”.",
    ),
    "period on a day": (
        "period",
        {"from": "DATE", "as": "snapshot_year", "on": "06-30"},
        "`DATE` says the period: the year of a count, as in “2023”, taken on 30 June.",
    ),
    "period of a survey": (
        "period",
        {"from": "DATE", "as": "survey_year", "starts": "11-16"},
        "`DATE` says the period: a survey's year, as in “2023/24”, whose years start on 16 November.",
    ),
    "unpivot": (
        "unpivot",
        {"columns": ["Men", "Women"], "name": "sex", "value": "pay"},
        "Make one row of each cell of the columns `Men` and `Women`: the header goes to `sex`, the cell to `pay`.",
    ),
    "unpivot a group": (
        "unpivot",
        {"columns": "years", "name": "year", "value": "gva"},
        (
            "Make one row of each cell of the columns whose header is of the form `[0-9]{4}`: the header goes to"
            " `year`, the cell to `gva`."
        ),
    ),
    "unpivot a group that a step made": (
        "unpivot",
        {"columns": "months", "name": "month", "value": "gva"},
        "Make one row of each cell of the columns `months`: the header goes to `month`, the cell to `gva`.",
    ),
    "pivot": (
        "pivot",
        {"from": "M", "values": "V", "columns": {"A": "a", "B": "b"}, "keys": ["Code", "Date"]},
        (
            "Put the numbers of `V` side by side that belong to the same `Code` and `Date`, by what `M` says: “A” as"
            " `a` and “B” as `b`."
        ),
    ),
    "pivot some": (
        "pivot",
        {"from": "M", "values": "V", "columns": {"A": "a"}, "keys": ["Code"], "others": "ignore"},
        (
            "Put the numbers of `V` side by side that belong to the same `Code`, by what `M` says: “A” as `a`; other"
            " rows are dropped."
        ),
    ),
    "derive": ("derive", {"lower": "a - b", "upper": "a + b"}, "`lower` is `a` − `b`; `upper` is `a` + `b`."),
    "ratio": ("ratio", {"of": "a", "over": "b", "as": "c"}, "`c` is `a` divided by `b`."),
    "ratio per": ("ratio", {"of": "a", "over": "b", "as": "c", "per": 1000}, "`c` is `a` divided by `b`, times 1,000."),
    "per_head": ("per_head", {"of": "a", "population": "p", "as": "c"}, "`c` is `a` for each of `p`."),
    "per_head per": (
        "per_head",
        {"of": "a", "population": "p", "as": "c", "per": 1000},
        "`c` is `a` for every 1,000 of `p`.",
    ),
    "share": (
        "share",
        {"of": "jobs", "within": ["Code", "Year"], "as": "share"},
        "`share` is `jobs` as a fraction of the sum of all rows of the same `Code` and `Year`.",
    ),
    "share of a total": (
        "share",
        {"of": "jobs", "within": ["Code"], "as": "share", "over": "S", "total": "Total", "denominator": "all"},
        (
            "`share` is `jobs` as a fraction of the row of the same `Code` where `S` is “Total”; what it is divided by"
            " stays as `all`."
        ),
    ),
    "aggregate": (
        "aggregate",
        {"by": ["Code"], "sum": "kt", "same": ["people", "area"]},
        (
            "Make one row of all with the same `Code`: `kt` is added up and `people` and `area` must be the same in all"
            " of them."
        ),
    ),
    "aggregate several": (
        "aggregate",
        {"by": ["Code", "Year"], "sum": ["a", "b"]},
        "Make one row of all with the same `Code` and `Year`: `a` and `b` are added up.",
    ),
    "sum": (
        "sum",
        {"over": "Age", "of": "n", "parts": ["0-15", "16-64"], "by": ["Code"]},
        "Add up `n` over the rows of the same `Code` where `Age` is “0-15” and “16-64”; any other text stops the run.",
    ),
    "sum with a total": (
        "sum",
        {
            "over": "Age",
            "of": ["n"],
            "parts": ["0-15", "16-64"],
            "by": ["Code"],
            "total": "All",
            "tolerance": "0.5%",
            "others": "ignore",
        },
        (
            "Add up `n` over the rows of the same `Code` where `Age` is “0-15” and “16-64”; wherever “All” is printed"
            " as well, the sum must equal it, to within 0.5%; other rows are dropped."
        ),
    ),
    "join": (
        "join",
        {"indicator": "S-1", "as": "people", "periods": "same"},
        "Beside each row, put as `people` the figure of [One](S-1.md) for the same area and the same period.",
    ),
    "join the nearest": (
        "join",
        {"indicator": "S-2", "as": "people", "periods": "nearest", "max_gap": "P18M", "breakdown": "total"},
        (
            "Beside each row, put as `people` the figure of [S-2](S-2.md) (all of its breakdowns together) for the same"
            " area and the nearest period, at most 18 months away."
        ),
    ),
    "join the latest": (
        "join",
        {"indicator": "S-1", "as": "people", "periods": "latest_before", "max_gap": "P1Y"},
        (
            "Beside each row, put as `people` the figure of [One](S-1.md) for the same area and the latest period that"
            " does not end later, at most a year away."
        ),
    ),
    "rolling_mean": (
        "rolling_mean",
        {"of": "a", "periods": 3, "as": "m"},
        "`m` is the mean of `a` over 3 periods in a row, of which it is the last.",
    ),
    "change": (
        "change",
        {"of": "a", "over": "P1Y", "kind": "difference", "as": "d"},
        "`d` is by how much `a` differs from a year before.",
    ),
    "change in percent": (
        "change",
        {"of": "a", "over": "P5Y", "kind": "percent", "as": "d"},
        "`d` is by how much `a` differs from 5 years before, in percent of the figure 5 years before.",
    ),
    "index of a period": (
        "index",
        {"of": "a", "base": {"period": "2015"}, "as": "i"},
        "`i` is `a` relative to the area's own of 2015, which is 100.",
    ),
    "index of an area": (
        "index",
        {"of": "a", "base": {"area": "E92000001"}, "level": 1, "as": "i"},
        "`i` is `a` relative to that of England, which is 1.",
    ),
    "z_score": (
        "z_score",
        {"of": "a", "among": "lad", "as": "z"},
        "`z` is how many standard deviations `a` lies above the mean of the districts in the same period.",
    ),
    "rank": (
        "rank",
        {"of": "a", "among": ["E08000035", "E06000014"], "order": "highest_first", "as": "r"},
        "`r` is the place of `a` among Leeds and York in the same period, the highest first.",
    ),
    "rank from below": (
        "rank",
        {"of": "a", "among": "lad", "order": "lowest_first", "as": "r"},
        "`r` is the place of `a` among the districts in the same period, the lowest first.",
    ),
    "observe": (
        "observe",
        {"area": "Code", "value": "rate"},
        "The area is `Code`, the value `rate`.",
    ),
    "observe all": (
        "observe",
        {
            "area": "Code",
            "value": "v",
            "breakdown": "Sex",
            "lower_ci": "l",
            "upper_ci": "u",
            "numerator": "n",
            "denominator": "d",
            "note": "Note",
            "status": "why",
            "provisional": "latest_period",
        },
        (
            "The area is `Code`, the value `v`, and `Sex` says of whom. The confidence interval is from `l` to `u`. `n`"
            " is the numerator and `d` is the denominator. Notes of the publisher come from `Note`. `why` says why a"
            " number is missing or needs care. The latest period is marked as provisional."
        ),
    ),
}


@pytest.mark.parametrize(("name", "arguments", "said"), STEPS.values(), ids=STEPS)
def test_steps_are_said_in_words(part: Callable[[str], ModuleType], name: str, arguments: Any, said: str) -> None:
    plan = PLANS["E-BE-11"]  # its columns of years are a group
    known = part("recipes").Known({"S-1": "One"}, plan.registry.areas)
    assert part("recipes").step(name, bind(name, arguments), plan, known) == said


def test_there_are_words_for_every_step() -> None:
    assert {name for name, _, _ in STEPS.values()} == set(SIGNATURES)


# checks

LEEDS = "E08000035"
GOLDEN = {"area": LEEDS, "period": 2023, "value": 1234.5, "release": "2024-04", "cite": "ONS, Table 3 | Leeds"}
CHECKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "range": (
        {"range": {"min": 0.5, "max": 1000}},
        ["Values below 0.5 or above 1,000 are held back, and the others are loaded."],
    ),
    "below alone": ({"range": {"min": 0}}, ["Values below 0 are held back, and the others are loaded."]),
    "max_change": (
        {"max_change": "40%"},
        ["Values that differ by more than 40% from those of the period before are held back."],
    ),
    "complete": (
        {"complete": {"areas": "all", "since": "2012-03"}},
        [
            (
                "Every district of the settings has an observation in every period since March 2012, with a number or"
                " with the reason why there is none; where one is absent, nothing is loaded."
            ),
        ],
    ),
    "shrink": (
        {"shrink": "20%"},
        [
            ("At most 20% of what is loaded may vanish from the source at once; where more does, nothing is loaded."),
        ],
    ),
    "reconcile": (
        {"reconcile": {"with": "S-D-01", "tolerance": 0.1}},
        [
            (
                "It is another route to [Total population](S-D-01.md): wherever both have a number of the same area,"
                " period and breakdown, they agree to within 0.1; where they do not, that is told."
            ),
        ],
    ),
    "reconcile and stop": (
        {"reconcile": {"with": "S-D-01", "tolerance": 0.015, "relative": True, "blocking": True}},
        [
            (
                "It is another route to [Total population](S-D-01.md): wherever both have a number of the same area,"
                " period and breakdown, they agree to within 1.5%; where they do not, nothing is loaded."
            ),
        ],
    ),
}


def a_plan(**said: Any) -> Plan:
    """An indicator with something else said in its spec."""
    plan = PLANS["E-EJ-01"]
    return replace(plan, spec=replace(plan.spec, **said))


def known(part: Callable[[str], ModuleType]) -> Any:
    plan = PLANS["E-EJ-01"]
    return part("recipes").Known({"S-D-01": "Total population"}, plan.registry.areas)


@pytest.mark.parametrize(("checks", "said"), CHECKS.values(), ids=CHECKS)
def test_checks_are_said_in_words(part: Callable[[str], ModuleType], checks: dict[str, Any], said: list[str]) -> None:
    assert part("checks").checks(a_plan(checks=checks), known(part)) == said


def test_there_are_words_for_every_check() -> None:
    from yhovi.engine.checks import CHECK_SIGNATURES

    assert {name for checks, _ in CHECKS.values() for name in checks} == CHECK_SIGNATURES.keys() - {"golden"}


def test_what_is_accepted_is_said(part: Callable[[str], ModuleType]) -> None:
    from datetime import date

    accept = (Acceptance("complete", "the council of York publishes in autumn", date(2026, 12, 31)),)
    assert part("checks").checks(a_plan(checks={}, accept=accept), known(part)) == [
        "Until 2026-12-31 the check `complete` may fail, as the council of York publishes in autumn."
    ]


def test_goldens_are_a_table_with_what_they_are_cited_from(part: Callable[[str], ModuleType]) -> None:
    goldens = [GOLDEN, {**GOLDEN, "area": "E99999999", "period": "2022-04-01/P1Y", "tolerance": 0.05}]
    assert list(part("checks").goldens(a_plan(checks={"golden": goldens}), known(part)))[2:] == [
        "| area | period | figure | may be off by | release | published in |",
        "|---|---|---:|---:|---|---|",
        r"| Leeds (E08000035) | 2023 | 1,234.5 |  | 2024-04 | ONS, Table 3 \| Leeds |",
        r"| E99999999 | 2022/23 | 1,234.5 | 0.05 | 2024-04 | ONS, Table 3 \| Leeds |",
    ]


def test_without_a_golden_the_reason_is_said(part: Callable[[str], ModuleType]) -> None:
    plan = a_plan(checks={"golden": {"none": "The published rates are of another release"}})
    assert list(part("checks").goldens(plan, known(part))) == [
        "None of its figures is held to a published one. Why not: The published rates are of another release."
    ]


# pages


def page(part: Callable[[str], ModuleType], plan: Plan, shown: Any = None, **notices: Any) -> str:
    """The page of one indicator that is alone in its catalogue."""
    found = {plan.spec.id: shown} if shown else {}
    text: str = part("pages").pages(part("pages").Catalogue([plan], found, notices))[f"{plan.spec.id}.md"]
    return text


def test_a_draft_says_why_it_is_one(part: Callable[[str], ModuleType]) -> None:
    text = page(part, a_plan(status="draft", status_reason="the code of the series wasn't seen"))
    assert (
        "\nIt is a draft: it isn't loaded unless drafts are asked for.\n"
        "What isn't verified: The code of the series wasn't seen.\n"
    ) in text
    assert text.endswith("\n## Demonstration\n\nThe demonstration has nothing of it.\n")


def test_a_correction_is_told(part: Callable[[str], ModuleType]) -> None:
    wrong = Correction(LEEDS, "2023", "withhold", 1.0, "two returns were left out", "the council", "_T")
    text = page(part, a_plan(corrections=(wrong,)))
    assert (
        "\nPublished figures that are known to be wrong, and what is done about them:\n\n"
        "- Leeds, 2023: withhold, as Two returns were left out.\n"
    ) in text


def test_another_licence_goes_by_its_id(part: Callable[[str], ModuleType]) -> None:
    plan = PLANS["E-EJ-01"]
    text = page(part, a_plan(source=replace(plan.spec.source, license="CC-BY-4.0", publisher="A council")))
    assert "\n- Licence: CC-BY-4.0.\n- Attribution: “Source: A council, licensed under the CC-BY-4.0.”\n" in text


SHARES = {
    "all": (340, "All are as published."),
    "nearly all": (339, "339 figures (99%) are as published, and the others are made up. Don't quote them."),
    "one": (1, "1 figure (less than 1%) is as published, and the others are made up. Don't quote them."),
    "none": (0, "All are made up. Don't quote them."),
}


@pytest.mark.parametrize(("published", "said"), SHARES.values(), ids=SHARES)
def test_how_much_is_published_is_said(part: Callable[[str], ModuleType], published: int, said: str) -> None:
    first, last = Period.parse("2004-01-01/P1Y"), Period.parse("2023-01-01/P1Y")
    areas = {"lad": tuple("abcd"), "region": ("Yorkshire and The Humber",), "country": ("England",)}
    shown = part("demonstration").Shown(340, published, 17, first, last, areas, ("a/b", "a/c"))
    notice = SimpleNamespace(published="rates [1].", made_up="no figure.")
    assert page(part, PLANS["E-EJ-01"], shown, **{"a/b": notice}).partition("## Demonstration\n\n")[2] == (
        "It has 340 figures and 17 observations without one: 2004 to 2023, for 4 districts, Yorkshire and The Humber"
        f" and England.\n{said}\n\nWhat the recording `a/b` holds:\n\n"
        "- Published: rates \\[1\\].\n- Made up: no figure.\n"
    )


DERIVED_SHARES = {
    15: "All are made of published figures.",
    0: "All are made of figures of which some are made up. Don't quote them.",
}


@pytest.mark.parametrize(("published", "said"), DERIVED_SHARES.items())
def test_what_is_made_of_others_says_of_which(part: Callable[[str], ModuleType], published: int, said: str) -> None:
    only = Period.parse("2024-07-01/P1Y")
    shown = part("demonstration").Shown(15, published, 0, only, only, {"lad": tuple("abcd")}, ())
    assert page(part, PLANS["S-CS-01"], shown).partition("## Demonstration\n\n")[2] == (
        f"It has 15 figures: year ending June 2025, for 4 districts.\n{said}\n"
    )


NO_NUMBERS = {
    "E-EJ-01": "The recording says of each why there is none.",
    "S-CS-01": "There is nothing to make them of.",
}


@pytest.mark.parametrize(("indicator", "said"), NO_NUMBERS.items())
def test_observations_without_numbers_are_no_figures(
    part: Callable[[str], ModuleType], indicator: str, said: str
) -> None:
    only = Period.parse("2023-01-01/P1Y")
    shown = part("demonstration").Shown(0, 0, 1, only, only, {"lad": ("Leeds",)}, ())
    assert page(part, PLANS[indicator], shown).partition("## Demonstration\n\n")[2] == (
        f"It has 0 figures and 1 observation without one: 2023, for Leeds.\n{said}\n"
    )


def test_a_draft_that_was_recorded_is_left_out_all_the_same(part: Callable[[str], ModuleType]) -> None:
    plan, only = a_plan(status="draft", status_reason="nobody looked yet"), Period.parse("2023-01-01/P1Y")
    shown = part("demonstration").Shown(1, 1, 0, only, only, {"lad": ("Leeds",)}, ())
    assert page(part, plan, shown).endswith(
        "It has 1 figure: 2023, for Leeds.\nAll are as published.\n"
        "As a draft it is left out, unless `--drafts` asks for it.\n"
    )


# the demonstration

RECORDINGS = ROOT / "indicators" / "recordings"


def test_figures_are_counted_as_they_come_out(part: Callable[[str], ModuleType]) -> None:
    plan = PLANS["E-EJ-01"]
    shown = part("demonstration").shown([plan], RECORDINGS)["E-EJ-01"]
    assert (shown.numbers, shown.published, shown.missing) == (340, 340, 0)
    assert (shown.first.iso, shown.last.iso) == ("2004-01-01/P1Y", "2023-01-01/P1Y")
    assert {level: len(names) for level, names in shown.areas.items()} == {"lad": 15, "region": 1, "country": 1}
    assert shown.recordings == ("nomis/NM_17_5",)


def test_of_a_recording_that_is_partly_made_up_those_count_that_are_known(part: Callable[[str], ModuleType]) -> None:
    """Its goldens, and what is declared; a figure that is both counts once."""
    plan = PLANS["S-HE-05"]
    tell = part("demonstration").shown
    assert tell([plan], RECORDINGS)["S-HE-05"].published == 2
    more = [("S-HE-05", LEEDS, "2024-01-01/P1Y"), ("S-HE-05", "E08000016", "2024-01-01/P1Y"), ("S-0", LEEDS, "2024")]
    assert tell([plan], RECORDINGS, more)["S-HE-05"].published == 3


def test_a_figure_that_is_said_to_be_published_has_to_come_out(part: Callable[[str], ModuleType]) -> None:
    with pytest.raises(ValueError, match="has no figure") as refusal:
        part("demonstration").shown([PLANS["S-HE-05"]], RECORDINGS, [("S-HE-05", LEEDS, "1999-01-01/P1Y")])
    assert str(refusal.value) == (
        "S-HE-05 has no figure of ('E08000035', '1999-01-01/P1Y'), which is said to be published."
    )


def test_what_was_not_recorded_and_what_is_made_of_it_is_not_shown(
    part: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    plans = [PLANS[name] for name in ("S-D-01-16TO64", "E-BE-06-ENTERPRISES", "E-BE-06")]
    assert part("demonstration").shown(plans, tmp_path) == {}
