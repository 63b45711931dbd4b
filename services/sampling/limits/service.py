"""Keeping the limit table: rows are added and corrected by further rows, by hand or from a file; nothing is changed."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.food_categories.repository import known_codes, load_tree
from services.sampling.food_categories.service import ensure_known
from services.sampling.limits import repository
from services.sampling.limits.columns import LimitFile, columns_of, read_file
from services.sampling.limits.models import FoodLimit, FoodStandard
from services.sampling.limits.rules import Limit, item_key
from services.sampling.limits.schemas import (
    CoverageRead,
    LimitCreate,
    LimitImportRead,
    StandardCoverage,
    StandardCreate,
    requirement_of,
)
from shared.http.auth import Actor
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound
from shared.ids import uuid7
from shared.tabular.receiving import ReceivedFile
from shared.times import day_of, now

_SHOWN_ERRORS = 200


class LimitNotFound(NotFound):
    slug, title = "food-limit-not-found", "没有找到这条限值"


class LimitAlreadyThere(Conflict):
    slug, title = "food-limit-already-there", "同一标准、项目、类别和环节已有限值"


class LimitAlreadyCorrected(Conflict):
    slug, title = "food-limit-already-corrected", "这条限值已被更正"


class LimitFileRefused(InvalidRequest):
    slug, title = "limit-file-refused", "限值文件有误，一行也没有收下"


async def limit_for(session: AsyncSession, limit_id: UUID, *, lock: bool = False) -> FoodLimit:
    """The limit, superseded or not. Raises `LimitNotFound`."""
    limit = await repository.get_limit(session, limit_id, lock=lock)
    if limit is None:
        raise LimitNotFound("请在限值一览中核对编号")
    return limit


async def add_limit(session: AsyncSession, body: LimitCreate, actor: Actor) -> FoodLimit:
    """Add a limit. Raises `LimitAlreadyThere`, `InvalidRequest` (unknown standard or category)."""
    limit = await _new_limit(session, body, actor)
    places = {_place(row): row.id for row in await repository.current_limits(session)}
    if (known := places.get(_place(limit))) is not None:
        raise LimitAlreadyThere(f"请更正原有的一条（{known}），不要另加：两条同等具体的限值谁也不能用来判定")
    session.add(limit)
    await session.flush()
    return limit


async def correct_limit(session: AsyncSession, limit_id: UUID, body: LimitCreate, actor: Actor) -> FoodLimit:
    """Add the limit as it should have been; the old row stays and no longer counts. Verdicts given keep theirs.

    Raises `LimitNotFound`, `LimitAlreadyCorrected`, `InvalidRequest`.
    """
    old = await limit_for(session, limit_id, lock=True)
    if (successor := await repository.successor_of(session, limit_id)) is not None:
        raise LimitAlreadyCorrected(f"请在更正后的那一条（{successor}）上再更正")
    if not body.note.strip():
        raise _fault("/note", "请写明更正的理由")
    limit = await _new_limit(session, body, actor)
    limit.supersedes_id = old.id
    session.add(limit)
    await session.flush()
    return limit


async def add_standard(session: AsyncSession, body: StandardCreate, actor: Actor) -> FoodStandard:
    """Record a version of a standard, or correct an earlier record of it."""
    standard = FoodStandard(**body.model_dump(), recorded_by=actor.id)
    session.add(standard)
    await session.flush()
    await session.refresh(standard)
    return standard


async def take_in(
    session: AsyncSession, received: ReceivedFile, *, dry_run: bool, sheet: str | None, actor: Actor
) -> LimitImportRead:
    """Take in a file of limits, all rows or none. Raises `LimitFileRefused` with row, column and how to mend it."""
    file = await asyncio.to_thread(read_file, received.path, sheet)
    await _check(session, file)
    if file.errors:
        total = len(file.errors)
        shown = f"，下面列出前 {_SHOWN_ERRORS} 处" if total > _SHOWN_ERRORS else ""
        errors = sorted(file.errors, key=lambda error: (error.row or 0, error.column or ""))
        raise LimitFileRefused(f"有 {total} 处需要改正{shown}", errors=errors[:_SHOWN_ERRORS])
    if not dry_run:
        await repository.add_limits(
            session, [{"id": uuid7(), "recorded_by": actor.id, "note": "", **row} for row in file.rows.values()]
        )
    stored = 0 if dry_run else len(file.rows)
    return LimitImportRead(
        file_name=received.name, rows=len(file.rows), stored=stored, dry_run=dry_run, unused_columns=list(file.unused)
    )


async def coverage(session: AsyncSession) -> CoverageRead:
    """What the table holds and what it does not; nobody should take silence for a pass."""
    limits, standards = await repository.current_limits(session), await repository.current_standards(session)
    tree, today = await load_tree(session), day_of(now())
    scopes = {(row.category_code, row.excluded_codes) for row in limits}
    on_path = {code: {category.code for category in tree.path(code)} for code in tree.categories}
    covered = [code for code in on_path if any(tree.covers(*scope, on_path[code]) for scope in scopes)]
    verified = sum(row.verified for row in limits)
    listed = []
    for standard in sorted(standards.values(), key=lambda one: one.code):
        rows = [row for row in limits if row.standard_code == standard.code]
        later = [one.valid_from for one in standards.values() if one.family == standard.family]
        current = max((start for start in later if start <= today), default=None)
        listed.append(
            StandardCoverage(
                code=standard.code,
                title=standard.title,
                valid_from=standard.valid_from,
                in_force=current == standard.valid_from and (standard.valid_to is None or today < standard.valid_to),
                verified=standard.verified,
                limits=len(rows),
                verified_limits=sum(row.verified for row in rows),
            )
        )
    return CoverageRead(
        statement=(
            f"收录 {len(limits)} 条限值，其中 {verified} 条与标准原文核对过；远不是各标准的全部。"
            "没有收录的，不论结果多少都判为待判定，不作合格。"
        ),
        limits=len(limits),
        verified_limits=verified,
        items=len({item_key(row.item) for row in limits}),
        categories=len(tree.categories),
        categories_with_limits=len(covered),
        standards=listed,
    )


async def _new_limit(session: AsyncSession, body: LimitCreate, actor: Actor) -> FoodLimit:
    if body.standard_code not in await repository.current_standards(session):
        raise _fault("/standard_code", f"没有登记标准“{body.standard_code}”，请先登记标准及其施行日")
    await ensure_known(session, [body.category_code], "/category_code")
    await ensure_known(session, body.excluded_codes, "/excluded_codes")
    values = body.model_dump(exclude={"limit"}) | columns_of(requirement_of(body.limit))
    return FoodLimit(id=uuid7(), recorded_at=now(), recorded_by=actor.id, **values)


async def _check(session: AsyncSession, file: LimitFile) -> None:
    """Faults that only the tables show: unknown standards and categories, and limits that are there already."""
    standards = await repository.current_standards(session)
    named = {code for row in file.rows.values() for code in (row["category_code"], *row["excluded_codes"])}
    known = await known_codes(session, named)
    places = {_place(row): "限量表中已有" for row in await repository.current_limits(session)}
    for number, row in file.rows.items():
        if row["standard_code"] not in standards:
            file.refuse(number, "standard_code", f"没有登记标准“{row['standard_code']}”，请先登记标准及其施行日")
        if row["category_code"] not in known:
            file.refuse(number, "category_code", f"没有食品类别“{row['category_code']}”，请核对代码")
        if unknown := [code for code in row["excluded_codes"] if code not in known]:
            file.refuse(number, "excluded_codes", f"没有食品类别“{'、'.join(unknown)}”，请核对代码")
        place = _place_of(row)
        if place in places:
            file.refuse(number, "item", f"同一标准、项目、类别和环节的限值{places[place]}；更正请逐条办理")
        places.setdefault(place, f"与第 {number} 行重复")


def _place(row: Limit | FoodLimit) -> tuple[object, ...]:
    return _place_of({name: getattr(row, name) for name in ("standard_code", "item", "category_code", "link")})


def _place_of(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (row["standard_code"], item_key(row["item"]), row["category_code"], row["link"])


def _fault(pointer: str, message: str) -> InvalidRequest:
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code="value")])
