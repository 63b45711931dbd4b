"""The one query of a search."""

from sqlalchemy import desc
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.record_search import FoundRecord, FoundRecords
from shared.http.auth import Actor
from shared.record_search.definition import Findable


async def find(session: AsyncSession, sought: Findable, words: str, actor: Actor, limit: int) -> FoundRecords:
    """The newest `limit` records of a kind. Ids are made in the order of time."""
    statement = sought.statement(words, actor)
    found = (await session.execute(statement.order_by(desc(statement.selected_columns[0])).limit(limit + 1))).all()
    return FoundRecords(
        kind=sought.kind,
        name=sought.name,
        items=[
            FoundRecord(id=id_, title=title, detail=detail or "", link=f"/v1/{sought.kind}/{id_}")
            for id_, title, detail in found[:limit]
        ],
        more=len(found) > limit,
    )
