"""What a bureau corrects itself: the length of a clock, and a year's holiday notice."""

from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.calendar.models import CalendarNotice
from shared.calendar.service import Notice, load_notice
from shared.clocks import repository
from shared.clocks.models import ClockRuleRow
from shared.clocks.problems import NoClockRule
from shared.clocks.rules import ClockRule
from shared.clocks.service import recompute_clocks
from shared.contracts.clocks import Authority
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import PreconditionFailed
from shared.ids import uuid7
from shared.times import now


async def read_rule(session: AsyncSession, code: str, authority: Authority, valid_from: date) -> ClockRuleRow:
    """Return one rule in its latest version. Raises NoClockRule."""
    row = await repository.rule_in_force(session, code, authority, valid_from)
    if row is None:
        raise NoClockRule(f"没有自 {valid_from} 起适用的“{code}”（{authority}）规则，请核对代码、机关和日期")
    return row


async def correct_rule(
    session: AsyncSession, rule: ClockRule, *, reason: str, expected_version: int, actor: Actor
) -> ClockRuleRow:
    """Write a bureau's version of a rule, which no later shipped version replaces; version 0 is expected of a new one.

    Clocks that run keep the rule they were opened under.
    """
    current = await repository.rule_in_force(session, rule.code, rule.authority, rule.valid_from)
    if current is not None:
        ensure_version(current, expected_version)
    elif expected_version:
        raise PreconditionFailed('还没有这条规则；新增时请用 If-Match: "0"', current_version=0)
    row = ClockRuleRow.of(
        rule,
        id=uuid7(),
        version=expected_version + 1,
        origin="bureau",
        reason=reason,
        recorded_at=now(),
        recorded_by=actor.id,
    )
    session.add(row)
    await session.flush()
    return row


async def publish_year(
    session: AsyncSession, notice: Notice, *, expected_version: int, actor: Actor
) -> tuple[CalendarNotice, int]:
    """Load a year's notice and reckon anew every clock it may move; returns the notice and how many have moved."""
    stored = await load_notice(session, notice, expected_version=expected_version, actor=actor)
    moved = await recompute_clocks(session, since=datetime(notice.year - 1, 12, 1, tzinfo=UTC))
    return stored, moved
