"""Every query of bulk imports."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.business_imports.models import BusinessImport, BusinessImportRow
from shared.contracts.codes import RowOutcome
from shared.http.pagination import PageRequest, paginate
from shared.regions.models import RegionRow
from shared.regions.repository import codes_within
from shared.regions.tree import Level

TO_CORRECT = (RowOutcome.REJECTED, RowOutcome.SUSPECTED_DUPLICATE)


async def get_import(session: AsyncSession, import_id: UUID, *, for_update: bool = False) -> BusinessImport | None:
    """Return one import."""
    return await session.get(BusinessImport, import_id, with_for_update=for_update or None)


async def list_imports(
    session: AsyncSession, actor_id: UUID, page: PageRequest
) -> tuple[list[BusinessImport], str | None]:
    """Return one page of a person's imports, the latest first."""
    statement = select(BusinessImport).where(BusinessImport.actor_id == actor_id)
    return await paginate(session, statement, page, order_by=[BusinessImport.id], descending=True)


async def list_rows(
    session: AsyncSession, import_id: UUID, outcome: RowOutcome | None, page: PageRequest
) -> tuple[list[BusinessImportRow], str | None]:
    """Return one page of the lines that were not simply taken in, in the order of the file."""
    statement = select(BusinessImportRow).where(BusinessImportRow.import_id == import_id)
    if outcome is not None:
        statement = statement.where(BusinessImportRow.outcome == outcome)
    return await paginate(session, statement, page, order_by=[BusinessImportRow.row_number])


async def forget_rows(session: AsyncSession, import_id: UUID) -> None:
    """Take back the answers of a dry run: its lines are answered anew."""
    await session.execute(delete(BusinessImportRow).where(BusinessImportRow.import_id == import_id))


async def rows_to_correct(session: AsyncSession, import_id: UUID) -> Sequence[BusinessImportRow]:
    """Return all lines that can be corrected and sent again, in the order of the file."""
    statement = (
        select(BusinessImportRow)
        .where(BusinessImportRow.import_id == import_id, BusinessImportRow.outcome.in_(TO_CORRECT))
        .order_by(BusinessImportRow.row_number)
    )
    return (await session.scalars(statement)).all()


async def places_for(session: AsyncSession, codes: Iterable[str], regions: Sequence[str]) -> set[str]:
    """Return those of the codes at which a business may be entered: street or village, in use, in the given regions."""
    statement = select(RegionRow.code).where(
        RegionRow.code.in_(set(codes)),
        RegionRow.level >= Level.STREET,
        RegionRow.successor_code.is_(None),
        RegionRow.code.in_(codes_within(regions)),
    )
    return set(await session.scalars(statement))
