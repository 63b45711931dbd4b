"""What may not be sold or used: what is held in somebody's hands, and what is called back wherever it lies."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.everyday_events.rules import lot_code
from services.traceability.lots.rules import Holder, Refusal, normalise_code
from services.traceability.lots.service import sale_refusals
from services.traceability.recalls import repository


async def refusals(session: AsyncSession, lot_keys: Collection[str], holder: Holder) -> dict[str, Refusal]:
    """Of these lots those that the holder may not sell or use now, by their keys.

    A lot is held under its key or under the number on its label. Who got goods of a recall after its scope was traced
    has no hold yet: the recall itself stops him. Whom the scope names is stopped by his holds alone, which an officer
    may release.
    """
    spellings = {key: (normalise_code(lot_code(key)), normalise_code(key)) for key in lot_keys}
    held = await sale_refusals(session, {code for both in spellings.values() for code in both}, holder)
    found = {key: held[code] for key, both in spellings.items() for code in both if code in held}
    for key, recall in await repository.called_back(session, spellings.keys() - found, not_told=holder.business_id):
        found.setdefault(key, Refusal(lot_code(key), f"召回：{recall.reason}", recall.opened_at))
    return found
