"""Folding on a schedule. A read never waits for it: it adds what is not yet folded."""

from collections.abc import Mapping
from typing import Any

from shared.figures import service
from shared.jobs.definition import JobContext, JobKind


async def _fold(context: JobContext) -> Mapping[str, Any]:
    folded = 0
    while True:
        async with context.sessions() as session, session.begin():
            taken = await service.fold(session)
        folded += taken
        if taken < service.FOLD_BATCH:
            return {"folded": folded}


FOLD_FIGURES = JobKind("fold_figures", "汇总指标", _fold, cron="* * * * *")
