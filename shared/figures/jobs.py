"""Folding every minute, and the proof every night. A read waits for neither: it adds what is not yet folded."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.figures import service
from shared.figures.definition import Figure
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


def prove_figures(figures: Sequence[Figure]) -> JobKind:
    """The job that recomputes each of a unit's figures from its rows and mends what differs."""

    async def run(context: JobContext) -> Mapping[str, Any]:
        differing: dict[str, int] = {}
        for number, figure in enumerate(figures):
            await context.progress(number, len(figures))
            async with context.sessions() as session, session.begin():
                if found := await service.prove(session, figure):
                    differing[figure.definition.code] = found
        return {"figures": len(figures), "differing": differing}

    return JobKind("prove_figures", "核对指标", run, cron="47 2 * * *")
