"""Packing what an officer takes along into places without a network: bounded pages, and only what has changed."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import survivors_of
from services.inspection.checklists.content import Finding, Subject
from services.inspection.checklists.models import Checklist, ChecklistVersion
from services.inspection.random_draws.codes import DrawPurpose
from services.inspection.random_draws.models import DrawnVisit
from services.inspection.random_draws.repository import visits_to_make
from services.inspection.task_packs import repository
from services.inspection.task_packs.rules import Asked, Earlier, asked, warnings
from services.inspection.task_packs.schemas import (
    PackAsked,
    PackBusiness,
    PackChecklist,
    PackDrawnVisit,
    PackFailure,
    PackFinding,
    PackLicence,
    PackPosition,
    PackRepetition,
    PackUncorrected,
    PackVisit,
    TaskPack,
    Tombstone,
)
from services.inspection.visit_records.content import VisitFacts
from services.inspection.visit_records.models import VisitRecord
from services.inspection.visit_records.repository import complete_records, verdicts_of
from services.inspection.visit_records.rules import Visited
from services.inspection.visits.models import Visit
from shared.clocks import rules as clock_rules
from shared.clocks.repository import rules_in_force
from shared.contracts.clocks import Authority
from shared.contracts.inspection import BusinessStatus
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, encode_cursor
from shared.http.problems import FieldError, InvalidRequest
from shared.times import day_of, now

MAX_BYTES = 256 * 1024
"""Of the businesses on one page: some seconds on a poor connection."""

OVERLAP = timedelta(minutes=10)
"""Longer than any transaction, so that what was being written while a pack was made comes with the next one."""

FINDINGS_SHOWN = 3
REPETITION_RULE = "repeat_inspection_ban"
PLACES, BUSINESSES = "places", "businesses"


async def pack(
    session: AsyncSession,
    actor: Actor,
    changed_since: datetime | None,
    page: PageRequest,
    business_id: UUID | None = None,
) -> TaskPack:
    """One page of what the actor takes along: first the open visits of places, then businesses by their ids; or no
    more than what concerns one business.
    """
    next_since = now() - OVERLAP
    section, after = _position(page)
    places: list[Visit] = []
    following: str | None = None
    if section == PLACES and business_id is None:
        found = await repository.open_visits_of_places(session, actor, after, page.limit + 1)
        places = list(found[: page.limit])
        after = None
        if len(found) > page.limit:
            following = encode_cursor([PLACES, places[-1].id])
    businesses: list[PackBusiness] = []
    tombstones: list[Tombstone] = []
    lists = await repository.lists_for(session, actor)
    if following is None:
        room = page.limit - len(places)
        rows = await repository.businesses_after(session, actor, changed_since, after, room + 1, business_id)
        gone, kept = await _parted(session, rows[:room], actor)
        shown = await _with_all(session, actor, kept, lists)
        last, businesses, tombstones = _within_bytes([row.id for row in rows[:room]], shown, gone)
        if len(rows) > room or last != (rows[:room][-1].id if rows[:room] else None):
            following = encode_cursor([BUSINESSES, last or after or UUID(int=0)])
    return TaskPack(
        checklists=[_shown_list(checklist, version) for checklist, version in _usable(lists)],
        places=[PackVisit.model_validate(visit) for visit in places],
        businesses=businesses,
        tombstones=tombstones,
        next_cursor=following,
        next_since=next_since,
    )


def _position(page: PageRequest) -> tuple[str, UUID | None]:
    match page.after:
        case None:
            return PLACES, None
        case ["places" | "businesses" as section, str(last)]:
            with suppress(ValueError):
                return section, UUID(last)
    raise InvalidRequest(
        "有 1 处需要改正",
        errors=[FieldError(pointer="#query/cursor", message="游标不对，请用上一页答复中的 next_cursor", code="cursor")],
    )


async def _parted(
    session: AsyncSession, rows: Sequence[Business], actor: Actor
) -> tuple[dict[UUID, Tombstone], list[Business]]:
    """What the terminal may forget, and what it takes along."""
    above = await repository.regions_above(session, {row.region_code for row in rows})
    gone = {}
    for row in rows:
        if row.merged_into is not None:
            gone[row.id] = Tombstone(business_id=row.id, reason="已并入同一主体的另一份档案")
        elif row.status is BusinessStatus.CLOSED:
            gone[row.id] = Tombstone(business_id=row.id, reason="已注销")
        elif above[row.region_code].isdisjoint(actor.regions):
            gone[row.id] = Tombstone(business_id=row.id, reason="已迁出管辖区域")
    return gone, [row for row in rows if row.id not in gone]


async def _with_all(
    session: AsyncSession, actor: Actor, businesses: Sequence[Business], lists: Sequence[Checklist]
) -> dict[UUID, PackBusiness]:
    """Each business with its open visits, earlier findings, and what the lists ask of the next visit; also those of the
    files that were merged into its own.
    """
    files = await survivors_of(session, [business.id for business in businesses])
    records = await complete_records(session, files)
    verdicts = await verdicts_of(session, [record.judgement_id for record in records if record.judgement_id])
    levels = await repository.levels_of(session, {record.authority_code for record in records} | set(actor.regions))
    own_level = min((levels[code] for code in actor.regions if code in levels), default=5)
    above = await repository.regions_above(session, {business.region_code for business in businesses})
    months = await _months(session)
    contents = {version.id: version.content for _, version in _usable(lists)}
    visits: dict[UUID, list[Visit]] = {}
    for visit in await repository.open_visits_of(session, files):
        visits.setdefault(_goes_on(files, visit), []).append(visit)
    by_business: dict[UUID, list[VisitRecord]] = {}
    for record in records:
        by_business.setdefault(_goes_on(files, record), []).append(record)
    today = day_of(now())
    drawn: dict[UUID, list[PackDrawnVisit]] = {}
    for task, purpose in await visits_to_make(session, actor.id, files):
        drawn.setdefault(files[task.business_id], []).append(_drawn(task, purpose))
    packed = {}
    for business in businesses:
        own = by_business.get(business.id, [])
        earlier = [_earlier(record, business.id, levels) for record in own]
        demands = [
            (
                checklist.code,
                asked(
                    contents[version.id],
                    checklist.code,
                    version.number,
                    Subject(kind=business.kind),
                    earlier,
                    business_id=business.id,
                    authority_level=own_level,
                    on=today,
                    months=months,
                ),
            )
            for checklist, version in _usable(lists)
            if business.kind.value in checklist.kinds
            and (checklist.region_code is None or checklist.region_code in above[business.region_code])
        ]
        packed[business.id] = _packed(
            business, visits.get(business.id, []), drawn.get(business.id, []), own, verdicts, earlier, demands
        )
    return packed


def _drawn(visit: DrawnVisit, purpose: DrawPurpose) -> PackDrawnVisit:
    return PackDrawnVisit(
        id=visit.id,
        version=visit.version,
        draw_id=visit.draw_id,
        purpose=purpose,
        with_whom=[one["name"] for one in (*visit.inspectors, *visit.lent)],
        user_ids=visit.user_ids,
        scheduled_at=visit.scheduled_at,
    )


def _packed(
    business: Business,
    visits: Iterable[Visit],
    drawn: list[PackDrawnVisit],
    records: Sequence[VisitRecord],
    verdicts: dict[UUID, tuple[str | None, list[str]]],
    earlier: Sequence[Earlier],
    demands: Sequence[tuple[str, Asked]],
) -> PackBusiness:
    position = business.position
    return PackBusiness(
        **{
            name: getattr(business, name)
            for name in ("id", "version", "name", "kind", "status", "uscc", "region_code", "address", "stall_number")
        },
        position=PackPosition.model_validate(position) if position else None,
        licences=[
            PackLicence(kind=licence.kind, number=licence.number, valid_to=licence.valid_to)
            for licence in business.licences
        ],
        open_visits=[PackVisit.model_validate(visit) for visit in visits],
        drawn_visits=drawn,
        last_findings=[_finding(record, verdicts) for record in reversed(records[-FINDINGS_SHOWN:])],
        checklists=[_shown_demand(code, demand) for code, demand in demands],
        warnings=warnings(earlier, [demand for _, demand in demands], now()),
    )


def _shown_demand(code: str, demand: Asked) -> PackAsked:
    return PackAsked(
        code=code,
        must_check=list(demand.carried.must_check),
        uncorrected=[
            PackUncorrected(version=failed.version, number=failed.number, on=failed.on)
            for failed in demand.carried.without_item
        ],
        not_before=[PackRepetition.model_validate(one) for one in demand.not_before],
    )


def _finding(record: VisitRecord, verdicts: dict[UUID, tuple[str | None, list[str]]]) -> PackFinding:
    content = VisitFacts.model_validate(record.content)
    verdict, failed = verdicts[record.judgement_id] if record.judgement_id else (None, [])
    assert record.began_at is not None  # a complete record has one
    return PackFinding(
        record_id=record.id,
        kind=record.kind,
        kind_label=record.kind.label,
        visited_on=day_of(record.began_at),
        authority_code=record.authority_code,
        verdict=verdict,
        failed=[
            PackFailure(number=number, reason=content.answers[number].reason)
            for number in failed
            if number in content.answers
        ],
    )


def _goes_on(files: Mapping[UUID, UUID], row: Visit | VisitRecord) -> UUID:
    """The file that goes on of the one a row names."""
    assert row.business_id is not None  # selected by it
    return files[row.business_id]


def _earlier(record: VisitRecord, business_id: UUID, levels: dict[str, int]) -> Earlier:
    content = VisitFacts.model_validate(record.content)
    assert record.began_at is not None  # a complete record has one
    findings = tuple((number, answer.finding) for number, answer in content.answers.items())
    visited = Visited(
        id=record.id,
        business_id=business_id,
        began_at=record.began_at,
        ended_at=record.ended_at or record.began_at,
        officers=frozenset(one.user_id for one in content.inspectors if one.user_id is not None),
        authority_level=levels.get(record.authority_code, 5),
        checked=frozenset(number for number, finding in findings if finding is not Finding.UNKNOWN),
    )
    pinned = content.checklist
    return Earlier(
        visited, record.kind.label, pinned.code if pinned else None, pinned.number if pinned else 0, findings
    )


async def _months(session: AsyncSession) -> int | None:
    """How long a lower authority may not repeat, by the rule in force today."""
    rows = [row.to_rule() for row in await rules_in_force(session, REPETITION_RULE)]
    rule = clock_rules.applicable(rows, REPETITION_RULE, Authority.MARKET, now())
    return rule.length if rule else None


def _usable(lists: Iterable[Checklist]) -> list[tuple[Checklist, ChecklistVersion]]:
    today = day_of(now())
    return [(checklist, version) for checklist in lists if (version := checklist.version_for(today)) is not None]


def _shown_list(checklist: Checklist, version: ChecklistVersion) -> PackChecklist:
    return PackChecklist(
        code=checklist.code,
        title=checklist.title,
        kinds=checklist.header.kinds,
        region_code=checklist.region_code,
        number=version.number,
        version_id=version.id,
        sha256=version.sha256,
        partial=version.partial,
        superseded_on=checklist.superseded_on,
    )


def _within_bytes(
    order: Sequence[UUID], shown: dict[UUID, PackBusiness], gone: dict[UUID, Tombstone]
) -> tuple[UUID | None, list[PackBusiness], list[Tombstone]]:
    """As many as the page can carry, at least one: the last that is on it, the businesses, the tombstones."""
    last, used = None, 0
    businesses, tombstones = [], []
    for business_id in order:
        entry = shown.get(business_id)
        used += len(entry.model_dump_json().encode()) if entry else 0
        if used > MAX_BYTES and last is not None:
            break
        if entry is not None:
            businesses.append(entry)
        else:
            tombstones.append(gone[business_id])
        last = business_id
    return last, businesses, tombstones
