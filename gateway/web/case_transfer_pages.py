"""The pages of recall requests and of suspected violations: their lists, one of each, and the decision on it."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.case_transfers import CASE, RECALL, Transfer, listed, offered
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.sampling.report_words import moment
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.visitors import CASE_DECIDERS, RECALL_DECIDERS, AllowVisitors, CanReadTransfers, Visitor
from shared import times
from shared.contracts.codes import Role
from shared.database import Session

BUDGET_SECONDS = 5.0

State = Annotated[str, Query(max_length=20)]
Place = Annotated[str, Query(max_length=12)]
Cursor = Annotated[str, Query(max_length=1000)]
Done = Annotated[str, Query(max_length=20)]


router = APIRouter(include_in_schema=False)


def _add_pages(kind: Transfer, deciders: Iterable[Role]) -> None:
    """The list of one kind of request, a page for each, and the decision on it."""
    Decider = Annotated[Visitor, Depends(AllowVisitors(*deciders))]  # noqa: N806 (a type)

    @router.get(kind.address)
    async def transfer_list(
        request: Request,
        visitor: CanReadTransfers,
        services: ServicesHere,
        session: Session,
        state: State = "",
        region: Place = "",
        sample_id: UUID | None = None,
        cursor: Cursor = "",
    ) -> Response:
        return await _list(request, services, session, visitor, kind, state, region, sample_id, cursor)

    @router.get(kind.address + "/{request_id}")
    async def transfer_page(
        request: Request,
        visitor: CanReadTransfers,
        services: ServicesHere,
        session: Session,
        request_id: UUID,
        done: Done = "",
    ) -> Response:
        return await _page(request, services, session, visitor, kind, request_id, done)

    @router.get(kind.address + "/{request_id}/{slug}")
    async def transfer_step(
        request: Request, visitor: Decider, services: ServicesHere, request_id: UUID, slug: str
    ) -> Response:
        subject = await _subject(services, visitor, kind, request_id)
        return show_step(request, subject, step_named(slug, kind.steps))

    @router.post(kind.address + "/{request_id}/{slug}")
    async def decide(
        request: Request, visitor: Decider, services: ServicesHere, request_id: UUID, slug: str
    ) -> Response:
        return await _decide(request, services, visitor, kind, request_id, slug)


async def _list(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    kind: Transfer,
    state: str,
    region: str,
    sample_id: UUID | None,
    cursor: str,
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    wanted |= {"state": state} if state in kind.states else {}
    wanted |= {"region": region} if region in dict(places) else {}
    wanted |= {"sample_id": str(sample_id)} if sample_id else {}
    page = await services.get(kind.unit, kind.path, visitor.caller, BUDGET_SECONDS, **wanted)
    return render(
        request,
        "transfers.html",
        kind=kind,
        requests=[
            listed(kind, each) | {"place": await region_name(session, each["region_code"])} for each in page["items"]
        ],
        filters=[
            ("state", "办到哪里", [("", "全部"), *kind.states.items()], state),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        sample_id=str(sample_id or ""),
        narrowed=bool(state or region or sample_id),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


async def _page(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    kind: Transfer,
    request_id: UUID,
    done: str,
) -> Response:
    found = await _request(services, visitor, kind, request_id)
    decided, clock_id = found["decided_at"], found.get("clock_id")
    clock = (
        await services.get(kind.unit, f"/v1/clocks/{clock_id}", visitor.caller, BUDGET_SECONDS) if clock_id else None
    )
    return render(
        request,
        "transfer.html",
        kind=kind,
        found=listed(kind, found),
        place=await region_name(session, found["region_code"]),
        facts=[(name, text) for name, text in kind.facts(found) if text],
        clock=clock_of(clock, times.now()) if clock else None,
        decided=f"{moment(decided)}，{found['decided_by_name']}" if decided else "",
        note=found["decision_note"],
        overturned=moment(found["overturned_at"]),
        overturned_because=found["overturned_because"],
        offered=[step for step in offered(kind, found) if step.roles & visitor.actor.roles],
        done=act_of(done, kind.steps),
    )


async def _decide(
    request: Request, services: Services, visitor: Visitor, kind: Transfer, request_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, kind, request_id)

    step = step_named(slug, kind.steps)
    path, address = f"{kind.path}/{request_id}", f"{kind.address}/{request_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=kind.unit)


async def _subject(services: Services, visitor: Visitor, kind: Transfer, request_id: UUID) -> Subject:
    found = await _request(services, visitor, kind, request_id)
    address = f"{kind.address}/{request_id}"
    return Subject(
        title=f"{found['food_name']}：{kind.line(found)['whom']}",
        state=kind.states[found["state"]],
        crumbs=[("核查处置", "/disposals"), (kind.title, kind.address), (found["food_name"], address)],
        address=address,
        offered=offered(kind, found),
        version=str(found["version"]),
    )


async def _request(services: Services, visitor: Visitor, kind: Transfer, request_id: UUID) -> dict[str, Any]:
    path = f"{kind.path}/{request_id}"
    found: dict[str, Any] = await services.get(kind.unit, path, visitor.caller, BUDGET_SECONDS)
    return found


_add_pages(RECALL, RECALL_DECIDERS)
_add_pages(CASE, CASE_DECIDERS)
