"""Lists (红黑榜、星级): who is on which, one listing with its steps, one round with every place and why."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServicesHere
from gateway.web import words
from gateway.web.boards import ROWS_A_PAGE
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.scoring.evaluation_steps import OFFICE
from gateway.web.scoring.evaluations import ask
from gateway.web.step_pages import Subject, act_of, show_step, step_named, take_step
from gateway.web.steps import Field, Step
from gateway.web.visitors import RANDOM_DRAW_READERS, AllowVisitors, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False)

CanReadLists = Annotated[Visitor, Depends(AllowVisitors(*RANDOM_DRAW_READERS))]
PAGES = "/lists"
STATES = {
    "proposed": ("warning", "拟列入"),
    "appealed": ("warning", "申诉中"),
    "dropped": ("unknown", "不列入"),
    "listed": ("ok", "已公布"),
    "superseded": ("unknown", "由新的评定取代"),
    "downgraded": ("danger", "已降级"),
    "revoked": ("danger", "已摘牌"),
    "repaired": ("ok", "已修复"),
}
WORDS = Field("words", "理由", "words")
APPEAL = Step("appeal", "登记申诉", OFFICE, (WORDS,), "申诉期内一次；申诉未答复的不公布。")
ANSWER = Step(
    "appeal-answer",
    "答复申诉",
    OFFICE,
    (
        Field("upheld", "申诉是否成立", "choice", options=(("true", "成立，不列入"), ("false", "不成立"))),
        Field("words", "答复", "words"),
    ),
)
REMOVAL = Step(
    "removal",
    "降级或摘牌",
    OFFICE,
    (
        Field("removal", "怎样处理", "choice", options=(("downgraded", "降级"), ("revoked", "摘牌"))),
        Field("why", "理由", "words"),
    ),
    "办法规定的月数内不得再评。",
)
REPAIR = Step("repair", "信用修复", OFFICE, (Field("why", "改正的情况和凭据", "words"),), "公示满规定的月数才能修复。")
PUBLICATION = Step("publication", "公布", OFFICE, (), "申诉期满后公布拟列入的；同一榜单上原有的由新的取代。")
STEPS = (APPEAL, ANSWER, REMOVAL, REPAIR)


@router.get(PAGES)
async def list_page(
    request: Request,
    visitor: CanReadLists,
    services: ServicesHere,
    session: Session,
    code: Annotated[str, Query(max_length=40)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    rules = await ask(services, visitor, "/v1/list-rules")
    titles = titles_of(rules)
    wanted = {"limit": str(ROWS_A_PAGE)}
    chosen = {"code": code if code in titles else "", "state": state if state in STATES else "", "cursor": cursor}
    page = await ask(services, visitor, "/v1/listings", **wanted, **{name: one for name, one in chosen.items() if one})
    return render(
        request,
        "scoring/lists.html",
        listings=[await _shown(session, one, titles) for one in page["items"]],
        lists=[("", "全部"), *titles.items()],
        code=chosen["code"],
        state=chosen["state"],
        states=[("", "全部"), *((name, label) for name, (_, label) in STATES.items())],
        next_cursor=page["next_cursor"] or "",
        cursor=cursor,
    )


@router.get(PAGES + "/rounds/{round_id}")
async def round_page(
    request: Request,
    visitor: CanReadLists,
    services: ServicesHere,
    session: Session,
    round_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    held, rules = await _round(services, visitor, round_id)
    rule = next(one["content"] for one in rules if one["id"] == held["rule_id"])
    entries = {one["code"]: one["label"] for one in rule["entries"]}
    return render(
        request,
        "scoring/list_round.html",
        held=held,
        rule=rule,
        place=await region_name(session, held["region_code"]),
        day=words.day_words(date.fromisoformat(held["held_on"])),
        outcomes=[_outcome(one, entries) for one in sorted(held["outcomes"], key=lambda one: one["best_place"])],
        publishes=bool(visitor.actor.roles & OFFICE) and any(one["entry"] for one in held["outcomes"]),
        done=act_of(done, (PUBLICATION,)),
    )


@router.get(PAGES + "/rounds/{round_id}/publication")
async def publication_form(request: Request, visitor: CanReadLists, services: ServicesHere, round_id: UUID) -> Response:
    return show_step(request, await _round_subject(services, visitor, round_id), PUBLICATION)


@router.post(PAGES + "/rounds/{round_id}/publication")
async def publish(request: Request, visitor: CanReadLists, services: ServicesHere, round_id: UUID) -> Response:
    async def now() -> Subject:
        return await _round_subject(services, visitor, round_id)

    path, address = f"/v1/list-rounds/{round_id}", f"{PAGES}/rounds/{round_id}"
    return await take_step(request, services, visitor.caller, PUBLICATION, path, address, now, unit=Unit.SCORING)


@router.get(PAGES + "/{listing_id}")
async def listing_page(
    request: Request,
    visitor: CanReadLists,
    services: ServicesHere,
    session: Session,
    listing_id: UUID,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    listing = await ask(services, visitor, f"/v1/listings/{listing_id}")
    held = await _round_shown(services, visitor, listing["round_id"])
    rules = await ask(services, visitor, "/v1/list-rules")
    outcomes = held["outcomes"] if held else ()
    outcome = next((one for one in outcomes if one["subject_id"] == listing["subject_id"]), None)
    return render(
        request,
        "scoring/listing.html",
        listing=await _shown(session, listing, titles_of(rules)),
        held=held,
        outcome=_outcome(outcome, {}) if outcome else None,
        actions=_offered(listing, visitor) if held else [],
        done=act_of(done, STEPS),
    )


@router.get(PAGES + "/{listing_id}/{slug}")
async def step_form(
    request: Request, visitor: CanReadLists, services: ServicesHere, listing_id: UUID, slug: str
) -> Response:
    return show_step(request, await _subject(services, visitor, listing_id), step_named(slug, STEPS))


@router.post(PAGES + "/{listing_id}/{slug}")
async def send_step(
    request: Request, visitor: CanReadLists, services: ServicesHere, listing_id: UUID, slug: str
) -> Response:
    async def now() -> Subject:
        return await _subject(services, visitor, listing_id)

    step, path = step_named(slug, STEPS), f"/v1/listings/{listing_id}"
    address = f"{PAGES}/{listing_id}"
    return await take_step(request, services, visitor.caller, step, path, address, now, unit=Unit.SCORING)


def titles_of(rules: list[dict[str, Any]]) -> dict[str, str]:
    """The title of each list by its code, of the newest rule."""
    return {one["code"]: one["content"]["title"] for one in reversed(rules)}


async def _round(services: Services, visitor: Visitor, round_id: UUID | str) -> tuple[dict[str, Any], Any]:
    held: dict[str, Any] = await ask(services, visitor, f"/v1/list-rounds/{round_id}")
    return held, await ask(services, visitor, "/v1/list-rules")


async def _round_shown(services: Services, visitor: Visitor, round_id: UUID | str) -> dict[str, Any] | None:
    """The round, None where it was drawn up by those above the visitor."""
    try:
        held: dict[str, Any] = await ask(services, visitor, f"/v1/list-rounds/{round_id}")
    except Refused as refusal:
        if refusal.answered_status == NotFound.status:
            return None
        raise
    return held


async def _shown(session: Session, listing: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    """A listing as a line: its entry says good or bad in words, its term from when to when."""
    starts, ends = (date.fromisoformat(one) if one else None for one in (listing["starts_on"], listing["ends_on"]))
    badge = STATES[listing["state"]]
    if listing["state"] == "listed" and ends is not None and ends <= times.day_of(times.now()):
        badge = ("unknown", "已期满")
    return listing | {
        "badge": badge,
        "entry_badge": ("ok" if listing["favourable"] else "danger", listing["entry_label"]),
        "place": await region_name(session, listing["region_code"]),
        "list_title": titles.get(listing["code"], listing["code"]),
        "term": f"{words.day_words(starts)}起，{words.day_words(ends)}期满" if starts and ends else "",
        "appeal_words": words.day_words(date.fromisoformat(listing["appeal_until"])),
        "left_words": words.day_words(date.fromisoformat(listing["left_on"])) if listing["left_on"] else "",
        "locked_words": words.day_words(date.fromisoformat(listing["locked_until"])) if listing["locked_until"] else "",
    }


def _outcome(outcome: dict[str, Any], entries: dict[str, str]) -> dict[str, Any]:
    """Places and points: where the unknown leaves room, from the best to the worst."""
    best, worst, low, high = (outcome[name] for name in ("best_place", "worst_place", "low", "high"))
    points = "暂无数据"
    if low is not None and high is not None:
        points = _plain(low) if low == high else f"{_plain(low)}～{_plain(high)}"
    return outcome | {
        "rank": f"{best}" if best == worst else f"{best}～{worst}（未定）",
        "points": points,
        "entry_label": entries.get(outcome["entry"], "") if outcome["entry"] else "",
    }


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _offered(listing: dict[str, Any], visitor: Visitor) -> list[Step]:
    if not visitor.actor.roles & OFFICE:
        return []
    match listing["state"]:
        case "proposed":
            return [APPEAL] if listing["appeal"] is None else []
        case "appealed":
            return [ANSWER]
        case "listed":
            return [REMOVAL] if listing["favourable"] else [REPAIR]
    return []


async def _subject(services: Services, visitor: Visitor, listing_id: UUID) -> Subject:
    listing = await ask(services, visitor, f"/v1/listings/{listing_id}")
    title, address = f"{listing['subject_name']}：{listing['entry_label']}", f"{PAGES}/{listing_id}"
    return Subject(
        title=title,
        state=STATES[listing["state"]][1],
        crumbs=[("评价创建", "/evaluations"), ("榜单", PAGES), (title, address)],
        address=address,
        offered=_offered(listing, visitor),
        version=str(listing["version"]),
    )


async def _round_subject(services: Services, visitor: Visitor, round_id: UUID) -> Subject:
    held, _ = await _round(services, visitor, round_id)
    address = f"{PAGES}/rounds/{round_id}"
    return Subject(
        title=held["title"],
        state="已评定",
        crumbs=[("评价创建", "/evaluations"), ("榜单", PAGES), (held["title"], address)],
        address=address,
        offered=[PUBLICATION] if visitor.actor.roles & OFFICE else [],
    )
