"""The proof of a figure: rows, deltas and rollups say the same."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.figures import Period
from shared.figures import repository, service
from shared.figures.definition import Figure
from tests.services.inspection.factories import HAISHU, STREET

REGIONS = [HAISHU, STREET, "330203001000", "330203001001", "330203001002", "330200000000"]


async def proved(session: AsyncSession, figures: Sequence[Figure], code: str, period: Period) -> tuple[int, int]:
    """Numerator and denominator for 海曙区, the same however they are asked for, before and after folding."""
    figure = [one for one in figures if one.definition.code == code]
    assert figure, code
    proof = await repository.counts_from_rows(session, figure, REGIONS, period)
    for _ in range(2):
        current = await repository.current_counts(session, figure, REGIONS, period)
        assert {pair: sums for pair, sums in current.items() if any(sums)} == {
            pair: sums for pair, sums in proof.items() if any(sums)
        }
        await service.fold(session)
    over, under = proof.get((code, HAISHU), (Decimal(0), Decimal(0)))
    return int(over), int(under)
