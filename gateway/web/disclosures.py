"""看全: what is masked on a page, whole once, on the answer to a form that asks why. It has no address of its own."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from gateway.clients import Refused, ServicesHere, ServiceSilent
from gateway.web.forms import checked_form
from gateway.web.pages import render
from gateway.web.step_pages import BUDGET_SECONDS, Subject, show_step, typed_in
from gateway.web.steps import Field, Step, body, errors_of
from gateway.web.visitors import AllowVisitors, Visitor
from shared.contracts.codes import Role, Unit
from shared.http.problems import NotFound

FILE_KEEPERS = frozenset({Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.GRID_OFFICER})
SAMPLE_WORKERS = frozenset({Role.SAMPLER, Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE, Role.CASE_HANDLER})
LABORATORY_CALLERS = SAMPLE_WORKERS | {Role.ADMINISTRATOR}
CHAIN_CALLERS = frozenset({Role.INSPECTOR, Role.CASE_HANDLER, Role.FOOD_SAFETY_OFFICE, Role.MARKET_OPERATOR})
LOOKERS = FILE_KEEPERS | LABORATORY_CALLERS | CHAIN_CALLERS


@dataclass(frozen=True)
class Shown:
    """A kind of record with persons in it: who may see them whole, where it is kept, and its page."""

    label: str
    unit: Unit
    path: str
    page: str
    roles: frozenset[Role]


KINDS = {
    "businesses": Shown(
        "一户一档", Unit.INSPECTION, "/v1/businesses/{}/disclosures", "/businesses/{}#licences", FILE_KEEPERS
    ),
    "samples": Shown("抽样单", Unit.SAMPLING, "/v1/samples/{}/disclosures", "/sample-forms/{}", SAMPLE_WORKERS),
    "laboratories": Shown(
        "检验机构", Unit.SAMPLING, "/v1/laboratories/{}/disclosures", "/laboratories", LABORATORY_CALLERS
    ),
    "subjects": Shown(
        "追溯主体", Unit.TRACEABILITY, "/v1/subjects/{}/disclosures", "/traces/subjects/{}", CHAIN_CALLERS
    ),
    "tickets": Shown("票据", Unit.TRACEABILITY, "/v1/tickets/{}/disclosures", "/traces/tickets/{}", CHAIN_CALLERS),
}
LEAD = "电话、证件号码、从业人员的姓名平时遮去大半。每看一次，何人、何时、为什么、看了哪几处都记下，审计人员看得到。"
PURPOSE = Field("purpose", "为什么要看", "words", "写明办的是哪件事，如：联系负责人约定 7 月 24 日复查")

router = APIRouter(include_in_schema=False, prefix="/disclosures/{kind}/{record_id}")

MayLook = Depends(AllowVisitors(*LOOKERS))


@router.get("")
async def ask_purpose(request: Request, kind: str, record_id: UUID, visitor: Visitor = MayLook) -> Response:
    shown = _kind(kind)
    return show_step(request, _subject(shown, record_id, visitor), _step(shown))


@router.post("")
async def show_whole(
    request: Request, services: ServicesHere, kind: str, record_id: UUID, visitor: Visitor = MayLook
) -> Response:
    """What the service tells, on this one answer, which nobody keeps."""
    shown = _kind(kind)
    step = _step(shown)
    async with checked_form(request) as form:
        typed = await typed_in(form, step)
    try:
        answer = await services.send(
            shown.unit, "POST", shown.path.format(record_id), visitor.caller, BUDGET_SECONDS, json=body(step, typed)
        )
    except (Refused, ServiceSilent) as refusal:
        return show_step(request, _subject(shown, record_id, visitor), step, typed, errors=errors_of(refusal, step))
    page = render(
        request,
        "disclosure.html",
        label=shown.label,
        address=shown.page.format(record_id),
        purpose=typed[PURPOSE.name],
        fields=answer.json()["fields"],
    )
    page.headers["cache-control"] = "no-store"
    return page


def may_look(visitor: Visitor, kind: str) -> bool:
    """Whether a page offers this visitor to see whole what it masks."""
    return visitor.actor.has(*KINDS[kind].roles)


def _kind(kind: str) -> Shown:
    if kind not in KINDS:
        raise NotFound("没有这一页，请从记录的页面上点“看全”进来")
    return KINDS[kind]


def _step(shown: Shown) -> Step:
    return Step("disclosures", "看全", shown.roles, (PURPOSE,), LEAD)


def _subject(shown: Shown, record_id: UUID, visitor: Visitor) -> Subject:
    address = shown.page.format(record_id)
    offered = (_step(shown),) if visitor.actor.has(*shown.roles) else ()
    return Subject(shown.label, "", [(shown.label, address)], address, offered)
