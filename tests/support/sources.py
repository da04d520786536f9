"""A source on a real socket of this machine, and settings that send a connector there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

NOMIS = "https://www.nomisweb.co.uk"
FINGERTIPS = "https://fingertips.phe.org.uk"
ONS = "https://www.ons.gov.uk"
ONS_API = "https://api.beta.ons.gov.uk"
ONS_DOWNLOADS = "https://download.ons.gov.uk"
STATXPLORE = "https://stat-xplore.dwp.gov.uk"


def mirror(folder: Path, publisher: str, address: str, **http: float) -> None:
    """Write the settings that ask ``address`` in a publisher's place, without patience."""
    mirror_all(folder, {publisher: address.rstrip("/")}, **http)


def mirror_all(folder: Path, mirrors: Mapping[str, str], **http: float) -> None:
    """Write the settings that ask one address each in the place of several."""
    patience = {"attempts": 2, "deadline": 5, **http}
    lines = ["[mirrors]", *(f'"{own}" = "{address}"' for own, address in mirrors.items()), "[http]"]
    lines += [f"{name} = {value}" for name, value in patience.items()]
    (folder / "yhovi.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def nomis_csv(rows: Iterable[Mapping[str, object]], dimensions: Sequence[str] = ("VARIABLE",)) -> str:
    """An answer of Nomis with the columns that the connector reads; positions and the count are filled in."""
    listed = list(rows)
    named = [text for name in dimensions for text in (name, f"{name}_NAME")]
    header = ["DATE", "DATE_NAME", "GEOGRAPHY", "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_TYPE", *named]
    header += ["MEASURES", "MEASURES_NAME", "OBS_VALUE", "OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME"]
    header += ["URN", "RECORD_OFFSET", "RECORD_COUNT"]
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    for position, row in enumerate(listed):
        fixed = {"OBS_STATUS": "A", "OBS_STATUS_NAME": "Normal Value", "URN": f"Nm-{position}"}
        writer.writerow({**fixed, **row, "RECORD_OFFSET": position, "RECORD_COUNT": len(listed)})
    return text.getvalue()


def els_csv(file: Path, indicator: str) -> str:
    """One of the series in a file of Explore Local Statistics, in the form in which its service answers."""
    with file.open(encoding="utf-8-sig", newline="") as said:
        rows = [row for row in csv.DictReader(said) if row["indicator"] == indicator]
    text = io.StringIO()
    header = ["areacd", "areanm", "period", "observation", "lci_95", "uci_95", "status"]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow("value" if name == "observation" else name for name in header)
    writer.writerows([row[name] for name in header] for row in rows)
    return text.getvalue()
