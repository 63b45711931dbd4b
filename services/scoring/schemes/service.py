"""Keeping schemes: writing a draft, checking, publishing and withdrawing it, trying it on what is known."""

import asyncio
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.evaluation.results import EvaluationResult
from services.scoring.evaluation.strays import Stray, strays_of
from services.scoring.evaluation.verdicts import evaluate
from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes import repository
from services.scoring.schemes.consistency import Fault, faults_of
from services.scoring.schemes.files import FileError, read_document
from services.scoring.schemes.models import Origin, SchemeState, ScoringScheme
from services.scoring.schemes.own_tests import FailedTest, failed_tests
from services.scoring.schemes.problems import (
    MOST_ERRORS,
    GeneralScheme,
    SchemeStepRefused,
    UnknownScheme,
    UnreadableScheme,
    inconsistent,
)
from shared.contracts.codes import Role
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import FieldError, InvalidRequest, PreconditionRequired, invalid_request
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import now


async def version_of(session: AsyncSession, code: str, number: int, *, lock: bool = False) -> ScoringScheme:
    """One version of a scheme. Raises UnknownScheme."""
    scheme = await repository.get_version(session, code, number, lock=lock)
    if scheme is None:
        raise UnknownScheme(f"没有细则 {code} 的第 {number} 版，请核对代码与版次")
    return scheme


def read_file(content: bytes) -> SchemeContent:
    """The scheme in a YAML file. Raises UnreadableScheme with every place."""
    try:
        document = read_document(content)
    except FileError as error:
        errors = [FieldError(pointer=error.pointer, message=error.message, code="scheme")]
        raise UnreadableScheme("有 1 处需要改正", errors=errors) from None
    try:
        return SchemeContent.model_validate(document)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        refusal = invalid_request(faults, document)
        raise UnreadableScheme(refusal.detail, errors=refusal.errors[:MOST_ERRORS]) from None


async def write_draft(
    session: AsyncSession, actor: Actor, code: str, number: int, content: SchemeContent, expected: int | None
) -> tuple[ScoringScheme, bool]:
    """Begin the next version under its number, or rewrite the draft; the flag says whether it is new.

    Raises SchemeStepRefused for any other number or a published version, PreconditionRequired without a version.
    """
    if content.code != code:
        error = FieldError(pointer="/code", message=f"与地址中的 {code} 不同，请改一致", code="code")
        raise InvalidRequest("有 1 处需要改正", errors=[error])
    await _ensure_may_keep(session, actor, content.region_code)
    versions = await repository.versions_of(session, code)
    present = next((version for version in versions if version.number == number), None)
    for version in versions:
        await _ensure_may_keep(session, actor, version.region_code)
    if present is None:
        if number != len(versions) + 1:
            raise SchemeStepRefused(f"下一版是第 {len(versions) + 1} 版，现为第 {number} 版")
        if any(version.state is SchemeState.DRAFT for version in versions):
            raise SchemeStepRefused(f"第 {len(versions)} 版还是草稿，请先改好发布（PUT 这一版可改写），再起新版")
        draft = new_draft(content, number, Origin.BUREAU, actor.id)
        session.add(draft)
        await session.flush()
        return draft, True
    if expected is None:
        raise PreconditionRequired("这一版已经有了；要改写草稿请先读取，把答复中的 ETag 放进 If-Match")
    ensure_version(present, expected)
    present.write(content, Origin.BUREAU, actor.id, now())
    present.advance()
    await session.flush()
    return present, False


def new_draft(content: SchemeContent, number: int, origin: Origin, by: UUID | None) -> ScoringScheme:
    """A draft that is not yet stored."""
    draft = ScoringScheme(id=uuid7(), code=content.code, number=number, version=1)
    draft.write(content, origin, by, now())
    return draft


async def reasons_of(content: SchemeContent) -> tuple[list[Fault], list[FailedTest]]:
    """Why a scheme could not be published as it is; its own tests are run once it is consistent."""
    return await asyncio.to_thread(_reasons, content)


def _reasons(content: SchemeContent) -> tuple[list[Fault], list[FailedTest]]:
    faults = faults_of(content)
    return faults, [] if faults else failed_tests(content)


async def publish(session: AsyncSession, actor: Actor, code: str, number: int, expected: int) -> ScoringScheme:
    """Publish a draft. Raises SchemeInconsistent with every reason at once."""
    scheme = await version_of(session, code, number, lock=True)
    await _ensure_may_keep(session, actor, scheme.region_code)
    ensure_version(scheme, expected)
    faults, failed = await reasons_of(scheme.content)
    if faults or failed:
        raise inconsistent(faults, failed)
    scheme.publish(actor.id, now())
    scheme.advance()
    await session.flush()
    return scheme


async def withdraw(
    session: AsyncSession, actor: Actor, code: str, number: int, reason: str, expected: int
) -> ScoringScheme:
    """Let no further evaluation use a published version."""
    scheme = await version_of(session, code, number, lock=True)
    await _ensure_may_keep(session, actor, scheme.region_code)
    ensure_version(scheme, expected)
    scheme.withdraw(reason, actor.id, now())
    scheme.advance()
    await session.flush()
    return scheme


async def try_on(
    session: AsyncSession, code: str, number: int, given: EvaluationInput
) -> tuple[EvaluationResult, list[Stray]]:
    """What this version says of what is given, and what of that it has no use for: the input of another year may have
    more. Raises SchemeInconsistent for a draft that could not be published.
    """
    content = (await version_of(session, code, number)).content
    faults, _ = await reasons_of(content)
    if faults:
        raise inconsistent(faults)
    return await asyncio.to_thread(evaluate, content, given), list(strays_of(content, given))


async def _ensure_may_keep(session: AsyncSession, actor: Actor, region_code: str | None) -> None:
    """A regional scheme is kept by who has the region, a general one by an administrator of the whole platform."""
    if region_code is not None:
        await ensure_in_scope(session, actor, region_code)
    elif not (actor.has(Role.ADMINISTRATOR) and actor.keeps_common_rules):
        raise GeneralScheme("请由管辖区域含平台服务区域的系统管理员办理；本地细则请填写区划 region_code")
