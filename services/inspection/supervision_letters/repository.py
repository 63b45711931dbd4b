"""Every query on supervision letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import of_business
from services.inspection.supervision_letters.kinds import UNISSUED, LetterKind, LetterState
from services.inspection.supervision_letters.models import Letter, LetterIssuer, LetterTemplate
from shared.contracts.codes import OFFICIALS
from shared.http.auth import Actor
from shared.http.pagination import PageRequest, paginate
from shared.regions.repository import codes_within
from shared.regions.scope import within_scope

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """What a list is narrowed to; None leaves a side open. `region` takes in all below it."""

    kind: LetterKind | None = None
    state: LetterState | None = None
    issuer_id: UUID | None = None
    region: str | None = None
    business_id: UUID | None = None


def is_official(actor: Actor) -> bool:
    """Whether a caller reads whole regions. Who acts for a business does not, whatever else he may be."""
    return actor.business_id is None and actor.has(*OFFICIALS)


def visible_letters(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Limit a select that reads `Letter` to the actor's regions; a business sees what was served on it."""
    if is_official(actor):
        return within_scope(statement, Letter.region_code, actor)
    if actor.business_id is None:
        return statement.where(false())
    return statement.where(of_business(Letter.business_id, actor.business_id), Letter.served_at.is_not(None))


async def visible_letter(session: AsyncSession, letter_id: UUID, actor: Actor, *, lock: bool = False) -> Letter | None:
    """One letter, whole and as it is now, if the actor may see it; `lock` holds it for a change."""
    statement = visible_letters(_whole().where(Letter.id == letter_id), actor)
    return await session.scalar(statement.with_for_update(of=Letter) if lock else statement)


async def list_letters(
    session: AsyncSession, wanted: LetterFilter, actor: Actor, page: PageRequest
) -> tuple[list[Letter], str | None]:
    """One page of what the actor may see, the newest first."""
    statement = visible_letters(select(Letter), actor)
    for column, value in (
        (Letter.kind, wanted.kind),
        (Letter.state, wanted.state),
        (Letter.issuer_id, wanted.issuer_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.business_id is not None:
        statement = statement.where(of_business(Letter.business_id, wanted.business_id))
    if wanted.region is not None:
        statement = statement.where(Letter.region_code.in_(codes_within([wanted.region])))
    return await paginate(session, statement, page, order_by=[Letter.id], descending=True)


async def visible_issuer(session: AsyncSession, issuer_id: UUID, actor: Actor) -> LetterIssuer | None:
    """One issuer of the actor's regions."""
    statement = select(LetterIssuer).where(LetterIssuer.id == issuer_id)
    return await session.scalar(within_scope(statement, LetterIssuer.region_code, actor))


async def hold_issuer(session: AsyncSession, issuer_id: UUID) -> LetterIssuer:
    """The issuer as it is now, held: numbers and links are given one after another."""
    statement = select(LetterIssuer).where(LetterIssuer.id == issuer_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def list_issuers(session: AsyncSession, actor: Actor) -> Sequence[LetterIssuer]:
    statement = within_scope(select(LetterIssuer), LetterIssuer.region_code, actor)
    return (await session.scalars(statement.order_by(LetterIssuer.name))).all()


async def issuer_like(session: AsyncSession, name: str, abbreviation: str) -> LetterIssuer | None:
    statement = select(LetterIssuer).where((LetterIssuer.name == name) | (LetterIssuer.abbreviation == abbreviation))
    return (await session.scalars(statement.limit(1))).first()


async def last_sequence(session: AsyncSession, issuer_id: UUID, kind: LetterKind, year: int) -> int:
    """The highest number given in a year; the issuer must be held."""
    statement = select(func.max(Letter.sequence)).where(
        Letter.issuer_id == issuer_id, Letter.kind == kind, Letter.year == year
    )
    return await session.scalar(statement) or 0


async def issued_letters(session: AsyncSession, issuer_id: UUID) -> Sequence[Letter]:
    """The chain of an issuer, the first letter first."""
    statement = select(Letter).where(Letter.issuer_id == issuer_id, Letter.state.not_in(UNISSUED))
    return (await session.scalars(statement.order_by(Letter.position))).all()


async def template_on(session: AsyncSession, kind: LetterKind, day: date) -> LetterTemplate | None:
    """The form of a kind that is used on a day."""
    statement = (
        select(LetterTemplate)
        .where(LetterTemplate.kind == kind, LetterTemplate.valid_from <= day)
        .order_by(LetterTemplate.valid_from.desc(), LetterTemplate.number.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).first()


async def list_templates(session: AsyncSession, kind: LetterKind | None = None) -> Sequence[LetterTemplate]:
    """Every form there ever was, the latest of each kind first."""
    statement = select(LetterTemplate).order_by(LetterTemplate.kind, LetterTemplate.number.desc())
    if kind is not None:
        statement = statement.where(LetterTemplate.kind == kind)
    return (await session.scalars(statement)).all()


async def business_on_file(session: AsyncSession, business_id: UUID) -> Business | None:
    return await session.get(Business, business_id)


def _whole() -> Select[Letter]:
    return (
        select(Letter)
        .options(joinedload(Letter.issuer), joinedload(Letter.template), selectinload(Letter.entries))
        .execution_options(populate_existing=True)
    )
