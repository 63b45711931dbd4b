"""How long an evaluation of 94 contents and 57 visited sites takes from the rows to the stored score, and 200 of them.

Every run has its statements (marks, faults, values, 57 sites of 19 kinds), a snapshot of 20 figures and accepted
evidence; scoring reads them, evaluates, and stores input, result and trace. All of it is invented.

`python -m tests.benchmarks.bench_evaluations [runs]`
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.embedded_postgres import EmbeddedPostgres
from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.verdicts import evaluate
from services.scoring.evaluation_scores.models import Scoring, Statement, StatementKind
from services.scoring.evaluations.models import Evaluation, EvaluationStage
from services.scoring.evidence.models import EvidenceFile
from services.scoring.improvements.rules import lacking_clauses
from services.scoring.indicators.models import Reading, Snapshot
from services.scoring.main import service as scoring
from services.scoring.rescorings.service import rescore
from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes.consistency import faults_of
from services.scoring.schemes.models import Origin
from services.scoring.schemes.service import new_draft
from services.scoring.settings import Settings
from shared.contracts.evaluations import EvidenceState, ReadingState, Stage
from shared.database import create_engine, create_sessions
from shared.ids import uuid7
from shared.migrations.__main__ import upgrade
from shared.times import now

RUNS, FIGURES, KINDS, SITES, EXPERTS = 200, 20, 19, 57, 45
SOMEBODY = UUID(int=1)


def scheme() -> SchemeContent:
    """94 contents: 45 marked by people, 10 by lists of faults, 20 by figures, 19 by sites of one kind."""
    lead = {"lead": ["演示局"], "node_class": "basic", "points": "1"}
    faults = [{"code": f"f{number}", "label": "演示", "deduct": "0.25"} for number in range(4)]
    parts: list[dict[str, Any]] = [
        {"code": f"E{number}", "title": f"资料 {number}", "rule": {"kind": "expert"}, **lead}
        for number in range(EXPERTS)
    ]
    parts += [
        {"code": f"C{number}", "title": f"清单 {number}", "rule": {"kind": "checklist", "faults": faults}, **lead}
        for number in range(94 - EXPERTS - FIGURES - KINDS)
    ]
    parts += [
        {
            "code": f"F{number}",
            "title": f"指标 {number}",
            "rule": {"kind": "linear_deduct", "of": f"x{number}", "target": "90", "step": "1", "points": "0.05"},
            **lead,
        }
        for number in range(FIGURES)
    ]
    parts += [
        {
            "code": f"S{number}",
            "title": f"现场 {number}",
            "rule": {"kind": "site_mean", "forms": [f"form{number}"]},
            **lead,
        }
        for number in range(KINDS)
    ]
    groups = [{"code": f"G{start}", "title": f"评价要点 {start}", "parts": parts[start::36]} for start in range(36)]
    live = {"source": "live", "service": "sampling", "figure": "sampling.rapid_tests", "nature": "flow"}
    content = SchemeContent.model_validate(
        {
            "code": "bench",
            "version": "1",
            "title": "测速细则（虚构）",
            "issuer": "演示",
            "valid_from": "2026-01-01",
            "inputs": {f"x{number}": {"label": f"指标 {number}", **live} for number in range(FIGURES)},
            "nodes": groups,
            "verdict": {"gates": [{"kind": "total", "at_least": "80"}]},
        }
    )
    assert faults_of(content) == []
    return content


def said(content: SchemeContent, chance: random.Random) -> list[tuple[StatementKind, str, dict[str, Any]]]:
    """What is stated of one run."""
    found: list[tuple[StatementKind, str, dict[str, Any]]] = []
    for group in content.nodes:
        for clause in group.parts:
            if clause.code.startswith("E"):
                mark = {"points": f"{chance.uniform(0.5, 1):.2f}", "level": None, "reason": "演示"}
                found.append((StatementKind.MARK, clause.code, mark))
            elif clause.code.startswith("C"):
                faults = {f"f{number}": chance.random() < 0.1 for number in range(4)}
                found.append((StatementKind.FAULTS, clause.code, faults))
    for number in range(SITES):
        points = f"{chance.uniform(60, 100):.1f}"
        site = {"form": f"form{number % KINDS}", "name": f"点位 {number}", "points": points, "maximum": "100"}
        found.append((StatementKind.SITE, f"{site['form']}/{site['name']}", site))
    return found


async def store_run(session: AsyncSession, scheme_id: UUID, content: SchemeContent, number: int) -> UUID:
    """One run at its first stage, with everything that is known of it."""
    chance, moment = random.Random(number), now()
    run = Evaluation(
        id=uuid7(),
        scheme_id=scheme_id,
        scheme_code="bench",
        scheme_number=1,
        scheme_sha256="0" * 64,
        official=False,
        title=f"评价 {number}（虚构）",
        region_code=f"33{number:04d}000000",
        organiser_region_code="330000000000",
        period="2026",
        stage=Stage.SELF,
        begun_at=moment,
        decision_reason="",
        stages=[
            EvaluationStage(stage=Stage.SELF, position=1, days=60, opened_at=moment),
            EvaluationStage(stage=Stage.PANEL, position=2, days=30),
        ],
    )
    session.add(run)
    await session.flush()
    session.add_all(
        Statement(
            evaluation_id=run.id,
            number=place,
            stage=Stage.SELF,
            kind=kind,
            code=code,
            content=value,
            reason="",
            stated_by=SOMEBODY,
            stated_by_name="演示",
        )
        for place, (kind, code, value) in enumerate(said(content, chance), 1)
    )
    readings = [
        Reading(
            name=f"x{place}",
            reference="sampling.rapid_tests",
            service="sampling",
            period="2026",
            state=ReadingState.VALUE,
            value=chance.randint(70, 100),
            source="",
            reason="",
        )
        for place in range(FIGURES)
    ]
    snapshot = Snapshot(
        evaluation_id=run.id, number=1, taken_at=moment, taken_by=SOMEBODY, taken_by_name="演示", sha256="0" * 64
    )
    snapshot.readings = readings
    session.add(snapshot)
    session.add_all(
        EvidenceFile(
            evaluation_id=run.id,
            clause_code=f"E{place}",
            stage=Stage.SELF,
            name="演示.pdf",
            sha256=f"{place:064x}",
            size=1,
            media_type="application/pdf",
            submitted_by=SOMEBODY,
            submitted_by_name="演示",
            state=EvidenceState.ACCEPTED,
            reviewed_at=moment,
            review_reason="",
        )
        for place in range(EXPERTS)
    )
    await session.flush()
    return run.id


async def bench(url: str, runs: int) -> None:
    content = scheme()
    engine = create_engine(Settings(database_url=url))
    sessions = create_sessions(engine)
    async with sessions() as session, session.begin():
        draft = new_draft(content, 1, Origin.SEED, None)
        session.add(draft)
        draft.publish(None, now())
        await session.flush()
        ids = [await store_run(session, draft.id, content, number) for number in range(runs)]
    begun, worked = time.perf_counter(), time.process_time()
    for run_id in ids:
        async with sessions() as session, session.begin():
            assert await rescore(session, run_id)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    async with sessions() as session:
        given = EvaluationInput.model_validate(await session.scalar(select(Scoring.input).limit(1)))
    await engine.dispose()
    each = seconds / runs * 1000
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{runs} runs of 94 contents and {SITES} sites scored anew in {seconds:.1f} s ({each:.0f} ms each), {load}")
    print(f"of it {cpu:.1f} s of processor outside the database ({cpu / runs * 1000:.0f} ms each)")
    worked = time.process_time()
    result = evaluate(content, given)
    took = (time.process_time() - worked) * 1000
    print(f"one evaluation by itself {took:.1f} ms of processor: {result.shown} of {result.maximum}")
    worked = time.process_time()
    lacking = lacking_clauses(content, given)
    print(f"the way up of {len(lacking)} clauses {(time.process_time() - worked) * 1000:.0f} ms of processor")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        settings = Settings(database_url=server.url())
        upgrade(scoring, settings)
        asyncio.run(bench(server.url(), runs))


if __name__ == "__main__":
    main()
