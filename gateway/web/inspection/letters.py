"""三书一函: notices and letters from the draft to the reply, and what was signed as a document."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Services, ServicesHere
from gateway.web.inspection import corrections
from gateway.web.inspection.inspection import Answer, ask, day, entry_row, moment, one_of, page_of
from gateway.web.inspection.visit_form_content import local
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import RowForm, begun
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import EVIDENCE, NOTE, Field, Kind, Step
from gateway.web.steps import moment as moment_field
from gateway.web.visitors import LETTER_WRITERS, CanReadCorrections, CanWriteLetters, IsLeader, Visitor
from shared import times
from shared.contracts.codes import OFFICIALS, Role, Unit
from shared.database import Session
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

LETTERS, PAGES = "/v1/supervision-letters", "/corrections/letters"
KINDS = (
    ("reminder", "提醒敦促函"),
    ("correction_order", "责令整改通知书"),
    ("interview", "责任约谈通知书"),
    ("listed_supervision", "挂牌督办通知书"),
)
STATES = (
    ("draft", "拟稿"),
    ("submitted", "送审"),
    ("issued", "已签发，待送达"),
    ("served", "已送达，待答复"),
    ("replied", "已答复"),
    ("withdrawn", "已撤回，由新文书取代"),
)
BADGES = {
    "draft": "unknown",
    "submitted": "warning",
    "issued": "warning",
    "served": "running",
    "replied": "ok",
    "withdrawn": "unknown",
}
WRITING_SECONDS = 60.0
"""A PDF takes half a second of a core to write, on a busy machine much longer."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WRITERS, LEADERS = frozenset(LETTER_WRITERS), frozenset({Role.LEADER})
METHODS = (("in_person", "直接送达"), ("left", "留置送达"), ("post", "邮寄送达"), ("electronic", "电子送达"))
SUBMISSION = Step("submission", "送审", WRITERS, (NOTE,), "必填的各项要填齐。")
RETURN = Step("return", "退回修改", LEADERS, (Field("note", "退回的理由", "words"),))
ISSUE = Step("issue", "签发", LEADERS, (NOTE,), "签发即编号、写入发文链，此后不能再改，只能另发一件取代。")
SERVICE = Step(
    "service",
    "登记送达",
    WRITERS,
    (
        Field("method", "送达方式", "choice", options=METHODS),
        Field("evidence", "送达证据", "lines", "一行一件：送达回证、快递单号"),
        moment_field("送达时间"),
        NOTE,
    ),
    "答复期限自送达起算。",
)
REPLY = Step(
    "reply",
    "登记答复",
    WRITERS | {Role.BUSINESS},
    (Field("note", "答复的内容", "words"), EVIDENCE, moment_field("答复时间")),
)
STEPS = (SUBMISSION, ISSUE, RETURN, SERVICE, REPLY)
POSSIBLE = {"draft": (SUBMISSION,), "submitted": (ISSUE, RETURN), "issued": (SERVICE,), "served": (REPLY,)}
FIELD_KINDS: Mapping[str, Kind] = {"text": "words", "day": "day", "moment": "moment"}


@router.get(PAGES)
async def letter_list(
    request: Request,
    visitor: CanReadCorrections,
    services: ServicesHere,
    session: Session,
    kind: Annotated[str, Query(max_length=30)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    region: Annotated[str, Query(max_length=12)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    official = visitor.actor.has(*OFFICIALS)
    places = await places_below(session, visitor.actor.regions) if official else []
    wanted = {
        "kind": one_of(dict(KINDS), kind),
        "state": one_of(dict(STATES), state),
        "region": one_of(dict(places), region),
    }
    page = await page_of(services, visitor, LETTERS, cursor, **wanted)
    filters = [("kind", "种类", [("", "全部"), *KINDS], kind), ("state", "办到哪里", [("", "全部"), *STATES], state)]
    return render(
        request,
        "inspection/letters.html",
        tabs=corrections.tabs(visitor),
        filters=[*filters, ("region", "区域", [("", "全部"), *places], region)] if official else filters,
        narrowed=any((kind, state, region)),
        letters=[await _listed(session, each) for each in page["items"]],
        may_write=visitor.actor.has(*WRITERS),
        issues=visitor.actor.has(*LEADERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/issuers/new")
async def new_issuer(request: Request, visitor: IsLeader, session: Session) -> Response:
    page, form = await _issuer_form(session, visitor)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/issuers/new")
async def add_issuer(request: Request, visitor: IsLeader, services: ServicesHere, session: Session) -> Response:
    page, form = await _issuer_form(session, visitor)
    sending = Sending("POST", "/v1/letter-issuers", lambda _: PAGES, unit=Unit.INSPECTION)
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _issuer_form(session: Session, visitor: Visitor) -> tuple[FormPage, RowForm]:
    form = RowForm(
        "登记发文机关",
        (
            Field("region_code", "区划", "select", options=tuple(await places_below(session, visitor.actor.regions))),
            Field("name", "发文机关", hint="全称"),
            Field("abbreviation", "文号中的代字", hint="如：演食安办"),
        ),
    )
    return FormPage("登记发文机关", [("三书一函", PAGES)], PAGES, "文号按机关、种类、年度连续编号。"), form


@router.get(PAGES + "/new")
async def new_letter(
    request: Request,
    visitor: CanWriteLetters,
    services: ServicesHere,
    session: Session,
    kind: Annotated[str, Query(max_length=30)] = "",
    business: UUID | None = None,
    correction: UUID | None = None,
) -> Response:
    """The form of a kind; without a kind, the choice of one."""
    about = await _about(services, visitor, business, correction)
    if kind not in dict(KINDS):
        return render(request, "inspection/letter_kinds.html", kinds=KINDS, about=about)
    page, form = await _letter_form(services, session, visitor, kind, about)
    return show_form(request, page, form, begun(form))


@router.post(PAGES + "/new")
async def draft_letter(
    request: Request,
    visitor: CanWriteLetters,
    services: ServicesHere,
    session: Session,
    kind: Annotated[str, Query(max_length=30)] = "",
    business: UUID | None = None,
    correction: UUID | None = None,
) -> Response:
    about = await _about(services, visitor, business, correction)
    page, form = await _letter_form(services, session, visitor, kind, about)
    known = {"kind": kind, **about["whom"]} | ({"correction_ids": about["ids"]} if about["ids"] else {})
    sending = Sending(
        "POST",
        LETTERS,
        lambda made: f"{PAGES}/{made['id']}?done=drafted",
        lambda body: {"fields": {}} | body | known,
        Unit.INSPECTION,
    )
    return await take_form(request, services, visitor.caller, page, form, sending)


@router.get(PAGES + "/{letter_id}/draft")
async def draft_form(
    request: Request, visitor: CanWriteLetters, services: ServicesHere, session: Session, letter_id: UUID
) -> Response:
    letter = await ask(services, visitor, f"{LETTERS}/{letter_id}")
    page, form = await _letter_form(services, session, visitor, letter["kind"], _about_letter(letter))
    moments = {field.name for field in form.head if field.kind == "moment"}
    typed = {f"fields/{name}": text for name, text in letter["fields"].items()}
    typed |= {name: local(text) for name, text in typed.items() if name in moments and text}
    typed |= {"issuer_id": letter["issuer_id"], "reply_length": str(letter["reply_length"] or "")}
    typed |= {"addressee": letter["addressee"], "region_code": letter["region_code"]}
    return show_form(request, page, form, begun(form, typed), version=str(letter["version"]))


@router.post(PAGES + "/{letter_id}/draft")
async def change_draft(
    request: Request, visitor: CanWriteLetters, services: ServicesHere, session: Session, letter_id: UUID
) -> Response:
    path = f"{LETTERS}/{letter_id}"
    letter = await ask(services, visitor, path)
    about = _about_letter(letter)
    page, form = await _letter_form(services, session, visitor, letter["kind"], about)
    known = {"kind": letter["kind"], **about["whom"], "correction_ids": letter["correction_ids"]}
    known |= {"supersedes_id": letter["supersedes_id"]}

    async def version_now() -> str:
        return str((await ask(services, visitor, path))["version"])

    sending = Sending(
        "PUT",
        path,
        lambda _: f"{PAGES}/{letter_id}?done=changed",
        lambda body: {"fields": {}} | body | known,
        Unit.INSPECTION,
    )
    return await take_form(request, services, visitor.caller, page, form, sending, version_now)


@router.get(PAGES + "/{letter_id}/document")
async def document(visitor: CanReadCorrections, services: ServicesHere, letter_id: UUID) -> Response:
    """The signed letter as DOCX, byte for byte as the service has it."""
    return await _file(services, visitor, letter_id, "document", "docx", DOCX)


@router.get(PAGES + "/{letter_id}/pdf")
async def pdf(visitor: CanReadCorrections, services: ServicesHere, letter_id: UUID) -> Response:
    """The signed letter as PDF, byte for byte as the service has it."""
    return await _file(services, visitor, letter_id, "pdf", "pdf", "application/pdf")


async def _file(
    services: Services, visitor: Visitor, letter_id: UUID, part: str, ending: str, media_type: str
) -> Response:
    path = f"{LETTERS}/{letter_id}"
    letter = await ask(services, visitor, path)
    answer = await services.send(Unit.INSPECTION, "GET", f"{path}/{part}", visitor.caller, WRITING_SECONDS)
    name = quote(f"{letter['number'] or letter['label']}.{ending}")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "cache-control": "private, no-cache"}
    return Response(answer.content, media_type=media_type, headers=headers)


@router.get(PAGES + "/{letter_id}")
async def letter_page(
    request: Request,
    visitor: CanReadCorrections,
    services: ServicesHere,
    session: Session,
    letter_id: UUID,
    done: Annotated[str, Query(max_length=30)] = "",
) -> Response:
    letter = await ask(services, visitor, f"{LETTERS}/{letter_id}")
    told = {"drafted": "拟稿", "changed": "修改"}.get(done) or act_of(done, STEPS)
    return render(
        request,
        "inspection/letter.html",
        letter=letter,
        shown=await _listed(session, letter),
        facts=_facts(letter),
        clock=clock_of(letter["clock"], times.now()) if letter["clock"] else None,
        actions=_offered(letter, visitor),
        may_change=letter["state"] == "draft" and visitor.actor.has(*WRITERS),
        official=visitor.actor.has(*OFFICIALS),
        entries=[entry_row(entry) for entry in letter["entries"]],
        done=told,
    )


@router.get(PAGES + "/{letter_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadCorrections, services: ServicesHere, letter_id: UUID, slug: str
) -> Response:
    letter = await ask(services, visitor, f"{LETTERS}/{letter_id}")
    return show_step(request, _subject(letter, visitor), step_named(slug, STEPS))


@router.post(PAGES + "/{letter_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadCorrections, services: ServicesHere, letter_id: UUID, slug: str
) -> Response:
    path = f"{LETTERS}/{letter_id}"

    async def now() -> Subject:
        return _subject(await ask(services, visitor, path), visitor)

    step, address = step_named(slug, STEPS), f"{PAGES}/{letter_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.INSPECTION)


async def _about(
    services: Services, visitor: Visitor, business_id: UUID | None, correction_id: UUID | None
) -> dict[str, Any]:
    """Whom a new letter is for, and the corrections it names."""
    if correction_id is not None:
        found = await ask(services, visitor, f"/v1/corrections/{correction_id}")
        about = {"ids": [str(correction_id)], "name": found["party_name"], "query": f"correction={correction_id}"}
        if found["business_id"]:
            return about | {"whom": {"business_id": found["business_id"]}}
        return about | {"whom": {"addressee": found["party_name"], "region_code": found["region_code"]}}
    if business_id is not None:
        found = await ask(services, visitor, f"/v1/businesses/{business_id}")
        whom = {"business_id": str(business_id)}
        return {"ids": [], "name": found["name"], "query": f"business={business_id}", "whom": whom}
    return {"ids": [], "name": "", "query": "", "whom": {}}


def _about_letter(letter: Answer) -> dict[str, Any]:
    whom = {"business_id": letter["business_id"]} if letter["business_id"] else {}
    return {"ids": letter["correction_ids"], "name": letter["addressee"] if whom else "", "query": "", "whom": whom}


async def _letter_form(
    services: Services, session: Session, visitor: Visitor, kind: str, about: Answer
) -> tuple[FormPage, RowForm]:
    """The questions of a kind's present form, as the service has it."""
    if kind not in dict(KINDS):
        raise NotFound("没有这种文书，请从三书一函里选")
    templates = await ask(services, visitor, "/v1/letter-templates")
    issuers = await ask(services, visitor, "/v1/letter-issuers")
    template = next(each for each in templates if each["kind"] == kind)
    whom = (
        ()
        if about["whom"]
        else (
            Field("addressee", "收件单位", hint="已登记的主体，请从它的一户一档或整改里拟稿"),
            Field(
                "region_code",
                "收件单位在哪里",
                "select",
                options=tuple(await places_below(session, visitor.actor.regions)),
            ),
        )
    )
    form = RowForm(
        "存为拟稿",
        (
            *whom,
            Field("issuer_id", "发文机关", "select", options=tuple((each["id"], each["name"]) for each in issuers)),
            *(
                Field(f"fields/{each['name']}", each["label"], FIELD_KINDS[each["type"]], required=each["required"])
                for each in template["fields"]
            ),
            Field("reply_length", "多少天内答复", "decimal", "不填按期限规则", required=False),
        ),
        lead="可以先不填全，送审时必填项要齐。"
        + ("" if template["verified"] else "这份格式是示范，不是任何地方的法定格式，没有核实。"),
    )
    name = dict(KINDS)[kind]
    lead = f"收件：{about['name']}" if about["name"] else ""
    if not issuers:
        lead = "还没有登记发文机关，请领导先登记，再拟稿。"
    return FormPage(f"拟{name}", [("三书一函", PAGES)], PAGES, lead), form


async def _listed(session: Session, letter: Answer) -> dict[str, Any]:
    return {
        **letter,
        "title": letter["number"] or letter["label"],
        "badge": (BADGES[letter["state"]], letter["state_label"]),
        "place": await region_name(session, letter["region_code"]),
        "issued": day(letter["issued_at"]),
    }


def _facts(letter: Answer) -> list[tuple[str, str]]:
    facts = [
        ("文书", letter["label"]),
        ("收件", letter["addressee"]),
        ("拟稿", letter["prepared_by_name"]),
        ("签发", letter["approved_by_name"]),
        ("签发时间", moment(letter["issued_at"])),
        ("送达", moment(letter["served_at"])),
        ("送达方式", dict(METHODS).get(letter["service_method"] or "", "")),
        ("答复", moment(letter["replied_at"])),
        ("本机关第几件", str(letter["position"] or "")),
    ]
    return [(name, text) for name, text in facts if text]


def _offered(letter: Answer, visitor: Visitor) -> list[Step]:
    return [step for step in POSSIBLE.get(letter["state"], ()) if visitor.actor.has(*step.roles)]


def _subject(letter: Answer, visitor: Visitor) -> Subject:
    address = f"{PAGES}/{letter['id']}"
    title = letter["number"] or letter["label"]
    return Subject(
        title=f"{title}，{letter['addressee']}",
        state=letter["state_label"],
        crumbs=[("三书一函", PAGES), (title, address)],
        address=address,
        offered=_offered(letter, visitor),
        version=str(letter["version"]),
        entries=letter["entries"],
    )
