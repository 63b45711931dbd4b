"""Visit records as callers see them."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.quarantine import repository as quarantine
from services.inspection.visit_records import repository
from services.inspection.visit_records.content import VisitFacts
from services.inspection.visit_records.models import VisitPublication, VisitRecord, VisitVersion
from services.inspection.visit_records.rules import Visited, possible_duplicates
from services.inspection.visit_records.schemas import (
    DeliveryRead,
    DuplicateRead,
    EntryRead,
    JudgedRead,
    PublicationRead,
    ReasonRead,
    VersionRead,
    VisitRecordRead,
    VisitRecordSummary,
)
from services.inspection.visit_records.service import Outcome
from shared.clocks.models import ClockRow
from shared.regions.models import RegionRow
from shared.times import now


def show_outcome(outcome: Outcome) -> DeliveryRead:
    """The receipt of a delivery; `answered_at` is for the clock of the terminal."""
    record = outcome.record
    return DeliveryRead(
        sha256=outcome.sha256,
        standing=outcome.standing,
        standing_label=outcome.standing.label,
        reasons=[ReasonRead.model_validate(reason) for reason in outcome.reasons],
        state=record.state if record else None,
        version=record.version if record else None,
        heads=record.heads if record else [],
        disputed=[dispute["pointer"] for dispute in record.disputes] if record else [],
        missing_files=record.missing_files if record else [],
        faults=[ReasonRead.model_validate(fault) for fault in record.faults] if record else [],
        received_at=outcome.received_at,
        answered_at=now(),
    )


def show_summary(record: VisitRecord) -> VisitRecordSummary:
    return VisitRecordSummary.model_validate(
        {name: getattr(record, name) for name in VisitRecordSummary.model_fields if hasattr(record, name)}
        | {
            "state_label": record.state.label,
            "disputed": [dispute["pointer"] for dispute in record.disputes],
            "faults": [ReasonRead.model_validate(fault) for fault in record.faults],
        }
    )


async def show_record(session: AsyncSession, record: VisitRecord) -> VisitRecordRead:
    """A record with everything that is known of it."""
    clock = await session.get(ClockRow, record.clock_id) if record.clock_id else None
    publications = await repository.publications_of(session, record.id)
    shown = {
        "content": record.content,
        "disputes": record.disputes,
        "versions": [show_version(version) for version in await repository.versions_of(session, record.id)],
        "quarantined": [
            {"id": kept.id, "sha256": kept.sha256, "state": kept.state, "reasons": kept.reasons}
            for kept in await quarantine.kept_of(session, record.id)
        ],
        "judgements": [
            JudgedRead.model_validate(judgement) for judgement in await repository.judgements_of(session, record.id)
        ],
        "publication_due_at": clock.due_at if clock else None,
        "publications": [PublicationRead.model_validate(publication) for publication in publications],
        "possible_duplicates": await duplicates_of(session, record),
        "entries": [
            EntryRead(
                label=entry.kind.label,
                **{name: getattr(entry, name) for name in EntryRead.model_fields if name != "label"},
            )
            for entry in await repository.entries_of(session, record.id)
        ],
    }
    return VisitRecordRead.model_validate(dict(show_summary(record)) | shown)


def show_version(version: VisitVersion) -> VersionRead:
    return VersionRead.model_validate(version)


async def duplicates_of(session: AsyncSession, record: VisitRecord) -> list[DuplicateRead]:
    """Records that may be of the same visit; an officer decides."""
    if record.business_id is None or record.began_at is None:
        return []
    around = timedelta(days=1)
    begun = record.began_at
    near = await repository.neighbours_in_time(session, record, record.business_id, begun - around, begun + around)
    visit = await visited(session, record)
    # Of one business, whichever of its files each of the records names.
    known = [replace(await visited(session, other), business_id=record.business_id) for other in near]
    return [
        DuplicateRead(record_id=pair.other if pair.one == record.id else pair.one, reasons=list(pair.reasons))
        for pair in possible_duplicates(visit, known)
    ]


async def visited(session: AsyncSession, record: VisitRecord) -> Visited:
    """What a settled record says of the visit itself. Only for records with a business and a beginning."""
    content = VisitFacts.model_validate(record.content)
    assert record.business_id is not None and record.began_at is not None
    authority = await session.get(RegionRow, record.authority_code)
    return Visited(
        id=record.id,
        business_id=record.business_id,
        began_at=record.began_at,
        ended_at=record.ended_at or record.began_at,
        officers=frozenset(one.user_id for one in content.inspectors if one.user_id is not None),
        authority_level=authority.level if authority else 5,
        checked=frozenset(number for number, answer in content.answers.items() if answer.finding != "unknown"),
    )


def show_result(publication: VisitPublication) -> PublicationRead:
    return PublicationRead.model_validate(publication)
