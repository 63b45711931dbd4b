"""试算: a scheme and what is known in, scores and verdict out."""

from typing import Annotated

from fastapi import Depends

from services.scoring.evaluation.results import EvaluationResult
from services.scoring.trials import service
from services.scoring.trials.schemas import Evaluate
from shared.contracts.codes import OFFICIALS, Role
from shared.http.auth import Actor, Allow
from shared.http.routing import Router

router = Router(prefix="/v1/evaluate", tag="评价试算")

CanCalculate = Annotated[Actor, Depends(Allow(*OFFICIALS, Role.REVIEWER, Role.AUDITOR, Role.EXTERNAL_SYSTEM))]


@router.post("", summary="按一份细则试算，什么都不保存")
async def evaluate(_: CanCalculate, wanted: Evaluate) -> EvaluationResult:
    """每一条都有算式、缺什么和最多还能得多少；未知的不算通过。细则自相矛盾时逐处说明。"""
    return await service.evaluate_once(wanted)
