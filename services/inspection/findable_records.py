"""What can be found by a name or number: businesses, corrections, letters of supervision, random draws."""

from sqlalchemy import func, or_, select

from services.inspection.businesses.models import Business, Licence
from services.inspection.corrections.models import Correction
from services.inspection.corrections.repository import visible_corrections
from services.inspection.random_draws.models import RandomDraw
from services.inspection.supervision_letters.models import Letter
from services.inspection.supervision_letters.repository import visible_letters
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor
from shared.record_search.definition import Findable, Found, holds
from shared.regions.scope import within_scope


def _businesses(words: str, actor: Actor) -> Found:
    licensed = select(Licence.business_id).where(holds(words, Licence.number))
    found = select(Business.id, Business.name, func.coalesce(Business.uscc, "")).where(
        Business.merged_into.is_(None), or_(holds(words, Business.name, Business.uscc), Business.id.in_(licensed))
    )
    return within_scope(found, Business.region_code, actor)


def _corrections(words: str, actor: Actor) -> Found:
    found = select(Correction.id, Correction.party_name, Correction.problem)
    columns = (Correction.party_name, Correction.problem, Correction.filing_number)
    return visible_corrections(found.where(holds(words, *columns)), actor)


def _letters(words: str, actor: Actor) -> Found:
    found = select(Letter.id, func.coalesce(Letter.number, Letter.addressee), Letter.addressee)
    return visible_letters(found.where(holds(words, Letter.number, Letter.addressee)), actor)


def _draws(words: str, actor: Actor) -> Found:
    found = select(RandomDraw.id, RandomDraw.title, RandomDraw.region_code).where(holds(words, RandomDraw.title))
    return within_scope(found, RandomDraw.region_code, actor)


FINDABLES = (
    Findable("businesses", "主体", OFFICIALS | {Role.SAMPLER}, _businesses),
    Findable("corrections", "整改", OFFICIALS, _corrections),
    Findable("supervision-letters", "三书一函", OFFICIALS, _letters),
    Findable("random-draws", "双随机", OFFICIALS, _draws),
)
