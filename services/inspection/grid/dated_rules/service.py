"""Dated rules: which one holds, and writing a new version."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.grid.dated_rules import repository
from services.inspection.grid.dated_rules.contents import Subject
from services.inspection.grid.dated_rules.models import DatedRule, Origin
from services.inspection.grid.dated_rules.problems import NoRuleInForce, UnknownDatedRule
from services.inspection.grid.dated_rules.rules import in_force
from services.inspection.grid.dated_rules.schemas import DatedRuleCreate
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions.common_rules import RuleForEverybody
from shared.regions.scope import ensure_in_scope


async def find_rule(session: AsyncSession, subject: Subject, code: str, region_code: str, on: date) -> DatedRule | None:
    """The rule that holds on a day at a place; None where nobody has said anything."""
    versions = await repository.versions_of(session, subject, code)
    lineage = await repository.lineage_of(session, region_code)
    return in_force([version.dated for version in versions], lineage, on)


async def rule_for(session: AsyncSession, subject: Subject, code: str, region_code: str, on: date) -> DatedRule:
    """The same. Raises `NoRuleInForce`."""
    rule = await find_rule(session, subject, code, region_code, on)
    if rule is None:
        raise NoRuleInForce(f"{on} 在 {region_code} 没有“{subject.label}”{code}，请先登记规则，或改正日期、代码")
    return rule


async def read_rule(session: AsyncSession, rule_id: UUID) -> DatedRule:
    """One version. Raises `UnknownDatedRule`."""
    rule = await repository.get_rule(session, rule_id)
    if rule is None:
        raise UnknownDatedRule("请核对编号")
    return rule


async def write_rule(session: AsyncSession, actor: Actor, body: DatedRuleCreate) -> DatedRule:
    """Enter a version; it holds at once for everything recorded from now on. Raises `RuleForEverybody`."""
    if body.region_code is not None:
        await ensure_in_scope(session, actor, body.region_code)
    elif not (actor.has(Role.ADMINISTRATOR) and actor.keeps_common_rules):
        raise RuleForEverybody("请填写适用的区划，或请管辖区域含平台服务区域的系统管理员登记")
    return await add_version(session, body, Origin.BUREAU, actor.id)


async def add_version(session: AsyncSession, body: DatedRuleCreate, origin: Origin, by: UUID | None) -> DatedRule:
    """Append the next version for its region and first day."""
    subject = Subject(body.content.subject)
    await repository.lock_rule(session, subject, body.code)
    known = [
        version.number
        for version in await repository.versions_of(session, subject, body.code)
        if (version.region_code, version.valid_from) == (body.region_code, body.valid_from)
    ]
    rule = DatedRule(
        id=uuid7(),
        subject=subject,
        number=max(known, default=0) + 1,
        content=body.content.model_dump(mode="json"),
        origin=origin,
        recorded_by=by,
        **{name: getattr(body, name) for name in type(body).model_fields if name != "content"},
    )
    session.add(rule)
    await session.flush()
    await session.refresh(rule)
    return rule
