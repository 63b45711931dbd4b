"""What can be found by its title: evaluations."""

from sqlalchemy import select

from services.scoring.evaluations.models import Evaluation
from shared.contracts.codes import OFFICIALS
from shared.http.auth import Actor
from shared.record_search.definition import Findable, Found, holds
from shared.regions.scope import within_scope


def _evaluations(words: str, actor: Actor) -> Found:
    found = select(Evaluation.id, Evaluation.title, Evaluation.period).where(holds(words, Evaluation.title))
    return within_scope(found, Evaluation.region_code, actor)


FINDABLES = (Findable("evaluations", "评价创建", OFFICIALS, _evaluations),)
