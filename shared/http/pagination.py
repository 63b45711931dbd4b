"""Lists as keyset pages: stable under inserts, equally fast on the first and the thousandth page."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import Field
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.contracts.schema import Schema, is_storable
from shared.http.problems import FieldError, InvalidRequest

T = TypeVar("T")
LARGEST_INTEGER = 2**31 - 1


class Page(Schema, Generic[T]):
    """One page of a list. `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None = Field(description="下一页的游标；没有下一页时为 null")


class PageRequest:
    """`?cursor=&limit=` of a list: an opaque cursor of the page before, and at most 200 rows."""

    def __init__(
        self,
        cursor: Annotated[str | None, Query(max_length=1000, description="上一页答复中的 next_cursor")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="每页条数")] = 50,
    ) -> None:
        self.limit = limit
        self.after = _decode(cursor) if cursor else None

    @property
    def after_number(self) -> int:
        """For lists by a running number from 1 that build their own query: the last number shown, 0 at first."""
        match self.after:
            case None:
                return 0
            case [int(number)]:
                return number
        raise _bad_cursor()


PageParameters = Annotated[PageRequest, Depends()]


async def paginate(
    session: AsyncSession,
    statement: Select[Any],
    page: PageRequest,
    *,
    order_by: Sequence[InstrumentedAttribute[Any]],
    descending: bool = False,
) -> tuple[list[Any], str | None]:
    """ORM objects of one page and the next cursor. `order_by` ends in a unique column; all columns run one way."""
    columns = [column.expression for column in order_by]
    result = await session.execute(_narrow(statement, page, columns, descending))
    return _cut([row[0] for row in result], page.limit, [column.key for column in order_by])


async def paginate_rows(
    session: AsyncSession,
    statement: Select[Any],
    page: PageRequest,
    *,
    order_by: Sequence[ColumnElement[Any]],
    descending: bool = False,
) -> tuple[list[Any], str | None]:
    """The same for a select of columns: whole result rows, of which `order_by` names selected columns."""
    result = await session.execute(_narrow(statement, page, order_by, descending))
    return _cut(list(result), page.limit, [str(column.key) for column in order_by])


def _narrow(
    statement: Select[Any], page: PageRequest, columns: Sequence[ColumnElement[Any]], descending: bool
) -> Select[Any]:
    if page.after is not None:
        if len(page.after) != len(columns):
            raise _bad_cursor()
        try:
            values = [_revive(value, column) for value, column in zip(page.after, columns, strict=True)]
        except (ValueError, ArithmeticError):
            raise _bad_cursor() from None
        here = tuple_(*columns)
        there = tuple_(*(literal(value, column.type) for value, column in zip(values, columns, strict=True)))
        statement = statement.where(here < there if descending else here > there)
    ordered = statement.order_by(*(column.desc() if descending else column.asc() for column in columns))
    return ordered.limit(page.limit + 1)


def _cut(rows: list[Any], limit: int, keys: Sequence[str]) -> tuple[list[Any], str | None]:
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode_cursor([getattr(rows[limit - 1], key) for key in keys])


def encode_cursor(values: Sequence[Any]) -> str:
    text = json.dumps([_plain(value) for value in values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise _bad_cursor() from None
    if not isinstance(values, list):
        raise _bad_cursor()
    return values


def _bad_cursor() -> InvalidRequest:
    return InvalidRequest(
        "有 1 处需要改正",
        errors=[FieldError(pointer="#query/cursor", message="游标不对，请用上一页答复中的 next_cursor", code="cursor")],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


def _revive(value: Any, column: ColumnElement[Any]) -> Any:
    """The value of a cursor as its column has it. Raises `ValueError` or `ArithmeticError` for anything else."""
    kind = column.type.python_type
    if kind is int:
        if type(value) is not int or not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise ValueError(value)
        return value
    if not isinstance(value, str) or not is_storable(value):
        raise ValueError(value)
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if kind is date:
        return date.fromisoformat(value)
    if kind in (UUID, Decimal):
        return kind(value)
    return value
