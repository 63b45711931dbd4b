"""What can be found by a name or code: lots and recalls."""

from sqlalchemy import func, select

from services.traceability.lots.models import Lot
from services.traceability.lots.repository import visible_lots
from services.traceability.recalls.models import Recall
from services.traceability.recalls.repository import seen_by
from shared.contracts.codes import OFFICIALS
from shared.http.auth import Actor
from shared.record_search.definition import Findable, Found, holds


def _lots(words: str, actor: Actor) -> Found:
    found = select(Lot.id, func.concat_ws(" · ", Lot.product_name, Lot.holder_name), Lot.code)
    return visible_lots(found, actor).where(holds(words, Lot.code, Lot.product_name, Lot.holder_name))


def _recalls(words: str, actor: Actor) -> Found:
    found = select(Recall.id, Recall.product_name, Recall.code).where(seen_by(actor))
    return found.where(holds(words, Recall.product_name, Recall.code))


FINDABLES = (
    Findable("lots", "批次", OFFICIALS, _lots),
    Findable("recalls", "召回", OFFICIALS, _recalls),
)
