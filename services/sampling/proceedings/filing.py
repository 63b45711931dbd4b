"""When an application counts as filed: a party's when it is recorded, a paper one as an officer shows it came in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.proceedings.moments import moment_after
from services.sampling.separation.service import take_part
from services.sampling.whistles.problems import evidence_missing, moment_refused
from services.sampling.whistles.schemas import Step
from shared.contracts.statutory_sampling import Duty
from shared.http.auth import Actor
from shared.times import now


async def filed_at(session: AsyncSession, sample_id: UUID, body: Step, earliest: datetime, actor: Actor) -> datetime:
    """The moment of an application, not before `earliest`. An officer who enters one takes part as case handler.

    The parties' own word would let them apply for ever; an officer shows the paper. Raises InvalidRequest, NotApart.
    """
    if actor.business_id is not None:
        if body.at is not None:
            raise moment_refused("申请以登记时为准，请不要填写时间；书面申请更早递交的，请检查、办案人员凭证据补记")
        return now()
    if body.at is not None and not body.evidence:
        raise evidence_missing("补记更早递交的书面申请，须附证据：收件凭证、照片或附件编号")
    await take_part(session, sample_id, Duty.CASE_HANDLER, actor)
    return moment_after(body.at, now(), [("收到检验结论、完成抽样", earliest)])
