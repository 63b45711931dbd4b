"""Bulk import of businesses: the file is kept, then answered line by line in chunks that are each one transaction."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.business_imports import repository
from services.inspection.business_imports.columns import file_of
from services.inspection.business_imports.models import BusinessImport, BusinessImportRow
from services.inspection.businesses.models import Business
from services.inspection.businesses.repository import known_like, lock_identities
from services.inspection.businesses.rules import judge
from services.inspection.businesses.schemas import BusinessWrite
from services.inspection.businesses.service import enter, identity_of, new_business
from shared.contracts.codes import RowOutcome
from shared.contracts.inspection import ImportState
from shared.http.auth import Actor
from shared.http.problems import Conflict, FieldError, NotFound
from shared.ids import uuid7
from shared.jobs.service import enqueue
from shared.tabular.cells import ParsedChunk
from shared.tabular.limits import TableLimits
from shared.tabular.problems import TableTooLarge
from shared.tabular.tables import Chunk

FOLDER = "business-imports"
JOB = "import_businesses"


class UnknownImport(NotFound):
    """No import of the caller has this id."""

    slug, title = "unknown-business-import", "没有这次导入"


class ImportIdTaken(Conflict):
    """The id belongs to another file."""

    slug, title = "business-import-id-taken", "这个导入编号已用于另一份文件"


def path_of(data_dir: Path, import_id: UUID) -> Path:
    """Return where the file of an import is kept."""
    return data_dir / "inspection" / FOLDER / str(import_id)


async def keep_file(content: AsyncIterator[bytes], path: Path) -> tuple[str, int]:
    """Write an upload to `path` as it comes in and return its SHA-256 and size.

    Raises `TableTooLarge` and then keeps nothing.
    """
    limit, size, digest = TableLimits().max_bytes, 0, hashlib.sha256()
    await anyio.Path(path.parent).mkdir(parents=True, exist_ok=True)
    async with await anyio.open_file(path, "wb") as file:
        async for piece in content:
            size += len(piece)
            if size > limit:
                break
            digest.update(piece)
            await file.write(piece)
    if size > limit:
        await anyio.Path(path).unlink()
        raise TableTooLarge(f"文件超过 {limit // 1024 // 1024} MB，请分成几份再传")
    return digest.hexdigest(), size


async def begin(
    session: AsyncSession, actor: Actor, import_id: UUID, content: AsyncIterator[bytes], name: str, data_dir: Path
) -> BusinessImport:
    """Keep an uploaded file and order its import. The same file sent again under the same id orders nothing."""
    arriving = path_of(data_dir, uuid7())
    sha256, size = await keep_file(content, arriving)
    known = await repository.get_import(session, import_id)
    if known is not None:
        await anyio.Path(arriving).unlink()
        if known.actor_id != actor.id or known.sha256 != sha256:
            raise ImportIdTaken("请为每份文件新编一个 UUID；要查看进度请用 GET")
        return known
    await anyio.Path(arriving).rename(path_of(data_dir, import_id))
    begun = BusinessImport(
        id=import_id,
        file_name=name,
        format=None,
        sha256=sha256,
        size=size,
        state=ImportState.QUEUED,
        header=[],
        actor_id=actor.id,
        regions=list(actor.regions),
        **dict.fromkeys(("rows_done", *(outcome.value for outcome in RowOutcome)), 0),
    )
    session.add(begun)
    payload = {"import_id": str(import_id)}
    begun.job_id = (await enqueue(session, JOB, payload, actor=actor, title=f"导入主体名录：{name}")).id
    await session.flush()
    await session.refresh(begun)
    return begun


async def read_import(session: AsyncSession, actor: Actor, import_id: UUID) -> BusinessImport:
    """Return an import of the caller. Raises `UnknownImport`."""
    found = await repository.get_import(session, import_id)
    if found is None or found.actor_id != actor.id:
        raise UnknownImport("请核对编号；只能查看自己的导入")
    return found


async def answer_chunk(session: AsyncSession, current: BusinessImport, chunk: Chunk, parsed: ParsedChunk) -> None:
    """Answer consecutive lines: enter what is new, write down why the others are not."""
    files: dict[int, BusinessWrite] = {}
    faults: dict[int, list[FieldError]] = {index: list(errors) for index, errors in parsed.errors.items()}
    for index in range(len(parsed)):
        if index not in faults:
            read = file_of({name: values[index] for name, values in parsed.values.items()}, parsed.row_numbers[index])
            if isinstance(read, BusinessWrite):
                files[index] = read
            else:
                faults[index] = read
    await _refuse_places(session, current, parsed.row_numbers, files, faults)
    outcomes = await _enter(session, current, chunk, files)
    for index, errors in faults.items():
        outcomes[index] = RowOutcome.REJECTED
        session.add(_row(current, chunk, index, RowOutcome.REJECTED, None, errors))
    current.add(list(outcomes.values()))
    await session.flush()


async def _refuse_places(
    session: AsyncSession,
    current: BusinessImport,
    row_numbers: Sequence[int],
    files: dict[int, BusinessWrite],
    faults: dict[int, list[FieldError]],
) -> None:
    allowed = await repository.places_for(session, (file.region_code for file in files.values()), current.regions)
    for index, file in list(files.items()):
        if file.region_code not in allowed:
            message = f"区划 {file.region_code} 应为在用的镇街或村（社区），且在您的管辖区域内"
            faults[index] = [
                FieldError(
                    pointer="/region_code",
                    message=message,
                    code="region_code",
                    row=row_numbers[index],
                    column="区划代码",
                )
            ]
            del files[index]


async def _enter(
    session: AsyncSession, current: BusinessImport, chunk: Chunk, files: Mapping[int, BusinessWrite]
) -> dict[int, RowOutcome]:
    identities = [identity_of(file) for file in files.values()]
    await lock_identities(session, identities)
    known = await known_like(session, identities)
    entered: list[Business] = []
    outcomes: dict[int, RowOutcome] = {}
    for index, file in files.items():
        outcome, other = judge(identity_of(file), known, confirmed=file.same_uscc_confirmed)
        outcomes[index] = outcome
        if outcome is RowOutcome.ACCEPTED:
            business = new_business(uuid7(), file)
            entered.append(business)
            known.append((business.id, identity_of(file)))
        else:
            session.add(_row(current, chunk, index, outcome, other, [_repeated(chunk, index, outcome)]))
    await enter(session, entered, current.actor_id)
    return outcomes


def _repeated(chunk: Chunk, index: int, outcome: RowOutcome) -> FieldError:
    message = (
        "这个主体已经建档，未再录入"
        if outcome is RowOutcome.DUPLICATE
        else "统一社会信用代码与在档的另一主体相同而名称不同；确为一照多址请在“一照多址”列填“是”再传"
    )
    return FieldError(pointer="/uscc", message=message, code=outcome.value, row=chunk.row_numbers[index])


def _row(
    current: BusinessImport,
    chunk: Chunk,
    index: int,
    outcome: RowOutcome,
    business_id: UUID | None,
    reasons: Sequence[FieldError],
) -> BusinessImportRow:
    written: list[dict[str, Any]] = [reason.model_dump(exclude_none=True) for reason in reasons]
    return BusinessImportRow(
        import_id=current.id,
        row_number=chunk.row_numbers[index],
        outcome=outcome,
        business_id=business_id,
        cells=list(chunk.rows[index]),
        reasons=written,
    )
