"""Calculating what was sent, without keeping it."""

import asyncio

from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation.strays import strays_of
from services.scoring.evaluation.verdicts import evaluate
from services.scoring.schemes.consistency import faults_of
from services.scoring.schemes.problems import inconsistent, misplaced
from services.scoring.trials.schemas import Evaluate


async def evaluate_once(wanted: Evaluate) -> EvaluationResult:
    """In a thread: a large scheme takes its time. Raises SchemeInconsistent, InvalidRequest."""
    return await asyncio.to_thread(_evaluate, wanted)


def _evaluate(wanted: Evaluate) -> EvaluationResult:
    if faults := faults_of(wanted.scheme):
        raise inconsistent(faults, under="/scheme")
    if refusal := misplaced(strays_of(wanted.scheme, wanted.input), under="/input"):
        raise refusal
    return evaluate(wanted.scheme, wanted.input)
