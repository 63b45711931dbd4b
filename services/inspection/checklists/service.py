"""Keeping checklists: importing a file, correcting what a list says of itself, writing, publishing, withdrawing."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.businesses.service import read_business
from services.inspection.checklists import repository
from services.inspection.checklists.consistency import Reason, reasons_against
from services.inspection.checklists.content import Content, Header, Subject
from services.inspection.checklists.differences import Difference, differences
from services.inspection.checklists.items_sheet import read_sheet
from services.inspection.checklists.models import Checklist, ChecklistVersion, Origin, VersionState
from services.inspection.checklists.problems import (
    HeaderDiffers,
    NationalChecklist,
    UnknownChecklist,
    VersionStepRefused,
    inconsistent,
)
from services.inspection.checklists.rules import applicable_items
from services.inspection.checklists.schemas import (
    Applicable,
    ApplicableRead,
    ChecklistFile,
    HeaderUpdate,
    VersionSummary,
)
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import InvalidRequest, PreconditionRequired
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import day_of, now


async def checklist_of(session: AsyncSession, code: str, *, lock: bool = False) -> Checklist:
    """The list with its versions. Raises `UnknownChecklist`."""
    checklist = await repository.get_checklist(session, code, lock=lock)
    if checklist is None:
        raise UnknownChecklist(f"没有代码为 {code} 的要点表，请核对代码")
    return checklist


async def version_of(session: AsyncSession, code: str, number: int) -> ChecklistVersion:
    """One version of a list. Raises `UnknownChecklist`."""
    return _version(await checklist_of(session, code), number)


async def import_file(session: AsyncSession, actor: Actor, file: ChecklistFile) -> ChecklistVersion:
    """Enter a file as the draft of its list's next version; a list not yet known is entered with it.

    A file whose content the list has already gives that version: sending it twice makes no second one. Raises
    `HeaderDiffers` when the list is known and says otherwise of itself, `VersionStepRefused` while there is a draft.
    """
    await _ensure_may_keep(session, actor, file.checklist.region_code)
    checklist = await repository.get_checklist(session, file.checklist.code, lock=True)
    if checklist is None:
        checklist = Checklist(id=uuid7(), version=1, versions=[])
        checklist.write(file.checklist, Origin.BUREAU)
        session.add(checklist)
    elif others := _different_fields(checklist.header, file.checklist):
        raise HeaderDiffers(
            f"{'、'.join(others)} 与登记的不同；请先更正登记（PUT /v1/checklists/{checklist.code}）或改文件"
        )
    draft = new_draft(checklist, file.content, Origin.BUREAU, actor.id)
    await session.flush()
    return draft


def new_draft(checklist: Checklist, content: Content, origin: Origin, by: UUID | None) -> ChecklistVersion:
    """The draft of the next version, or the version that says exactly this already."""
    draft = ChecklistVersion(
        id=uuid7(), number=len(checklist.versions) + 1, origin=origin, version=1, checklist_id=checklist.id
    )
    draft.write(content, by, now())
    usable = [known for known in checklist.versions if known.state is not VersionState.WITHDRAWN]
    for known in usable:
        if known.sha256 == draft.sha256:
            return known
    for known in usable:
        if known.state is VersionState.DRAFT:
            raise VersionStepRefused(f"第 {known.number} 版还是草稿，请先改好发布（PUT 这一版可改写），再起新版")
    checklist.versions.append(draft)
    return draft


async def correct_header(
    session: AsyncSession, actor: Actor, code: str, body: HeaderUpdate, expected: int
) -> Checklist:
    """Correct what a list says of itself: dates, source, who has superseded it. Published versions stay as they are."""
    checklist = await checklist_of(session, code, lock=True)
    await _ensure_may_keep(session, actor, checklist.region_code)
    ensure_version(checklist, expected)
    header = Header(code=code, region_code=checklist.region_code, **dict(body))
    reasons = [
        reason
        for version in checklist.versions
        if version.state is VersionState.PUBLISHED
        for reason in reasons_against(header, version.content, version.applies_from)
    ]
    if reasons:
        raise inconsistent(list(dict.fromkeys(reasons)))
    checklist.write(header, Origin.BUREAU)
    checklist.advance()
    await session.flush()
    return checklist


async def write_draft(
    session: AsyncSession, actor: Actor, code: str, number: int, content: Content, expected: int | None
) -> tuple[ChecklistVersion, bool]:
    """Begin the next version under its number, or rewrite the draft; the flag says whether it is new."""
    checklist = await checklist_of(session, code, lock=True)
    await _ensure_may_keep(session, actor, checklist.region_code)
    present = next((version for version in checklist.versions if version.number == number), None)
    if present is None:
        if number != len(checklist.versions) + 1:
            raise VersionStepRefused(f"下一版是第 {len(checklist.versions) + 1} 版，现为第 {number} 版")
        draft = new_draft(checklist, content, Origin.BUREAU, actor.id)
        if draft.number != number:
            raise VersionStepRefused(f"内容与第 {draft.number} 版完全相同，不必另起一版")
        await session.flush()
        return draft, True
    if expected is None:
        raise PreconditionRequired("这一版已经有了；要改写草稿请先读取，把答复中的 ETag 放进 If-Match")
    ensure_version(present, expected)
    present.write(content, actor.id, now())
    present.advance()
    await session.flush()
    return present, False


async def take_items(
    session: AsyncSession, actor: Actor, code: str, number: int, table: Path, expected: int | None
) -> tuple[ChecklistVersion, bool]:
    """Rewrite the items of a draft, or of the next version, from a table; all that judges by them stays.

    Raises `InvalidRequest` with the cell of every fault; nothing is stored then.
    """
    checklist = await checklist_of(session, code)
    known = len(checklist.versions)
    base = _version(checklist, known if number == known + 1 else number).content
    found = await asyncio.to_thread(read_sheet, table, base)
    if found.faults:
        raise InvalidRequest(f"有 {len(found.faults)} 处需要改正", errors=found.faults)
    return await write_draft(
        session, actor, code, number, base.model_copy(update={"sections": found.sections}), expected
    )


async def reasons_of(session: AsyncSession, code: str, number: int) -> list[Reason]:
    """Why a version could not be published as it is."""
    checklist = await checklist_of(session, code)
    return reasons_against(checklist.header, _version(checklist, number).content)


async def publish(
    session: AsyncSession, actor: Actor, code: str, number: int, applies_from: date | None, expected: int
) -> ChecklistVersion:
    """Publish a draft. Raises `ChecklistInconsistent` with every reason at once."""
    checklist = await checklist_of(session, code, lock=True)
    await _ensure_may_keep(session, actor, checklist.region_code)
    version = _version(checklist, number)
    ensure_version(version, expected)
    first = applies_from or default_start(checklist.header, day_of(now()))
    if reasons := reasons_against(checklist.header, version.content, first):
        raise inconsistent(reasons)
    version.publish(first, actor.id, now())
    version.advance()
    await session.flush()
    return version


def default_start(header: Header, today: date) -> date:
    """From when a version applies unless it is said: from today, within the time in which its list is in force."""
    first = header.effective_on or today
    return first if header.superseded_on is not None and today >= header.superseded_on else max(first, today)


async def withdraw(
    session: AsyncSession, actor: Actor, code: str, number: int, reason: str, expected: int
) -> ChecklistVersion:
    """Take a published version out of use."""
    checklist = await checklist_of(session, code, lock=True)
    await _ensure_may_keep(session, actor, checklist.region_code)
    version = _version(checklist, number)
    ensure_version(version, expected)
    version.withdraw(reason, actor.id, now())
    version.advance()
    await session.flush()
    return version


async def compare(session: AsyncSession, code: str, before: int, after: int) -> list[Difference]:
    """What version `after` says otherwise than version `before`."""
    checklist = await checklist_of(session, code)
    return differences(_version(checklist, before).content, _version(checklist, after).content)


async def applicable(
    session: AsyncSession, actor: Actor, business_id: UUID, on: date, scopes: Sequence[str] | None
) -> Applicable:
    """The lists that apply to a business of the actor's regions on a day. `scopes` None: what it does is not known."""
    business = await read_business(session, actor, business_id)
    subject = Subject(kind=business.kind, scopes=None if scopes is None else tuple(scopes))
    lists = await repository.lists_in_force(session, business.kind, business.region_code, on)
    found, without = [], []
    for checklist in lists:
        version = checklist.version_for(on)
        if version is None:
            without.append(checklist.code)
        else:
            found.append(
                ApplicableRead(
                    checklist=checklist.header,
                    version=VersionSummary.model_validate(version),
                    items=applicable_items(version.content, subject),
                    warnings=_warnings(checklist, version),
                )
            )
    return Applicable(business_id=business_id, kind=business.kind, on=on, checklists=found, not_usable=without)


def _warnings(checklist: Checklist, version: ChecklistVersion) -> list[str]:
    warnings = []
    if version.partial:
        warnings.append(f"只收入 {version.items} 项，不是全部；不能据此作出检查结论")
    if not version.verified:
        warnings.append("条文未与正式文本核对（未核实）")
    if not checklist.header.source.verified:
        warnings.append("来源文件与起止日期未与正式文本核对（未核实）")
    return warnings


def _version(checklist: Checklist, number: int) -> ChecklistVersion:
    for version in checklist.versions:
        if version.number == number:
            return version
    raise UnknownChecklist(f"要点表 {checklist.code} 没有第 {number} 版，共 {len(checklist.versions)} 版")


def _different_fields(one: Header, other: Header) -> list[str]:
    return [name for name in Header.model_fields if getattr(one, name) != getattr(other, name)]


async def _ensure_may_keep(session: AsyncSession, actor: Actor, region_code: str | None) -> None:
    """A regional list is kept by who has the region, a national one by an administrator of the whole platform."""
    if region_code is not None:
        await ensure_in_scope(session, actor, region_code)
    elif not (actor.has(Role.ADMINISTRATOR) and actor.keeps_common_rules):
        raise NationalChecklist("请由管辖区域含平台服务区域的系统管理员办理；本地要点表请填写区划 region_code")
