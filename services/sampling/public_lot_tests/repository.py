"""Every query of the tests of a lot that everybody may know."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.publications.models import Publication, PublicationRow
from services.sampling.publications.rules import PublicationState
from services.sampling.rapid_tests.models import RapidTest
from services.sampling.samples.models import Sample
from services.sampling.test_sites.models import Site
from services.sampling.whistles.models import Whistle

MOST = 20


class MakersLot(NamedTuple):
    """A short lot number as one maker uses it; alone it may be anybody's."""

    uscc: str
    number: str


async def rapid_tests(session: AsyncSession, codes: Collection[str], made: MakersLot | None) -> Sequence[Any]:
    """The tests that count of lots under one of these codes, or under the maker's number where he was tested himself;
    the latest first, with what came of a suspect positive.
    """
    lot: ColumnElement[bool] = RapidTest.lot_code.in_(codes)
    if made is not None:
        lot = or_(lot, and_(RapidTest.lot_code == made.number, RapidTest.seller_uscc == made.uscc))
    statement = (
        select(
            RapidTest.product_name,
            RapidTest.printed_item,
            RapidTest.verdict,
            RapidTest.tested_on,
            Site.name.label("site_name"),
            Whistle.outcome,
        )
        .join(Site, Site.id == RapidTest.site_id)
        .outerjoin(Whistle, Whistle.rapid_test_id == RapidTest.id)
        .where(lot, RapidTest.counted_at.is_not(None), RapidTest.superseded_at.is_(None))
        .order_by(RapidTest.tested_at.desc(), RapidTest.id)
    )
    return (await session.execute(statement.limit(MOST))).all()


async def published_rows(session: AsyncSession, codes: Collection[str], made: MakersLot | None) -> Sequence[Any]:
    """The rows of published tables about samples of these lots: of each sample what was said last."""
    lot: ColumnElement[bool] = Sample.lot_code.in_(codes)
    if made is not None:
        lot = or_(lot, and_(Sample.lot_code == made.number, Sample.producer_uscc == made.uscc))
    statement = (
        select(PublicationRow, Publication)
        .join(Sample, Sample.id == PublicationRow.sample_id)
        .join(Publication, Publication.id == PublicationRow.publication_id)
        .where(lot, Publication.state == PublicationState.PUBLISHED)
        .ext(distinct_on(PublicationRow.sample_id, PublicationRow.publication_id))
        .order_by(PublicationRow.sample_id, PublicationRow.publication_id, PublicationRow.edition.desc())
    )
    return (await session.execute(statement.limit(MOST))).all()
