"""Records found by a name or number."""

from typing import Annotated

from fastapi import Depends, Query, Request

from shared.contracts.codes import OFFICIALS, Role
from shared.contracts.record_search import MOST_OF_A_KIND, FoundRecords
from shared.database import Session
from shared.http.auth import Actor, Allow
from shared.http.problems import FieldError, InvalidRequest
from shared.http.routing import Router
from shared.record_search import repository
from shared.record_search.definition import normalised

SEARCHERS = (*sorted(OFFICIALS), Role.SAMPLER)
CanSearch = Annotated[Actor, Depends(Allow(*SEARCHERS))]

FEWEST_CHARACTERS = 2

router = Router(tag="查找")


@router.get("/v1/record-search", summary="按名称或编号查找各种记录")
async def search_records(
    actor: CanSearch,
    session: Session,
    request: Request,
    words: Annotated[
        str, Query(min_length=1, max_length=60, description="名称或编号的一部分，至少两个字", examples=["蔬菜甲档"])
    ],
    limit: Annotated[int, Query(ge=1, le=MOST_OF_A_KIND, description="每种最多几条")] = 5,
) -> list[FoundRecords]:
    """每种记录最新的几条，没有的种类不列。能看到什么，与各自的列表相同；全角半角、大小写不分。"""
    sought = normalised(words)
    if len(sought) < FEWEST_CHARACTERS:
        too_short = FieldError(pointer="#query/words", message=f"请至少写 {FEWEST_CHARACTERS} 个字", code="too_short")
        raise InvalidRequest("有 1 处需要改正", errors=[too_short])
    findables = [each for each in request.app.state.service.findables if actor.has(*each.readers)]
    found = [await repository.find(session, each, sought, actor, limit) for each in findables]
    return [records for records in found if records.items]
