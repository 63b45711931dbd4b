"""The form of a visit: what it is opened with, how it begins, and how it is shown again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from gateway.clients import Refused, Services, ServiceSilent
from gateway.web.forms import FieldError
from gateway.web.inspection.inspection import BUDGET_SECONDS, ask, told_one
from gateway.web.inspection.inspection_files import ADDRESS as FILES
from gateway.web.inspection.visit_form_content import (
    Kept,
    differing,
    judgement_request,
    kept_of,
    local,
    place_in_words,
    said,
    typed_of,
)
from gateway.web.inspection.visit_form_fields import FINDINGS, VisitSetting, blocks_after, blocks_before
from gateway.web.pages import link, render
from gateway.web.sampling.sample_form_fields import ACCEPTED_FILES, FormBlock
from gateway.web.sampling.sample_form_people import people_with
from gateway.web.visitors import VISIT_MAKERS, Visitor
from shared import times
from shared.contracts.codes import Unit
from shared.database import Session
from shared.http.problems import NotFound
from shared.regions import repository as regions

Typed = Mapping[str, str]


@dataclass(frozen=True)
class OpenVisit:
    """A visit that is being made: the record as the platform has it (None for a new one) and what the page carries."""

    id: UUID
    record: Mapping[str, Any] | None
    kept: Kept
    typed: Typed
    setting: VisitSetting
    title: str
    address: str
    seen: Sequence[str] = ()
    checklist: Mapping[str, Any] | None = None
    warnings: Sequence[str] = field(default_factory=tuple)

    @property
    def blocks(self) -> tuple[tuple[FormBlock, ...], tuple[FormBlock, ...]]:
        return blocks_before(self.setting), blocks_after(self.setting)


async def begin(
    services: Services,
    session: Session,
    visitor: Visitor,
    record_id: UUID,
    business_id: UUID | None,
    task_id: UUID | None,
    code: str,
) -> OpenVisit:
    """A new visit to a business on file, or to the place of a follow-up task."""
    task: Mapping[str, Any] = await ask(services, visitor, f"/v1/visits/{task_id}") if task_id else {}
    wanted = business_id or (UUID(task["business_id"]) if task.get("business_id") else None)
    if wanted is None and not task:
        raise NotFound("请从今天的检查、一户一档或跟进检查里开始")
    limits = {"limit": "1"} | ({"business": str(wanted)} if wanted else {})
    pack = await ask(services, visitor, "/v1/task-packs/mine", **limits)
    if wanted and not pack["businesses"]:
        raise NotFound("这个主体不在您的辖区内，或已注销")
    business = pack["businesses"][0] if wanted else None
    asked = _asked_list(pack, business, code)
    region = business["region_code"] if business else task["region_code"]
    facts: dict[str, Any] = {
        "region_code": region,
        "authority_code": await _authority(session, visitor, region),
    }
    if business:
        facts |= {"business_id": business["id"], "business_kind": business["kind"]}
    if asked:
        names = ("code", "number", "version_id", "sha256")
        facts["checklist"] = {name: asked[name] for name in names}
        if required := asked["must_check"]:
            facts["required"] = required
    if task:
        facts["follow_up"] = {"visit_id": task["id"]}
    typed = {
        "kind": "follow_up" if task else "routine",
        "began_at": local(times.now().isoformat()),
        "inspectors/0": str(visitor.actor.id),
        "position/system": "wgs84",
        "unregistered_place": "" if business else task["target"],
        "business_kind": "" if business else "stall",
    }
    colleagues = await people_with(session, visitor, VISIT_MAKERS)
    kept = Kept(facts, {each.id: each.name for each in colleagues}, {})
    setting = VisitSetting(colleagues, on_file=business is not None, follow_up=bool(task))
    opened = OpenVisit(
        record_id,
        None,
        kept,
        typed,
        setting,
        title=business["name"] if business else task["target"],
        address=business["address"] if business else "",
        warnings=business["warnings"] if business else (),
    )
    return replace(opened, checklist=await _checklist(services, visitor, facts))


async def open_visit(
    services: Services, session: Session, visitor: Visitor, record_id: UUID, kept: Kept | None = None
) -> OpenVisit:
    """A visit that was saved before, or, with what its page carried along, one that the platform does not have yet."""
    record = await stored(services, visitor, record_id)
    if record is None and kept is None:
        raise NotFound("平台上没有这次检查，或不在您的查看范围内。还没有存过的，请重新开始")
    colleagues = await people_with(session, visitor, VISIT_MAKERS)
    names = {each.id: each.name for each in colleagues}
    content = (record or {}).get("content") or {}
    carried = kept_of(content, names) if content else kept or Kept({}, names, {})
    facts = carried.facts
    setting = VisitSetting(colleagues, on_file="business_id" in facts, follow_up="follow_up" in facts)
    title, address = await _whom(services, visitor, facts, content)
    opened = OpenVisit(
        record_id,
        record,
        carried,
        typed_of(content) if content else {},
        setting,
        title,
        address,
        seen=(record or {}).get("heads", ()),
    )
    return replace(opened, checklist=await _checklist(services, visitor, facts))


async def stored(services: Services, visitor: Visitor, record_id: UUID) -> Mapping[str, Any] | None:
    """The record, or None where the platform shows none under this id."""
    try:
        found: Mapping[str, Any] = await ask(services, visitor, f"/v1/visit-records/{record_id}")
    except Refused as refusal:
        if refusal.answered_status == NotFound.status:
            return None
        raise
    return found


async def verdict(services: Services, visitor: Visitor, typed: Typed, kept: Kept) -> Mapping[str, Any] | None:
    """How the answers would be judged now, by the version of the list; None where nobody can say."""
    pinned = kept.facts.get("checklist")
    if not pinned:
        return None
    path = f"/v1/checklists/{pinned['code']}/versions/{pinned['number']}/judgements"
    body = judgement_request(typed, kept)
    try:
        answer = await services.send(Unit.INSPECTION, "POST", path, visitor.caller, BUDGET_SECONDS, json=body)
    except (Refused, ServiceSilent):
        return None
    found: Mapping[str, Any] = answer.json()
    return found


async def show_visit(
    request: Request,
    services: Services,
    visitor: Visitor,
    opened: OpenVisit,
    typed: Typed | None = None,
    *,
    errors: Sequence[FieldError] = (),
    done: str = "",
    differences: Sequence[Mapping[str, Any]] | None = None,
    seen: Sequence[str] | None = None,
) -> Response:
    """The form. `differences` are the two sides where another visit was begun under the same id."""
    shown = opened.typed if typed is None else typed
    before, after = opened.blocks
    record = opened.record or {}
    wrong = {error.field for error in errors}
    return render(
        request,
        "inspection/visit_form.html",
        status_code=409 if differences is not None else 422 if errors else 200,
        visit=opened,
        before=before,
        after=after,
        open_blocks={
            block.slug
            for block in (*before, *after)
            if any(each.name in wrong or shown.get(each.name) for each in block.folded)
        },
        typed=shown,
        kept=opened.kept.to_json(),
        seen=" ".join(opened.seen if seen is None else seen),
        sections=_sections(opened.checklist),
        required=set(opened.kept.facts.get("required", ())),
        findings=FINDINGS,
        judged=await verdict(services, visitor, shown, opened.kept),
        errors=errors,
        done=done,
        state=(record.get("state_label") or "还没有存到平台"),
        missing_files=record.get("missing_files") or (),
        disputes=disputes_of(record),
        differences=differences,
        aside=aside_of(record) if differences is None else [],
        words_of=said,
        place_of=place_in_words,
        accept=ACCEPTED_FILES,
        files=FILES,
        visitor_id=str(visitor.actor.id),
        keep_page="" if opened.record else _own_address(opened),
    )


def _own_address(opened: OpenVisit) -> str:
    """Where a visit that is not stored yet is found again under its id."""
    facts = opened.kept.facts
    whom = {"business": facts.get("business_id"), "task": facts.get("follow_up", {}).get("visit_id")}
    return link("/visits/records/new", {}, **whom, id=str(opened.id))


def disputes_of(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Fields that several changed without knowing of each other: who said what, whose counts and why."""
    return [
        {
            "place": place_in_words(dispute["pointer"]),
            "why": dispute["why"],
            "claims": [
                {
                    "said": said(dispute["pointer"], claim["value"]),
                    "device": claim["device"],
                    "who": _author(record, claim),
                    "wins": claim == dispute["winner"],
                }
                for claim in dispute["claims"]
            ],
        }
        for dispute in record.get("disputes", ())
    ]


def aside_of(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Other beginnings under the same id that are not part of the record: whose, and where they differ from it."""
    return [
        {
            "sha256": version["sha256"],
            "who": version["author_name"],
            "device": version["device"],
            "differences": differing(record["content"] or {}, version["content"]),
        }
        for version in record.get("versions", ())
        if version["sha256"] in record["aside"]
    ]


def _author(record: Mapping[str, Any], claim: Mapping[str, Any]) -> str:
    authors = {each["author_id"]: each["author_name"] for each in record.get("versions", ())}
    return str(authors.get(claim["by"], claim["by"]))


def _sections(checklist: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    return checklist["content"]["sections"] if checklist else ()


def _asked_list(pack: Mapping[str, Any], business: Mapping[str, Any] | None, code: str) -> dict[str, Any] | None:
    """The list that the visit is made with: the one chosen, else the business's own region's, else the first."""
    if business is None:
        return None
    demands = {each["code"]: each for each in business["checklists"]}
    usable = [each for each in pack["checklists"] if each["code"] in demands]
    if not usable:
        return None
    chosen = next((each for each in usable if each["code"] == code), None)
    found = chosen or next((each for each in usable if each["region_code"]), usable[0])
    return {**found, "must_check": demands[found["code"]]["must_check"]}


async def _authority(session: Session, visitor: Visitor, region: str) -> str:
    """The visitor's own region that the place lies in."""
    above = {row.code for row in await regions.ancestors_of(session, region)} | {region}
    return next((code for code in visitor.actor.regions if code in above), region)


async def _checklist(services: Services, visitor: Visitor, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    pinned = facts.get("checklist")
    if not pinned:
        return None
    found, _ = await told_one(services, visitor, f"/v1/checklists/{pinned['code']}/versions/{pinned['number']}")
    return found


async def _whom(
    services: Services, visitor: Visitor, facts: Mapping[str, Any], content: Mapping[str, Any]
) -> tuple[str, str]:
    if business_id := facts.get("business_id"):
        business, _ = await told_one(services, visitor, f"/v1/businesses/{business_id}")
        return (business["name"], business["address"]) if business else ("一户一档的主体", "")
    return content.get("unregistered_place") or "没有登记的主体", ""
