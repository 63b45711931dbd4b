"""The one place where a caller's regions limit what is read and written: the subtrees named in the token."""

from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.http.auth import Actor
from shared.http.problems import Problem
from shared.regions import repository

Columns = TypeVarTuple("Columns")


class OutsideRegion(Problem):
    """The record or request concerns a region that is not among the caller's."""

    slug, title, status = "outside-region", "不在您的管辖区域内", 403


def within_scope(
    statement: Select[*Columns], column: InstrumentedAttribute[Any] | ColumnElement[Any], actor: Actor
) -> Select[*Columns]:
    """Limit a select to rows whose region code (12 digits, in `column`) is at or below one of the actor's regions."""
    return statement.where(column.in_(repository.codes_within(actor.regions)))


async def ensure_in_scope(session: AsyncSession, actor: Actor, region_code: str) -> None:
    """Raise `OutsideRegion` unless the region is one of the actor's or below one of them."""
    if not await repository.is_within(session, region_code, actor.regions):
        own = "、".join(actor.regions) or "无"
        raise OutsideRegion(f"区划 {region_code} 不在您的管辖区域（{own}）内，请换用有权限的账号或改正区划代码")
