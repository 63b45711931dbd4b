"""The job that seals: run by a worker, it leaves nothing unsealed and publishes a head."""

from sqlalchemy import text

from shared import times
from shared.audit.jobs import SEAL_AUDIT
from shared.http.audit import AuditRecord
from shared.jobs.models import JobState
from tests.shared.jobs.conftest import Workshop, workshop

__all__ = ["workshop"]


async def test_what_was_written_is_sealed_and_its_head_published(workshop: Workshop) -> None:
    async with workshop.sessions() as session, session.begin():
        session.add_all(
            AuditRecord(at=times.now(), regions=[], action="POST /v1/demo", target=f"/v1/demo/{number}", request_id="")
            for number in range(2100)
        )
    async with workshop.worker(SEAL_AUDIT):
        first = await workshop.reaches(await workshop.order("seal_audit"), JobState.SUCCEEDED)
        second = await workshop.reaches(await workshop.order("seal_audit"), JobState.SUCCEEDED)
    assert first.result == {"sealed": 2100, "size": 2100}
    assert second.result == {"sealed": 0, "size": None}
    async with workshop.engine.connect() as connection:
        heads = (await connection.execute(text("SELECT size FROM audit_heads"))).scalars().all()
        left = (
            await connection.execute(text("SELECT count(*) FROM audit_records WHERE position IS NULL"))
        ).scalar_one()
    assert (heads, left) == ([2100], 0)
