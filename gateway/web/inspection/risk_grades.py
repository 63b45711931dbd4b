"""Risk grades waiting for a person: proposed, explained point by point, confirmed or not followed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.inspection import businesses, grade_words
from gateway.web.inspection.inspection import Answer, ask, day, moment, one_of, page_of
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Field, Step, filled
from gateway.web.visitors import LETTER_WRITERS, OFFICE, CanReadInspections, CanWriteLetters, IsOffice, Visitor
from shared.contracts.codes import Unit
from shared.contracts.inspection import BusinessKind
from shared.database import Session

router = APIRouter(include_in_schema=False)

PROPOSALS, PAGES = "/v1/risk-proposals", "/businesses/grades"
GRADES = tuple((grade, f"{grade}级") for grade in "ABCD")
CONFIRMATION = Step(
    "confirmation",
    "确认等级",
    frozenset(OFFICE),
    (
        Field("grade", "确认的等级", "choice", "可以与建议不同", options=GRADES),
        Field("reason", "理由", "words", "如：核对无误"),
    ),
    "确认以后生效，不能追溯适用。",
)
REFUSAL = Step("refusal", "不予采纳", frozenset(OFFICE), (Field("reason", "理由", "words"),), "现行等级不变。")
STEPS = (CONFIRMATION, REFUSAL)


@router.get(PAGES)
async def proposal_list(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "proposed",
    grade: Annotated[str, Query(max_length=1)] = "",
    differing: Annotated[str, Query(max_length=5)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    wanted = {
        "state": one_of(dict(grade_words.STATES), state),
        "grade": one_of(dict(GRADES), grade),
        "differing": one_of(("true",), differing),
        "region": one_of(dict(places), region),
    }
    page = await page_of(services, visitor, PROPOSALS, cursor, **wanted)
    return render(
        request,
        "inspection/risk_proposals.html",
        tabs=businesses.tabs(visitor),
        filters=[
            ("state", "办到哪里", [*grade_words.STATES, ("", "全部")], state),
            ("grade", "建议的等级", [("", "全部"), *GRADES], grade),
            ("differing", "与现行比", [("", "全部"), ("true", "只看不同的")], differing),
            ("region", "区域", [("", "全部"), *places], region),
        ],
        proposals=[await _listed(session, each) for each in page["items"]],
        proposes=visitor.actor.has(*LETTER_WRITERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/new")
async def new_proposals(
    request: Request, visitor: CanWriteLetters, services: ServicesHere, session: Session, business: UUID | None = None
) -> Response:
    page, form, _ = await _request_form(services, session, visitor, business)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/new")
async def propose(
    request: Request, visitor: CanWriteLetters, services: ServicesHere, session: Session, business: UUID | None = None
) -> Response:
    page, form, known = await _request_form(services, session, visitor, business)
    sending = Sending("POST", PROPOSALS, _arrived, lambda body: body | known, Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


def _arrived(run: Answer) -> str:
    return f"{PAGES}?done={run['proposed']}-{run['unchanged']}-{len(run['without_scheme'])}"


async def _request_form(
    services: Services, session: Session, visitor: Visitor, business_id: UUID | None
) -> tuple[FormPage, RowForm, dict[str, Any]]:
    """For whom grades are proposed: one business, or all of a kind in a place."""
    since = Field("valid_from", "等级自哪一天起适用", "day", "不早于今天，如下一年度的 1 月 1 日")
    if business_id is not None:
        business = await ask(services, visitor, f"/v1/businesses/{business_id}")
        known = {"region_code": business["region_code"], "business_ids": [str(business_id)]}
        page = FormPage("提出等级建议", [("风险等级", PAGES)], f"/businesses/{business_id}", business["name"])
        return page, RowForm("提出建议", (since,)), known
    kinds = tuple((kind.value, kind.label) for kind in BusinessKind)
    head = (
        Field("region_code", "区域", "select", options=tuple(await places_below(session, visitor.actor.regions))),
        Field("kinds", "业态", "choices", "不选就是全部", required=False, options=kinds),
        since,
    )
    lead = "为一个地方的在档主体算出建议，一次至多 2,000 户；确认以前现行等级不变。"
    return FormPage("提出等级建议", [("风险等级", PAGES)], PAGES, lead), RowForm("提出建议", head), {}


@router.get(PAGES + "/{proposal_id}")
async def proposal_page(
    request: Request,
    visitor: CanReadInspections,
    services: ServicesHere,
    session: Session,
    proposal_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    proposal = await ask(services, visitor, f"{PROPOSALS}/{proposal_id}")
    return render(
        request,
        "inspection/risk_proposal.html",
        proposal=await _listed(session, proposal),
        explained=grade_words.explained(proposal["result"]),
        actions=_offered(proposal, visitor),
        done=act_of(done, STEPS),
    )


@router.get(PAGES + "/{proposal_id}/{slug}")
async def decision_form(
    request: Request, visitor: IsOffice, services: ServicesHere, proposal_id: UUID, slug: str
) -> Response:
    proposal = await ask(services, visitor, f"{PROPOSALS}/{proposal_id}")
    step = filled(step_named(slug, STEPS), {"grade": proposal["grade"]})
    return show_step(request, _subject(proposal, visitor), step)


@router.post(PAGES + "/{proposal_id}/{slug}")
async def decide(request: Request, visitor: IsOffice, services: ServicesHere, proposal_id: UUID, slug: str) -> Response:
    path = f"{PROPOSALS}/{proposal_id}"

    async def now() -> Subject:
        return _subject(await ask(services, visitor, path), visitor)

    step, address = step_named(slug, STEPS), f"{PAGES}/{proposal_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.INSPECTION)


def _offered(proposal: Answer, visitor: Visitor) -> list[Step]:
    return list(STEPS) if proposal["state"] == "proposed" and visitor.actor.has(*OFFICE) else []


def _subject(proposal: Answer, visitor: Visitor) -> Subject:
    address = f"{PAGES}/{proposal['id']}"
    return Subject(
        title=f"{proposal['business_name']}，建议{proposal['grade']}级",
        state=dict(grade_words.STATES)[proposal["state"]],
        crumbs=[("风险等级", PAGES), (proposal["business_name"], address)],
        address=address,
        offered=_offered(proposal, visitor),
        version=str(proposal["version"]),
    )


async def _listed(session: Session, proposal: Answer) -> dict[str, Any]:
    state = proposal["state"]
    return {
        **proposal,
        "badge": (grade_words.STATE_BADGES[state], dict(grade_words.STATES)[state]),
        "grade_badge": grade_words.badge(proposal["grade"]),
        "present_badge": grade_words.badge(proposal["present"]),
        "confirmed_badge": grade_words.badge(proposal["confirmed_grade"]) if proposal["confirmed_grade"] else None,
        "place": await region_name(session, proposal["region_code"]),
        "since": day(proposal["valid_from"]),
        "seen_until": day(proposal["as_of"]),
        "proposed": moment(proposal["proposed_at"]),
        "decided": moment(proposal["decided_at"]),
    }
