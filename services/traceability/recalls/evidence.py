"""The events of a recall's scopes in their own words, as far as the caller may read them whole."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.recalls import repository
from services.traceability.recalls.models import Recall
from services.traceability.traces.repository import heads_of
from shared.http.auth import Actor


async def readable_texts(session: AsyncSession, recall: Recall, actor: Actor) -> list[str]:
    """The texts, each once. What was frozen of an event that the caller sees in part only is its hash."""
    named = {event["event_id"] for scope in recall.scopes for event in scope.body["events"]}
    ids = await repository.ids_of_events(session, named)
    heads = await heads_of(session, actor, ids, standing=False)
    whole = [one for one, head in heads.items() if head.shown is None]
    return sorted({row.body for row in await repository.texts_of(session, whole)})
