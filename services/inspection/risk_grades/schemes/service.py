"""Keeping grading schemes: writing a draft, publishing it, withdrawing it."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.checklists.consistency import Reason
from services.inspection.risk_grades.codes import SchemeState
from services.inspection.risk_grades.consistency import reasons_against
from services.inspection.risk_grades.content import Content, Header
from services.inspection.risk_grades.schemes import repository
from services.inspection.risk_grades.schemes.models import Origin, RiskScheme
from services.inspection.risk_grades.schemes.problems import (
    NationalScheme,
    SchemeStepRefused,
    UnknownScheme,
    inconsistent,
)
from services.inspection.risk_grades.schemes.schemas import SchemeFile
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest, PreconditionRequired
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import now


async def version_of(session: AsyncSession, code: str, number: int, *, lock: bool = False) -> RiskScheme:
    """One version of a scheme. Raises `UnknownScheme`."""
    scheme = await repository.get_version(session, code, number, lock=lock)
    if scheme is None:
        raise UnknownScheme(f"没有方案 {code} 的第 {number} 版，请核对代码与版次")
    return scheme


async def write_draft(
    session: AsyncSession, actor: Actor, code: str, number: int, file: SchemeFile, expected: int | None
) -> tuple[RiskScheme, bool]:
    """Begin the next version under its number, or rewrite the draft; the flag says whether it is new.

    Raises `SchemeStepRefused` for any other number or a published version, `PreconditionRequired` without a version.
    """
    if file.scheme.code != code:
        error = FieldError(pointer="/scheme/code", message=f"与地址中的 {code} 不同，请改一致", code="code")
        raise InvalidRequest("有 1 处需要改正", errors=[error])
    await _ensure_may_keep(session, actor, file.scheme.region_code)
    versions = await repository.versions_of(session, code)
    present = next((version for version in versions if version.number == number), None)
    if present is None:
        if number != len(versions) + 1:
            raise SchemeStepRefused(f"下一版是第 {len(versions) + 1} 版，现为第 {number} 版")
        if any(version.state is SchemeState.DRAFT for version in versions):
            raise SchemeStepRefused(f"第 {len(versions)} 版还是草稿，请先改好发布（PUT 这一版可改写），再起新版")
        draft = new_draft(file.scheme, file.content, number, Origin.BUREAU, actor.id)
        session.add(draft)
        await session.flush()
        return draft, True
    await _ensure_may_keep(session, actor, present.region_code)
    if expected is None:
        raise PreconditionRequired("这一版已经有了；要改写草稿请先读取，把答复中的 ETag 放进 If-Match")
    ensure_version(present, expected)
    present.write(file.scheme, file.content, actor.id, now())
    present.origin = Origin.BUREAU
    present.advance()
    await session.flush()
    return present, False


def new_draft(header: Header, content: Content, number: int, origin: Origin, by: UUID | None) -> RiskScheme:
    """A draft that is not yet stored."""
    draft = RiskScheme(id=uuid7(), code=header.code, number=number, origin=origin, version=1)
    draft.write(header, content, by, now())
    return draft


async def reasons_of(session: AsyncSession, code: str, number: int) -> list[Reason]:
    """Why a version could not be published as it is."""
    scheme = await version_of(session, code, number)
    return [*reasons_against(scheme.header, scheme.content), *await _rivalry(session, scheme)]


async def publish(
    session: AsyncSession, actor: Actor, code: str, number: int, applies_from: date, expected: int
) -> RiskScheme:
    """Publish a draft. Raises `SchemeInconsistent` with every reason at once."""
    scheme = await version_of(session, code, number, lock=True)
    await _ensure_may_keep(session, actor, scheme.region_code)
    ensure_version(scheme, expected)
    reasons = reasons_against(scheme.header, scheme.content, applies_from)
    if reasons := [*reasons, *await _rivalry(session, scheme)]:
        raise inconsistent(reasons)
    scheme.publish(applies_from, actor.id, now())
    scheme.advance()
    await session.flush()
    return scheme


async def withdraw(
    session: AsyncSession, actor: Actor, code: str, number: int, reason: str, expected: int
) -> RiskScheme:
    """Let a published version grade nobody any more."""
    scheme = await version_of(session, code, number, lock=True)
    await _ensure_may_keep(session, actor, scheme.region_code)
    ensure_version(scheme, expected)
    scheme.withdraw(reason, actor.id, now())
    scheme.advance()
    await session.flush()
    return scheme


async def _rivalry(session: AsyncSession, scheme: RiskScheme) -> list[Reason]:
    """Two schemes may not grade the same businesses: nobody could say which one holds."""
    others = await repository.rivals(session, scheme)
    overlapping = [other for other in others if other.ends_on is None]
    return [
        Reason(
            "/scheme/kinds",
            f"与已发布的 {other.code} 第 {other.number} 版在同一范围内业态重叠；请先撤回那一版或给它写明 ends_on",
            "overlap",
        )
        for other in overlapping
    ]


async def _ensure_may_keep(session: AsyncSession, actor: Actor, region_code: str | None) -> None:
    """A regional scheme is kept by who has the region, a national one by an administrator of the whole platform."""
    if region_code is not None:
        await ensure_in_scope(session, actor, region_code)
    elif not (actor.has(Role.ADMINISTRATOR) and actor.keeps_common_rules):
        raise NationalScheme("请由管辖区域含平台服务区域的系统管理员办理；本地方案请填写区划 region_code")
