"""Opening the limit book, read whole once and kept as long as nothing in it has changed; and judging a sample by it."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.food_categories.repository import load_tree
from services.sampling.limits import repository as limits
from services.sampling.verdicts.books import LimitBook as LimitBook
from services.sampling.verdicts.rules import conclude
from services.sampling.verdicts.schemas import ItemAnswer, VerdictAnswer, VerdictRequest

_latest: list[LimitBook] = []


async def open_book(session: AsyncSession) -> LimitBook:
    """The limit book as it is now. One small query tells whether the one in memory still holds."""
    version = await limits.book_version(session)
    if _latest and _latest[0].version == version:
        return _latest[0]
    tree = await load_tree(session)
    standards = await limits.current_standards(session)
    rows = await limits.current_limits(session)
    book = LimitBook.of(version, tree.categories.values(), standards.values(), rows)
    _latest[:] = [book]
    return book


async def judge_sample(session: AsyncSession, body: VerdictRequest) -> VerdictAnswer:
    """The verdict on every item and what they say together."""
    book = await open_book(session)
    judgements = [
        book.judge(
            item.question(),
            category_code=body.category_code,
            link=body.link,
            produced_on=body.produced_on,
            sampled_on=body.sampled_on,
        )
        for item in body.items
    ]
    conclusion = conclude(judgements)
    return VerdictAnswer(
        conclusion=conclusion,
        label=conclusion.label,
        book_version=book.version,
        items=[ItemAnswer.of(item.item, found) for item, found in zip(body.items, judgements, strict=True)],
    )
