"""Holding records against what the law asks for, in the transaction of the act."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.figures import service as figures
from services.traceability.record_checks import repository
from services.traceability.record_checks.rules import Record, keep_until, missing


async def check(session: AsyncSession, records: Sequence[Record]) -> None:
    """Note what each record lacks and how long it is kept; told again, nothing changes. All are of one day."""
    if not records:
        return
    rules = await repository.rules_on(session, {record.kind for record in records}, records[0].day)
    rows = []
    for record in records:
        rule = rules.get(record.kind)
        if rule is None:
            continue
        lacks = missing(rule.fields, record.said)
        rows.append(
            {
                "id": uuid5(record.act_id, f"{record.kind}:{record.line}"),
                "act_id": record.act_id,
                "line": record.line,
                "business_id": record.business_id,
                "region_code": record.region_code,
                "kind": record.kind,
                "rule_id": rule.id,
                "day": record.day,
                "required": len(rule.fields),
                "missing": lacks,
                "missing_count": len(lacks),
                "keep_until": keep_until(record.day, record.expires_on, rule.retention),
                "counts": True,
            }
        )
    if rows:
        await figures.records_counted(session, await repository.enter(session, rows), 1)


async def uncount(session: AsyncSession, act_id: UUID) -> None:
    """The act was voided: its records count no more."""
    await figures.records_counted(session, await repository.uncount(session, act_id), -1)
