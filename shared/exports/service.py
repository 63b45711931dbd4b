"""Ordering an export, and handing its file to who ordered it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.codes import Role, Unit
from shared.exports import repository
from shared.exports.definition import Export, description_of
from shared.exports.models import ExportFile
from shared.exports.schemas import ColumnRead, ExportCreate, ExportFormat, ExportRead
from shared.http.auth import Actor, ensure_scope
from shared.http.problems import Conflict, FieldError, Forbidden, InvalidRequest, NotFound, invalid_request
from shared.ids import uuid7
from shared.jobs import service as jobs
from shared.jobs.models import JobState
from shared.regions.repository import those_within
from shared.times import now

JOB = "write_export"
KEPT = timedelta(days=7)
MOST_KEPT = 20


class TooManyExports(Conflict):
    slug, title = "too-many-exports", f"最多同时保存 {MOST_KEPT} 个导出文件"


class ExportNotReady(Conflict):
    slug, title = "export-not-ready", "文件还没有写好"


def path_of(data_dir: Path, unit: Unit, export: ExportFile) -> Path:
    """Where the file of an export lies."""
    return data_dir / unit.value / "exports" / f"{export.id}.{ExportFormat(export.format).suffix}"


def find_kind(exports: Sequence[Export], kind: str) -> Export:
    """Raises `InvalidRequest` for a kind that is not exported."""
    for export in exports:
        if export.kind == kind:
            return export
    known = "、".join(export.kind for export in exports)
    message = f"没有这一种，应为以下之一：{known}"
    raise InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer="/kind", message=message, code="export_kind")])


async def order(
    session: AsyncSession, exports: Sequence[Export], unit: Unit, actor: Actor, wanted: ExportCreate
) -> ExportFile:
    """Have a list written to a file, as the actor may see it. Raises `Forbidden`, `InvalidRequest`,
    `TooManyExports`.
    """
    export = find_kind(exports, wanted.kind)
    _ensure_reads(export, unit, actor)
    try:
        filters = export.filters.model_validate(wanted.filters)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", "filters", *fault["loc"])} for fault in error.errors()]
        raise invalid_request(faults, {"filters": wanted.filters}) from None
    if await repository.count_kept(session, actor.id, now() - KEPT) >= MOST_KEPT:
        raise TooManyExports("请先删除不用的，或等七天后自动删除")
    row = ExportFile(
        id=uuid7(),
        kind=export.kind,
        format=wanted.format.value,
        filters=filters.model_dump(mode="json", exclude_unset=True),
        actor_id=actor.id,
        ordered_as=_as_json(actor),
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    job = await jobs.enqueue(session, JOB, {"export_id": str(row.id)}, actor=actor, title=f"导出{export.name}")
    row.job_id = job.id
    await session.flush()
    return await find(session, actor, row.id)


async def find(session: AsyncSession, actor: Actor, export_id: UUID) -> ExportFile:
    """The actor's own export. Raises `NotFound`."""
    row = await repository.get_own(session, export_id, actor.id)
    if row is None:
        raise NotFound("没有这个导出，或不是您要的")
    return row


async def open_file(
    session: AsyncSession, exports: Sequence[Export], unit: Unit, actor: Actor, export_id: UUID
) -> ExportFile:
    """The export whose file the actor may have now: ordered by him, and still within his rights. Raises `NotFound`,
    `ExportNotReady`, `Forbidden`.
    """
    row = await find(session, actor, export_id)
    if row.deleted_at is not None:
        raise NotFound("文件已过保存期或已删除，请再导出一次")
    if row.sha256 is None:
        raise ExportNotReady(f"请看进度：/v1/jobs/{row.job_id}")
    _ensure_reads(find_kind(exports, row.kind), unit, actor)
    then = revived(row.ordered_as)
    if await those_within(session, then.regions, actor.regions) != set(then.regions) or _house(then) != _house(actor):
        raise Forbidden("您的管辖区域或单位变了，请按现在的权限再导出一次")
    return row


async def remove(session: AsyncSession, actor: Actor, export_id: UUID) -> ExportFile:
    """Give a file up before its time; one that is not written yet is not written."""
    row = await find(session, actor, export_id)
    if row.job is not None and not JobState(row.job.state).is_final:
        await jobs.cancel(session, row.job.id, actor)
    row.deleted_at = row.deleted_at or now()
    await session.flush()
    return row


def shown(exports: Sequence[Export], row: ExportFile) -> ExportRead:
    """The export as its orderer sees it."""
    export = next((export for export in exports if export.kind == row.kind), None)
    job = row.job
    state = JobState(job.state) if job else (JobState.SUCCEEDED if row.sha256 else JobState.FAILED)
    return ExportRead(
        id=row.id,
        kind=row.kind,
        name=export.name if export else row.kind,
        format=ExportFormat(row.format),
        filters=row.filters,
        job_id=row.job_id,
        state=state,
        done=row.rows if row.rows is not None else job.done if job else 0,
        error=job.error if job and state is not JobState.SUCCEEDED else None,
        created_at=row.created_at,
        as_of=row.as_of,
        rows=row.rows,
        bytes=row.bytes,
        sha256=row.sha256,
        expires_at=row.expires_at,
        deleted_at=row.deleted_at,
        columns=columns_of(export) if export else [],
    )


def columns_of(export: Export) -> list[ColumnRead]:
    return [
        ColumnRead(name=name, label=label, description=description_of(export, name))
        for name, label in export.columns.items()
    ]


def _ensure_reads(export: Export, unit: Unit, actor: Actor) -> None:
    if actor.roles.isdisjoint(export.readers):
        wanted = "、".join(role.label for role in Role if role in export.readers)
        raise Forbidden(f"导出{export.name}限：{wanted}")
    ensure_scope(actor, unit, "GET")


def _house(actor: Actor) -> tuple[UUID | None, UUID | None]:
    return actor.organisation_id, actor.business_id


def _as_json(actor: Actor) -> dict[str, Any]:
    return {
        "id": str(actor.id),
        "name": actor.name,
        "kind": actor.kind,
        "roles": sorted(actor.roles),
        "regions": list(actor.regions),
        "organisation_id": str(actor.organisation_id) if actor.organisation_id else None,
        "business_id": str(actor.business_id) if actor.business_id else None,
        "scopes": sorted(actor.scopes),
    }


def revived(kept: dict[str, Any]) -> Actor:
    """The actor who ordered an export, as he was then."""
    return Actor(
        id=UUID(kept["id"]),
        name=kept["name"],
        kind=kept["kind"],
        roles=frozenset(map(Role, kept["roles"])),
        regions=tuple(kept["regions"]),
        organisation_id=UUID(kept["organisation_id"]) if kept["organisation_id"] else None,
        business_id=UUID(kept["business_id"]) if kept["business_id"] else None,
        scopes=frozenset(kept["scopes"]),
    )
