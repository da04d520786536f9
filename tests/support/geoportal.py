"""An Open Geography Portal on a real socket of this machine: it counts, pages, limits, and says no with success."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from yhovi.engine.geography import Registry

GEOPORTAL = "https://services1.arcgis.com"
FOLDER = "/ESMARspQHYMw9BZ9/arcgis/rest/services"
Rows = list[dict[str, Any]]

_IN = re.compile(r"(\w+) IN \((.*)\)")
_LIKE = re.compile(r"(\w+) LIKE '(.*)%'")


@dataclass
class Portal:
    """Serves tables as ArcGIS does.

    ``limit`` is the most rows that it answers with, whatever is asked for; ``pause`` is how long it takes.
    ``says_more`` is False for a server that doesn't tell that there are more rows.
    """

    tables: dict[str, Rows]
    limit: int = 1000
    pause: float = 0.0
    says_more: bool = True
    bodies: dict[str, bytes] = field(default_factory=dict)
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def serve(self, server: HTTPServer) -> None:
        """Answer every question to the server."""
        server.expect_request(re.compile(f"{FOLDER}/.*")).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        time.sleep(self.pause)
        name = request.path.removeprefix(f"{FOLDER}/").partition("/")[0]
        self.asked.append({"service": name, **request.args.to_dict()})
        if name in self.bodies:
            return Response(self.bodies[name], content_type="application/json")
        said = self._said(name, request.args)
        return Response(json.dumps(said), content_type="application/json")

    def _said(self, name: str, asked: Mapping[str, str]) -> dict[str, Any]:
        if name not in self.tables:
            return _error("Invalid URL", "Invalid URL")
        rows = [row for row in self.tables[name] if _meets(row, asked["where"])]
        if asked.get("returnCountOnly") == "true":
            return {"count": len(rows)}
        fields = asked["outFields"].split(",")
        foreign = [one for one in fields if one not in self.tables[name][0]]
        if foreign:
            return _error(
                "Cannot perform query. Invalid query parameters.", f"'Invalid field: {foreign[0]}' parameter is invalid"
            )
        rows.sort(key=lambda row: [row[one] for one in asked["orderByFields"].split(",")])
        first = int(asked["resultOffset"])
        page = rows[first : first + min(self.limit, int(asked["resultRecordCount"]))]
        more = self.says_more and first + len(page) < len(rows)
        return _geojson(page, fields, asked, more=more) if asked["f"] == "geojson" else _json(page, fields, more=more)


def _error(message: str, *details: str) -> dict[str, Any]:
    return {"error": {"code": 400, "message": message, "details": list(details)}}


def _json(page: Rows, fields: Sequence[str], *, more: bool) -> dict[str, Any]:
    features = [{"attributes": {name: row[name] for name in fields}} for row in page]
    return {"objectIdFieldName": "ObjectId", "features": features, **({"exceededTransferLimit": True} if more else {})}


def _geojson(page: Rows, fields: Sequence[str], asked: Mapping[str, str], *, more: bool) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {name: row[name] for name in fields},
            "geometry": row.get("geometry"),
        }
        for row in page
    ]
    crs = {"type": "name", "properties": {"name": f"EPSG:{asked['outSR']}"}}
    said: dict[str, Any] = {"type": "FeatureCollection", "crs": crs, "features": features}
    return {**said, "properties": {"exceededTransferLimit": True}} if more else said


def _meets(row: Mapping[str, Any], where: str) -> bool:
    among, like = _IN.fullmatch(where), _LIKE.fullmatch(where)
    if among:
        return row[among[1]] in re.findall(r"'(\w+)'", among[2])
    return where == "1=1" or (like is not None and str(row[like[1]]).startswith(like[2]))


def tables_of(registry: Registry) -> dict[str, Rows]:
    """What the portal would say if it were just as the register has it: of April 2025, and MSOAs of 2023."""
    now, earlier = replace(registry, vintage="2025-04"), replace(registry, vintage="2023-04")
    districts = now.at("lad")
    return {
        "LAD25_RGN25_EN_LU_v2": [
            {"LAD25CD": a.code, "LAD25NM": a.name, "RGN25CD": a.parent, "RGN25NM": now.areas[a.parent].name}
            for a in districts
        ],
        "LAD25_CTYUA25_UK_LU_v2": [
            {"LAD25CD": f"E99{n:06d}", "CTYUA25CD": county.code, "CTYUA25NM": county.name}
            for n, county in enumerate((c for c in now.at("county") if c.code.startswith("E10")), start=1)
        ],
        "LAD25_CAUTH25_EN_LU": [
            {"LAD25CD": code, "CAUTH25CD": group.area.code, "CAUTH25NM": group.area.name.upper()}
            for group in now.groups.values()
            if group.area.level == "combined_authority"
            for code in group.districts
        ],
        "LAD25_CSP25_PFA25_EW_LU": _partnerships(now),
        "LSOA21_WD25_LAD25_EW_LU_v2": _small(now, "lsoa", "25"),
        "MSOA21_LAD23_EW_LU": _small(earlier, "msoa", "23"),
    }


def _partnerships(now: Registry) -> Rows:
    rows = {}
    of_level = {
        level: [g for g in now.groups.values() if g.area.level == level] for level in ("csp", "police_force_area")
    }
    forces = {code: g.area for g in of_level["police_force_area"] for one in g.districts for code in standing(now, one)}
    for group in of_level["csp"]:
        for district in (code for one in group.districts for code in standing(now, one)):
            force = forces[district]
            rows[district, group.area.code] = {
                "LAD25CD": district,
                "CSP25CD": group.area.code,
                "CSP25NM": group.area.name,
                "PFA25CD": force.code,
                "PFA25NM": force.name,
            }
    return [*rows.values(), dict.fromkeys(next(iter(rows.values())), "W06000001")]


def standing(now: Registry, code: str) -> list[str]:
    """The district of the vintage that a code is, or is a part of."""
    place, whole = now.place(code), now.whole(code)
    return [place.area.code if place else whole.area.code] if place or whole else []


def _small(seen: Registry, level: str, year: str) -> Rows:
    areas, district = seen.small()[level], seen.lookup(level)
    kind = f"{level.upper()}21CD"
    return [{kind: code, f"LAD{year}CD": district[code]} for code, area in areas.items() if "2021" in area.censuses]
