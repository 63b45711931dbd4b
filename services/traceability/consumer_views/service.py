"""From a scanned code to all that everybody may know of the goods."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.code_scans.problems import NothingScanned
from services.traceability.code_scans.service import UNREGISTERED, Scanned, public_view
from services.traceability.codes.masking import masked
from services.traceability.codes.rules import LOT_KINDS, OWN_KEY, CodeKind, CodeState
from services.traceability.consumer_views import repository
from services.traceability.consumer_views.rules import (
    MAKING,
    Known,
    Label,
    Paper,
    Recorded,
    goods_among,
    kind_named,
    missing,
    public_name,
)
from services.traceability.consumer_views.schemas import PublicPaper, PublicRecall, PublicStep, PublicStory
from services.traceability.epcis_events.vocabularies import BIZ_STEP, DISPOSITION, short
from services.traceability.everyday_events.rules import lot_code
from services.traceability.lots.rules import normalise_code
from services.traceability.subjects.models import Subject
from services.traceability.tickets.models import TicketLine
from services.traceability.traces.behind import names_of
from services.traceability.traces.rules import Direction
from services.traceability.traces.service import walk
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.times import day_of, now

MOST_DEPTH, MOST_NODES = 12, 200
_NOBODY = UUID(int=0)
_GOODS = (CodeKind.LOT, CodeKind.ITEM, CodeKind.LOGISTIC_UNIT)
_UNREGISTERED = "没有登记名称的单位"


async def story(session: AsyncSession, scanned: Scanned) -> PublicStory:
    """What is recorded of scanned goods, step by step back to where they come from, and what is not.

    Makers record goods under numbers that they had from elsewhere: what is known of these is told too. Raises
    `NothingScanned` where nothing is known.
    """
    if not scanned.codes and not await repository.is_known(session, goods_among(scanned.levels)):
        raise NothingScanned(UNREGISTERED)
    kind = _kind(scanned)
    own = {*goods_among(scanned.levels), *(one.key for one in scanned.codes if one.kind in _GOODS)}
    names_goods = kind in _GOODS
    keys, complete = await _made_from(session, own) if names_goods else (set[str](), True)
    steps = await _steps(session, keys)
    lines = await repository.lines(session, keys)
    papers = await _papers(session, keys, lines)
    label = _label([line for line in lines if line.lot_key in own], lines)
    regions = await repository.region_names(session, {_county(one.region_code) for one in steps if one.region_code})
    codes = {normalise_code(text) for one in scanned.codes if one.kind in _GOODS for text in (one.key, one.text)}
    recalls = await _recalls(session, own)
    return PublicStory(
        code=await public_view(session, scanned, []),
        issued_here=bool(scanned.codes),
        name=await _name(session, scanned, recalls),
        spellings=sorted(own | {one.text for one in scanned.codes if one.kind in _GOODS}) if names_goods else [],
        made=await _made(session, scanned),
        recalls=recalls,
        held=await repository.is_held(session, codes | {normalise_code(key) for key in own}) if names_goods else False,
        steps=[_step(one, regions) for one in steps],
        papers=[_paper(one) for one in papers],
        origins=list(label.origins),
        produced_on=label.produced_on,
        expires_on=label.expires_on,
        missing=missing(
            Known(kind, scanned.exact, steps, papers, label, complete=complete, issued_here=bool(scanned.codes))
        ),
        shop_results=scanned.codes[0].business_id if _is_open_shop(scanned) else None,
    )


def _kind(scanned: Scanned) -> CodeKind:
    """What was scanned: of a registered product with something below it, a lot of it."""
    if not scanned.codes:
        return kind_named(scanned.key)
    kind = scanned.codes[0].kind
    return kind if scanned.exact or kind is not CodeKind.PRODUCT else CodeKind.LOT


async def _made(session: AsyncSession, scanned: Scanned) -> str | None:
    """The lot as its maker numbers it, with whom he is. Under a product's number only where an office has seen whose it
    is: else somebody else's tests might be told of it. A code of this platform was given out to its business itself.
    """
    lot = next((key for key in scanned.levels if "/10/" in key), None)
    owners = {
        one.business_id for one in scanned.codes if one.kind is CodeKind.PRODUCT and one.verified_at and one.business_id
    }
    number = lot_code(lot) if lot else None
    own = next((one for one in scanned.codes if one.kind in LOT_KINDS and one.key.startswith(OWN_KEY)), None)
    if own is not None and own.business_id:
        owners, number = {own.business_id}, await repository.lot_number(session, own.batch_id)
    known = await repository.subjects(session, owners) if number else {}
    return next((f"{one.uscc}/{number}" for one in known.values() if one.uscc), None)


async def _name(session: AsyncSession, scanned: Scanned, recalls: Sequence[PublicRecall]) -> str:
    """As the label has it, else as its maker or a recall calls it."""
    if scanned.codes:
        return masked(scanned.codes[0].name)
    names = await names_of(session, [scanned.key])
    return masked(names.get(scanned.key, "")) or next((one.product_name for one in recalls), "")


def _is_open_shop(scanned: Scanned) -> bool:
    return any(
        code.kind in (CodeKind.SHOP, CodeKind.STALL) and code.state is CodeState.ACTIVE for code in scanned.codes[:1]
    )


async def _made_from(session: AsyncSession, own: Collection[str]) -> tuple[set[str], bool]:
    """The goods and all from which they were made, and whether these are all. What stands in any record counts, as
    only its place, day and name are told on.
    """
    everybody = Actor(
        id=_NOBODY,
        name="",
        kind="public",
        roles=frozenset({Role.AUDITOR}),
        regions=await repository.provinces(session),
        organisation_id=None,
        business_id=None,
        scopes=frozenset(),
    )
    found, complete, at = set(own), True, now()
    for key in own:
        graph = await walk(session, everybody, key, Direction.BACK, {}, as_of=at, depth=MOST_DEPTH, limit=MOST_NODES)
        found |= {one for one in graph.depth if one not in graph.nodes}
        complete = complete and not graph.cut
    return found, complete


async def _steps(session: AsyncSession, keys: Collection[str]) -> list[Recorded]:
    if not keys:
        return []
    rows = list(await repository.beginnings(session, keys))
    begun = {row.key for row in rows if short(BIZ_STEP, row.biz_step) in MAKING}
    rows += await repository.first_receipts(session, set(keys) - begun)
    names = await names_of(session, {row.key for row in rows})
    who = await repository.subjects(session, {row.business_id for row in rows if row.business_id})
    whole: dict[UUID, Any] = {}
    goods: dict[UUID, list[str]] = {}
    for row in rows:
        whole.setdefault(row.id, row)
        goods.setdefault(row.id, []).append(names.get(row.key, ""))
    found = [_recorded(row, goods[row.id], who) for row in whole.values()]
    return sorted(found, key=lambda one: one.at)[: repository.MOST_STEPS]


def _recorded(row: Any, goods: Sequence[str], who: Mapping[UUID, Subject]) -> Recorded:
    subject = who.get(row.business_id)
    return Recorded(
        step=short(BIZ_STEP, row.biz_step) or "",
        at=row.event_time,
        recorded_at=row.record_time,
        who=public_name(subject.name, licensed=bool(subject.uscc)) if subject else _UNREGISTERED,
        region_code=row.region_code or (subject.region_code if subject else None),
        what=masked("、".join(dict.fromkeys(filter(None, goods)))),
        disposition=short(DISPOSITION, row.disposition or "") or "",
    )


async def _papers(session: AsyncSession, keys: Collection[str], lines: Sequence[TicketLine]) -> list[Paper]:
    """Certificates of the platform, and those that tickets only name."""
    if not keys:
        return []
    issued = await repository.certificates(session, keys)
    who = await repository.subjects(session, {one.business_id for one in issued})
    found = {
        (one.kind.label, one.number): Paper(
            one.kind.label,
            masked(one.number),
            public_name(one.issuer_name, licensed=bool(one.business_id in who and who[one.business_id].uscc)),
            day_of(one.issued_at),
            one.id,
        )
        for one in issued
    }
    for line in lines:
        for named in line.certificates:
            place = (named["kind"], named["number"])
            found.setdefault(place, Paper(masked(named["kind"]), masked(named["number"]), "", None))
    return list(found.values())[: repository.MOST_PAPERS]


def _label(own: Sequence[TicketLine], all_lines: Sequence[TicketLine]) -> Label:
    """Dates are the goods' own; an origin may be that of what they were made from."""
    origins = dict.fromkeys(masked(line.origin) for line in all_lines if line.origin)
    return Label(
        origins=tuple(origins)[:5],
        produced_on=next((line.produced_on for line in own if line.produced_on), None),
        expires_on=next((line.expires_on for line in own if line.expires_on), None),
    )


async def _recalls(session: AsyncSession, keys: Collection[str]) -> list[PublicRecall]:
    return [
        PublicRecall(
            level_label=one.level.label if one.level else None,
            product_name=masked(one.product_name),
            reason=masked(one.reason),
            told_on=day_of(one.notified_at),
            closed_on=day_of(one.closed_at) if one.closed_at else None,
        )
        for one in await repository.recalls(session, keys)
        if one.notified_at is not None
    ]


def _county(code: str) -> str:
    return f"{code[:6]}000000"


def _step(one: Recorded, regions: Mapping[str, str]) -> PublicStep:
    return PublicStep(
        label=one.label,
        what=one.what,
        who=one.who,
        region=regions.get(_county(one.region_code)) if one.region_code else None,
        on=day_of(one.at),
        recorded_at=one.recorded_at,
        passed=one.passed,
    )


def _paper(one: Paper) -> PublicPaper:
    return PublicPaper(
        label=one.label, number=one.number, issuer=one.issuer, issued_on=one.issued_on, certificate_id=one.id
    )
