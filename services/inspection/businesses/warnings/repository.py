"""Every query on what runs out. The day is given, so nothing has to run at night for a warning to be true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Row, Select, String, and_, case, cast, exists, func, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.inspection.businesses.models import Business, Licence
from services.inspection.businesses.persons.models import BusinessPerson
from services.inspection.businesses.warnings.models import WarningLength
from services.inspection.businesses.warnings.rules import Expiring, WarningState
from shared.contracts.inspection import BusinessStatus, LicenceStatus
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate_rows
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningFilter:
    """What warnings are narrowed to; None leaves a side open."""

    region_code: str | None
    kind: Expiring | None
    state: WarningState | None


async def list_warnings(
    session: AsyncSession, actor: Actor, today: date, wanted: WarningFilter, page: PageRequest
) -> tuple[list[Row[Any]], str | None]:
    """Return one page of what has run out or will within its length, the longest expired first."""
    found = _permits(today).union_all(_certificates(today)).subquery("found")
    is_active = Business.status == BusinessStatus.ACTIVE
    state = case(
        (found.c.valid_to >= today, WarningState.EXPIRING.value),
        (is_active, WarningState.EXPIRED_TRADING.value),
        else_=WarningState.EXPIRED_CLOSED.value,
    )
    statement = (
        select(
            found.c.id,
            Business.id.label("business_id"),
            Business.name.label("business_name"),
            Business.kind.label("business_kind"),
            Business.status.label("business_status"),
            Business.region_code.label("region_code"),
            found.c.kind,
            found.c.number,
            found.c.person_name,
            found.c.valid_to,
            (found.c.valid_to - cast(literal(today), Date)).label("days_left"),
            state.label("state"),
        )
        .join(Business, Business.id == found.c.business_id)
        .where(Business.status != BusinessStatus.CLOSED)
    )
    statement = within_scope(statement, Business.region_code, actor)
    if wanted.region_code is not None:
        statement = statement.where(Business.region_code.in_(codes_within([wanted.region_code])))
    if wanted.kind is not None:
        statement = statement.where(found.c.kind == wanted.kind.value)
    if wanted.state is not None:
        statement = statement.where(state == wanted.state.value)
    return await paginate_rows(session, statement, page, order_by=[found.c.valid_to, found.c.id])


def _permits(today: date) -> Select[*tuple[Any, ...]]:
    """Permits near or past their last day, unless another of the same kind goes on longer (a renewal)."""
    other = aliased(Licence)
    renewed = exists().where(
        other.business_id == Licence.business_id,
        other.kind == Licence.kind,
        other.superseded_at.is_(None),
        other.stated_status == LicenceStatus.VALID,
        or_(other.valid_to > Licence.valid_to, and_(other.valid_to == Licence.valid_to, other.id > Licence.id)),
    )
    kind = cast(Licence.kind, String)
    return (
        select(
            Licence.id.label("id"),
            Licence.business_id.label("business_id"),
            kind.label("kind"),
            Licence.number.label("number"),
            cast(null(), String).label("person_name"),
            Licence.valid_to.label("valid_to"),
        )
        .join(WarningLength, and_(cast(WarningLength.kind, String) == kind, WarningLength.ended_at.is_(None)))
        .where(
            Licence.superseded_at.is_(None),
            Licence.stated_status == LicenceStatus.VALID,
            Licence.valid_to <= cast(literal(today), Date) + WarningLength.days,
            ~renewed,
        )
    )


def _certificates(today: date) -> Select[*tuple[Any, ...]]:
    """Health certificates of persons who are at work; those of a merged file count for the one that goes on."""
    owner = aliased(Business)
    return (
        select(
            BusinessPerson.id.label("id"),
            func.coalesce(owner.merged_into, owner.id).label("business_id"),
            literal(Expiring.HEALTH_CERTIFICATE.value, String).label("kind"),
            BusinessPerson.certificate_number.label("number"),
            BusinessPerson.name.label("person_name"),
            BusinessPerson.certificate_valid_to.label("valid_to"),
        )
        .join(owner, owner.id == BusinessPerson.business_id)
        .join(
            WarningLength,
            and_(WarningLength.kind == Expiring.HEALTH_CERTIFICATE, WarningLength.ended_at.is_(None)),
        )
        .where(
            or_(BusinessPerson.valid_to.is_(None), BusinessPerson.valid_to >= today),
            BusinessPerson.certificate_valid_to <= cast(literal(today), Date) + WarningLength.days,
        )
    )


async def lengths(session: AsyncSession) -> Sequence[WarningLength]:
    """Return the lengths in force."""
    return (await session.scalars(select(WarningLength).where(WarningLength.ended_at.is_(None)))).all()


async def end_length(session: AsyncSession, kind: Expiring, at: datetime) -> None:
    """End the length in force of one kind."""
    await session.execute(
        update(WarningLength).where(WarningLength.kind == kind, WarningLength.ended_at.is_(None)).values(ended_at=at)
    )
