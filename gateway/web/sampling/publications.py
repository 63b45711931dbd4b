"""抽检结果公布 for the office: tables put together from candidates, published, and corrected beside what stands."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.clients import Refused, Services, ServicesHere, ServiceSilent
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.forms import FieldError, checked_form
from gateway.web.pages import render
from gateway.web.regions import places_below, region_name
from gateway.web.row_form_pages import FormPage, Sending, show_form, take_form
from gateway.web.row_forms import begun
from gateway.web.sampling import publication_form
from gateway.web.sampling.publication_form import PUBLICATION
from gateway.web.step_pages import Subject, act_of, show_step, take_step
from gateway.web.steps import errors_of
from gateway.web.visitors import PUBLISHERS, CanPublish, CanReadPublications, Visitor
from shared import times
from shared.contracts.codes import RowOutcome, Unit
from shared.database import Session
from shared.http.problems import NotFound
from shared.ids import uuid7

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 5.0
PUBLICATIONS = "/v1/publications"
UP = [("结果公布", "/publications")]
NEW = FormPage("新建拟公布的表", UP, "/publications")
DONE = {
    "new": "新建，现在列入样品",
    "head": "更改表头",
    "enlisted": "列入样品",
    "struck": "移出一行",
    "corrected": "登记更正",
}


@router.get("/publications")
async def publication_list(
    request: Request,
    visitor: CanReadPublications,
    services: ServicesHere,
    session: Session,
    state: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    marked: Annotated[str, Query(max_length=5)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    wanted = {"limit": str(ROWS_A_PAGE)} | ({"cursor": cursor} if cursor else {})
    wanted |= {"under_reexamination": "true"} if marked == "true" else {}
    wanted |= {"state": state} if state in publication_form.STATES else {}
    wanted |= {"kind": kind} if kind in dict(publication_form.KINDS) else {}
    page = await services.get(Unit.SAMPLING, PUBLICATIONS, visitor.caller, BUDGET_SECONDS, **wanted)
    states = [("", "全部"), *((name, label) for name, (_, label) in publication_form.STATES.items())]
    return render(
        request,
        "sampling/publications.html",
        publications=[
            publication_form.listed(each) | {"place": await region_name(session, each["region_code"])}
            for each in page["items"]
        ],
        filters=[
            ("state", "办到哪里", states, state),
            ("kind", "哪一种表", [("", "全部"), *publication_form.KINDS], kind),
            ("marked", "重新核查", [("", "不限"), ("true", "有待处理的行")], marked),
        ],
        narrowed=any((state, kind, marked)),
        publishes=visitor.actor.has(*PUBLISHERS),
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get("/publications/new")
async def new_publication(request: Request, visitor: CanPublish, session: Session) -> Response:
    places = await places_below(session, visitor.actor.regions)
    form = publication_form.head_form(times.day_of(times.now()), places, is_new=True)
    return show_form(request, NEW, form, begun(form))


@router.post("/publications/new")
async def draft_publication(
    request: Request, visitor: CanPublish, services: ServicesHere, session: Session
) -> Response:
    places = await places_below(session, visitor.actor.regions)
    form = publication_form.head_form(times.day_of(times.now()), places, is_new=True)
    sending = Sending("POST", PUBLICATIONS, lambda made: f"/publications/{made['id']}?done=new")
    return await take_form(request, services, visitor.caller, NEW, form, sending)


@router.get("/publications/{publication_id}")
async def publication_page(
    request: Request,
    visitor: CanReadPublications,
    services: ServicesHere,
    session: Session,
    publication_id: UUID,
    cursor: Annotated[str, Query(max_length=1000)] = "",
    more: Annotated[str, Query(max_length=1000)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The table with its rows; a draft with its candidates besides. `cursor` pages the rows, `more` the candidates."""
    return await _show(request, services, session, visitor, publication_id, cursor=cursor, more=more, done=done)


@router.get("/publications/{publication_id}/head")
async def head_form(request: Request, visitor: CanPublish, services: ServicesHere, publication_id: UUID) -> Response:
    publication = await _draft(services, visitor, publication_id)
    form = publication_form.head_form(times.day_of(times.now()), (), is_new=False)
    filled = publication_form.head_of(publication, form)
    return show_form(request, _page(publication, "更改表头"), form, filled, version=str(publication["version"]))


@router.post("/publications/{publication_id}/head")
async def change_head(request: Request, visitor: CanPublish, services: ServicesHere, publication_id: UUID) -> Response:
    publication = await _draft(services, visitor, publication_id)
    form = publication_form.head_form(times.day_of(times.now()), (), is_new=False)
    path, address = f"{PUBLICATIONS}/{publication_id}", f"/publications/{publication_id}"

    async def version_now() -> str:
        return str((await _publication(services, visitor, publication_id))["version"])

    sending = Sending("PUT", path, lambda _: f"{address}?done=head")
    page = _page(publication, "更改表头")
    return await take_form(request, services, visitor.caller, page, form, sending, version_now)


@router.post("/publications/{publication_id}/rows")
async def enlist(
    request: Request, visitor: CanPublish, services: ServicesHere, session: Session, publication_id: UUID
) -> Response:
    """List the chosen samples; those that were refused are shown with the reasons, the others are in."""
    async with checked_form(request) as form:
        key = str(form.get("key", ""))
        samples = [
            {"sample_id": str(each), "remark": str(form.get(f"remark/{each}", "")).strip()}
            for each in form.getlist("sample")
        ]
    if not samples:
        errors = [FieldError("candidates", "先勾选要列入的样品")]
        return await _show(request, services, session, visitor, publication_id, errors=errors)
    headers = {"idempotency-key": key or str(uuid7())}
    path = f"{PUBLICATIONS}/{publication_id}/rows"
    try:
        answer = await services.send(
            Unit.SAMPLING,
            "POST",
            path,
            visitor.caller,
            BUDGET_SECONDS,
            json={"samples": samples},
            headers=headers,
        )
    except (Refused, ServiceSilent) as refusal:
        errors = [FieldError("candidates", error.message) for error in errors_of(refusal, PUBLICATION)]
        return await _show(request, services, session, visitor, publication_id, errors=errors)
    refused = [each for each in answer.json()["items"] if each["outcome"] == RowOutcome.REJECTED]
    if refused:
        errors = [FieldError(f"sample-{each['sample_id']}", "；".join(each["reasons"])) for each in refused]
        return await _show(request, services, session, visitor, publication_id, errors=errors)
    return RedirectResponse(f"/publications/{publication_id}?done=enlisted", status_code=303)


@router.post("/publications/{publication_id}/rows/{row_id}/removal")
async def strike(
    request: Request, visitor: CanPublish, services: ServicesHere, publication_id: UUID, row_id: UUID
) -> Response:
    async with checked_form(request):
        path = f"{PUBLICATIONS}/{publication_id}/rows/{row_id}"
    await services.send(Unit.SAMPLING, "DELETE", path, visitor.caller, BUDGET_SECONDS)
    return RedirectResponse(f"/publications/{publication_id}?done=struck", status_code=303)


@router.get("/publications/{publication_id}/publication")
async def publish_form(request: Request, visitor: CanPublish, services: ServicesHere, publication_id: UUID) -> Response:
    return show_step(request, await _subject(services, visitor, publication_id), PUBLICATION)


@router.post("/publications/{publication_id}/publication")
async def publish(request: Request, visitor: CanPublish, services: ServicesHere, publication_id: UUID) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, publication_id)

    path, address = f"{PUBLICATIONS}/{publication_id}", f"/publications/{publication_id}"
    return await take_step(request, services, visitor.caller, PUBLICATION, path, address, now)


@router.get("/publications/{publication_id}/rows/{row_id}/correction")
async def correction_form(
    request: Request, visitor: CanPublish, services: ServicesHere, publication_id: UUID, row_id: UUID
) -> Response:
    publication, row = await _row(services, visitor, publication_id, row_id)
    form, filled = publication_form.correction_form(row, publication["kind"])
    return show_form(request, _correction_page(publication, row), form, filled)


@router.post("/publications/{publication_id}/rows/{row_id}/correction")
async def correct(
    request: Request, visitor: CanPublish, services: ServicesHere, publication_id: UUID, row_id: UUID
) -> Response:
    publication, row = await _row(services, visitor, publication_id, row_id)
    form, _ = publication_form.correction_form(row, publication["kind"])
    sending = Sending(
        "POST",
        f"{PUBLICATIONS}/{publication_id}/rows/{row_id}/corrections",
        lambda _: f"/publications/{publication_id}?done=corrected",
        publication_form.correction_body(row, publication["kind"]),
    )
    page = _correction_page(publication, row)
    return await take_form(request, services, visitor.caller, page, form, sending)


async def _show(
    request: Request,
    services: Services,
    session: Session,
    visitor: Visitor,
    publication_id: UUID,
    *,
    cursor: str = "",
    more: str = "",
    done: str = "",
    errors: Sequence[FieldError] = (),
) -> Response:
    publication = await _publication(services, visitor, publication_id)
    is_draft = publication["state"] == "draft"
    path = PUBLICATIONS if is_draft else "/v1/published-tables"
    rows = await _ask(services, visitor, f"{PUBLICATIONS}/{publication_id}/rows", cursor)
    if not is_draft:  # by number, what was said later right behind
        rows = await _ask(services, visitor, f"{path}/{publication_id}/rows", cursor)
    nothing: dict[str, Any] = {"items": [], "next_cursor": None}
    publishes = visitor.actor.has(*PUBLISHERS)
    found = await _ask(services, visitor, f"{PUBLICATIONS}/{publication_id}/candidates", more) if is_draft else nothing
    shown = [publication_form.row_words(row) for row in rows["items"]]
    standing = publication_form.latest_only(shown)
    return render(
        request,
        "sampling/publication.html",
        status_code=422 if errors else 200,
        publication=publication_form.listed(publication),
        place=await region_name(session, publication["region_code"]),
        rows=shown,
        correctable=standing if publishes and not is_draft else frozenset(),
        marked=[row for row in shown if row["under_reexamination"] and row["id"] in standing],
        candidates=[each | {"sampled": publication_form.day(each["sampled_on"])} for each in found["items"]],
        more_cursor=found["next_cursor"] or "",
        more=more,
        publishes=publishes and is_draft,
        key=str(uuid7()),
        errors=errors,
        reasons={error.field: error.message for error in errors},
        next_cursor=rows["next_cursor"] or "",
        cursor=cursor,
        done=DONE.get(done) or act_of(done, [PUBLICATION]),
    )


def _page(publication: Mapping[str, Any], title: str) -> FormPage:
    address = f"/publications/{publication['id']}"
    return FormPage(title, [*UP, (publication["title"], address)], address, publication["title"])


def _correction_page(publication: Mapping[str, Any], row: Mapping[str, Any]) -> FormPage:
    return _page(publication, f"更正第{row['number']}行：{row['cells']['food_name']}")


async def _subject(services: Services, visitor: Visitor, publication_id: UUID) -> Subject:
    publication = await _publication(services, visitor, publication_id)
    address = f"/publications/{publication_id}"
    return Subject(
        title=f"{publication['title']}（{publication['number']}）",
        state=publication_form.STATES[publication["state"]][1],
        crumbs=[*UP, (publication["title"], address)],
        address=address,
        offered=[PUBLICATION] if publication["state"] == "draft" else [],
        version=str(publication["version"]),
    )


async def _row(
    services: Services, visitor: Visitor, publication_id: UUID, row_id: UUID
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A row of a table that was published. Raises `NotFound`."""
    publication = await _publication(services, visitor, publication_id)
    cursor = ""
    while True:
        page = await _ask(services, visitor, f"{PUBLICATIONS}/{publication_id}/rows", cursor, limit=200)
        for row in page["items"]:
            if row["id"] == str(row_id):
                return publication, row
        cursor = page["next_cursor"] or ""
        if not cursor:
            raise NotFound("这张公布表里没有这一行，请从表的页面上点进来")


async def _publication(services: Services, visitor: Visitor, publication_id: UUID) -> dict[str, Any]:
    path = f"{PUBLICATIONS}/{publication_id}"
    found: dict[str, Any] = await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS)
    return found


async def _draft(services: Services, visitor: Visitor, publication_id: UUID) -> dict[str, Any]:
    publication = await _publication(services, visitor, publication_id)
    if publication["state"] != "draft":
        raise NotFound("这张表已经公布，不再改动；有误的请对那一行登记更正")
    return publication


async def _ask(services: Services, visitor: Visitor, path: str, cursor: str, limit: int = 50) -> Any:
    wanted = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    return await services.get(Unit.SAMPLING, path, visitor.caller, BUDGET_SECONDS, **wanted)
