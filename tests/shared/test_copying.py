"""Rows copied in binary come back as they were."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from deploy.embedded_postgres import EmbeddedPostgres
from shared.copying import BulkCopy, copy_objects
from shared.database import async_url

TABLE = sa.Table(
    "copied",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("amount", sa.Numeric),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("day", sa.Date),
    sa.Column("key", sa.Uuid),
    sa.Column("digest", sa.LargeBinary),
    sa.Column("flag", sa.Boolean),
)


class Told(DeclarativeBase):
    pass


class Report(Told):
    __tablename__ = "copied_reports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    doubts: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    recorded_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())


AMOUNTS = [
    *("0", "0.00", "-0.5", "12.50", "10000", "9999.9999", "0.0001", "0.00001", "-123456789.987654321", "1E+6", "50"),
    *("100000000", "1E-12", "0.10"),
]


async def test_values_of_every_kind_come_back_as_they_were(postgres: EmbeddedPostgres) -> None:
    instant = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    rows: list[dict[str, Any]] = [
        {
            "number": number,
            "name": f"韭菜\t\\{number % 3}\n",
            "amount": Decimal(amount),
            "at": instant + timedelta(days=number * 1000, microseconds=number),
            "day": date(1970, 1, 1) + timedelta(days=number * 777),
            "key": uuid4(),
            "digest": bytes([number]) * 5,
            "flag": number % 2 == 0,
        }
        for number, amount in enumerate(AMOUNTS)
    ]
    rows.append(dict.fromkeys(rows[0]) | {"number": -1})
    stored = await copied(postgres, rows)
    assert stored == sorted(rows, key=lambda row: int(row["number"]))
    assert [str(row["amount"]) for row in stored[1:3]] == ["0", "0.00"]


@given(amounts=st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=8), min_size=1, max_size=5))
def test_a_number_is_packed_in_groups_of_four_digits(amounts: list[Decimal]) -> None:
    packed = BulkCopy(TABLE).pack({"amount": amounts}, {}, len(amounts))
    position = 19
    for amount in amounts:
        size = int.from_bytes(packed[position + 2 : position + 6])
        field = packed[position + 6 : position + 6 + size]
        count, weight, sign, _ = (int.from_bytes(field[at : at + 2], signed=True) for at in (0, 2, 4, 6))
        groups = [int.from_bytes(field[at : at + 2]) for at in range(8, 8 + 2 * count, 2)]
        with localcontext(prec=200):
            value = sum(Decimal(group) * Decimal(10000) ** (weight - index) for index, group in enumerate(groups))
            assert (value if not sign else -value) == amount
        assert all(0 <= group < 10_000 for group in groups)
        position += 6 + size


async def copied(postgres: EmbeddedPostgres, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    engine = create_async_engine(async_url(postgres.url()))
    async with engine.connect() as connection, AsyncSession(connection) as session:
        await connection.run_sync(TABLE.create)
        columns: dict[str | tuple[str, ...], list[Any]] = {
            name: [row[name] for row in rows] for name in rows[0] if name != "name"
        }
        named = [row for row in rows if row["name"]]
        await BulkCopy(TABLE).write(session, columns, {"name": None}, len(rows))
        for row in named:
            await session.execute(TABLE.update().where(TABLE.c.number == row["number"]).values(name=row["name"]))
        found = (await session.execute(TABLE.select().order_by(TABLE.c.number))).mappings().all()
        await connection.rollback()
    await engine.dispose()
    return [dict(row) for row in found]


def test_the_driver_reads_what_is_written() -> None:
    """The format is PostgreSQL's, whose signature and end the server checks."""
    packed = BulkCopy(TABLE).pack({"key": [UUID(int=1)]}, {"flag": True}, 1)
    assert packed.startswith(b"PGCOPY\n\xff\r\n\0")
    assert packed.endswith(b"\xff\xff")


async def test_rows_are_copied_with_what_they_set_and_defaults_are_added(
    postgres: EmbeddedPostgres,
) -> None:
    said = [([], None), (["矛盾：铅，“合格”\n不合格", ""], {"行": 3}), (["铅"], {})]
    reports = [Report(id=uuid4(), doubts=doubts, details=details) for doubts, details in said]
    engine = create_async_engine(async_url(postgres.url()))
    async with engine.connect() as connection, AsyncSession(connection) as session:
        await connection.run_sync(Told.metadata.create_all)
        await copy_objects(session, [])
        await copy_objects(session, reports)
        stored = {row.id: row for row in await session.scalars(sa.select(Report))}
        assert [(stored[each.id].doubts, stored[each.id].details) for each in reports] == said
        assert all(row.recorded_at is not None for row in stored.values())
        await connection.rollback()
    await engine.dispose()
