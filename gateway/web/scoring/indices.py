"""食品安全指数: calculations by quarter, and one of them with the range of everybody's place."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.scoring.evaluations import ask
from gateway.web.visitors import CanReadAssessments
from shared import times
from shared.contracts.evaluations import ReadingState
from shared.contracts.figures import Period
from shared.database import Session

router = APIRouter(include_in_schema=False)

MEANS = {"arithmetic": "算术平均", "geometric": "几何平均"}


@router.get("/indices")
async def index_list(
    request: Request,
    visitor: CanReadAssessments,
    services: ServicesHere,
    session: Session,
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    page = await ask(services, visitor, "/v1/indices", **wanted)
    runs = [
        one | {"place": await region_name(session, one["region_code"]), "when": Period.parse(one["period"]).label}
        for one in page["items"]
    ]
    return render(request, "scoring/indices.html", runs=runs, next_cursor=page["next_cursor"] or "", cursor=cursor)


@router.get("/indices/{run_id}")
async def index_page(
    request: Request, visitor: CanReadAssessments, services: ServicesHere, session: Session, run_id: UUID
) -> Response:
    run = await ask(services, visitor, f"/v1/indices/{run_id}")
    now = times.now()
    return render(
        request,
        "scoring/index.html",
        run=run,
        rules=run["rules"],
        mean=MEANS[run["rules"]["mean"]],
        minimum=_percent(run["rules"]["minimum_data"]),
        place=await region_name(session, run["region_code"]),
        period=Period.parse(run["period"]).label,
        rows=[_row(one) | {"name": await region_name(session, one["region_code"])} for one in run["results"]],
        indicators=[one | {"share": _percent(one["weight"])} for one in run["rules"]["indicators"]],
        moving=[one for one in run["scenarios"] if one["moved"]],
        tried=len(run["scenarios"]),
        data=[
            (await region_name(session, row["region_code"]), _data(run, row["region_code"])) for row in run["results"]
        ],
        as_of=words.clock_time(now, now),
    )


def _data(run: dict[str, Any], place: str) -> list[dict[str, Any]]:
    """Every value of one place and where it is from: a service, somebody who sent it, or nobody knows and why."""
    read, posted, found = run["readings"].get(place, {}), run["posted"].get(place, {}), []
    for indicator in run["rules"]["indicators"]:
        code = indicator["code"]
        value, reading = run["values"].get(place, {}).get(code), read.get(code)
        note = "没有填"
        if code in posted:
            note = "另填" if value is not None else "另填：未知"
            if reading and reading["value"] is not None:
                note += f"；取数为 {_short(reading['value'])}"
        elif reading:
            note = _read_note(reading)
        found.append(
            {
                "title": indicator["title"],
                "shown": "" if value is None else f"{_short(value)} {indicator['unit']}",
                "note": note,
            }
        )
    return found


def _read_note(reading: dict[str, Any]) -> str:
    label = ReadingState(reading["state"]).label
    if reading["value"] is None:
        return f"{label}：{reading['reason']}" if reading["reason"] not in ("", label) else label
    when = words.full_time(datetime.fromisoformat(reading["as_of"]))
    return f"取数，截至 {when}{'；' if reading['reason'] else ''}{reading['reason']}"


def _short(value: str) -> str:
    return words.number(_rounded(value))


def _row(one: dict[str, Any]) -> dict[str, Any]:
    changed = ""
    if one["index"] is not None and one["index_before"] is not None:
        difference = _rounded(one["index"]) - _rounded(one["index_before"])
        changed = f"{difference:+f}" if difference else "持平"
    best, worst = one["place_at_best"], one["place_at_worst"]
    span = ""
    if one["place"] is not None:
        span = "不变" if best == worst else f"{best}～{worst}"
    return one | {
        "shown": "" if one["index"] is None else words.number(_rounded(one["index"])),
        "changed": changed,
        "span": span,
        "known_words": _percent(one["known"]),
    }


def _rounded(value: str) -> Decimal:
    return round(Decimal(value), 2)


def _percent(share: str) -> str:
    return f"{words.number(round(Decimal(share) * 100, 1))}%"
