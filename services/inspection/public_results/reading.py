"""Published results as everybody reads them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.inspection.businesses.models import Business
from services.inspection.public_results.lives import Inspection
from services.inspection.public_results.repository import Items, Names
from services.inspection.public_results.rules import RESULTS_SHOWN, WITHHELD, tells_place
from services.inspection.public_results.schemas import (
    BusinessWithResults,
    EarlierResult,
    FailedItem,
    OpenResult,
    PublicBusiness,
    PublicResult,
    PublicResultWithHistory,
    WithheldRead,
)
from services.inspection.settings import Settings
from services.inspection.visit_records.kinds import VisitKind
from shared.contracts.inspection import CoordinateSystem
from shared.times import day_of, last_day, now


def envelope(settings: Settings) -> dict[str, Any]:
    """What stands above every answer."""
    return {
        "licence": settings.open_data_licence,
        "publisher": settings.open_data_publisher,
        "as_of": now(),
        "withheld": [WithheldRead(what=one.what, why=one.why) for one in WITHHELD],
    }


def with_results(business: Business, publications: Sequence[Row[Any]], names: Names) -> BusinessWithResults:
    """A business with its last results; of each, what was published before it was corrected."""
    by_record: dict[UUID, list[Row[Any]]] = {}
    for row in publications:
        by_record.setdefault(row.record_id, []).append(row)
    latest = sorted(
        by_record.values(), key=lambda rows: (rows[-1].result["visited_on"], rows[-1].record_id), reverse=True
    )
    return BusinessWithResults(
        **_business(business.id, business).model_dump(),
        results=[_with_history(rows, names) for rows in latest[:RESULTS_SHOWN]],
        older_results=max(0, len(latest) - RESULTS_SHOWN),
    )


def open_result(row: Row[Any], names: Names) -> OpenResult:
    """One publication as a row of open data."""
    business = _business(row.business_id, row)
    return OpenResult(**_result(row, names).model_dump(), id=row.id, current=row.current, business=business)


def _business(business_id: UUID, row: Any) -> PublicBusiness:
    return PublicBusiness(
        id=business_id,
        name=row.name,
        uscc=row.uscc,
        kind=row.kind,
        kind_label=row.kind.label,
        status=row.status,
        status_label=row.status.label,
        region_code=row.region_code,
        address=row.address if tells_place(row.kind) else None,
    )


def _with_history(rows: Sequence[Row[Any]], names: Names) -> PublicResultWithHistory:
    *earlier, standing = rows
    return PublicResultWithHistory(**_result(standing, names).model_dump(), earlier=[_earlier(row) for row in earlier])


def _earlier(row: Row[Any]) -> EarlierResult:
    result = row.result
    return EarlierResult(
        published_on=day_of(row.published_at),
        verdict=result["verdict"],
        handling=result["handling"],
        score=_score(result),
        failed=[failed["number"] for failed in result["failed"]],
        note=row.note,
    )


def _result(row: Row[Any], names: Names) -> PublicResult:
    result, kind = row.result, VisitKind(row.result["kind"])
    pinned = result["checklist"]
    items = names.items.get(UUID(pinned["version_id"]), {}) if pinned else {}
    return PublicResult(
        record_id=row.record_id,
        kind=kind,
        kind_label=kind.label,
        visited_on=result["visited_on"],
        authority_code=result["authority_code"],
        authority_name=names.regions.get(result["authority_code"], ""),
        checklist=f"{pinned['code']} 第 {pinned['number']} 版" if pinned else None,
        verdict=result["verdict"],
        handling=result["handling"],
        score=_score(result),
        band=result["score"]["band"] if result["score"] else None,
        failed=[_failed(row.record_id, failed["number"], items, names) for failed in result["failed"]],
        published_on=day_of(row.published_at),
        due_on=last_day(row.due_at) if row.due_at else None,
        note=row.note,
    )


def _failed(record_id: UUID, number: str, items: dict[str, tuple[str, bool]], names: Names) -> FailedItem:
    text, key = items.get(number, (None, None))
    return FailedItem(number=number, text=text, key=key, corrected_on=names.corrected.get((record_id, number)))


def _score(result: dict[str, Any]) -> Any:
    return result["score"]["normalised"] if result["score"] else None


def as_inspections(rows: Sequence[Row[Any]], items: Mapping[UUID, Items]) -> list[Inspection]:
    """The last results of businesses as a bundle tells them."""
    return [
        Inspection(
            business_id=str(row.id),
            name=row.name,
            address=row.address if tells_place(row.kind) else "",
            position=_position(row),
            visited_on=date.fromisoformat(row.visited_on),
            kind=VisitKind(row.visit_kind),
            verdict=row.verdict,
            handling=row.handling,
            score=row.score,
            failed=[
                (failed["number"], items.get(UUID(row.version_id), {}).get(failed["number"], ("", False))[0])
                for failed in row.failed
            ],
        )
        for row in rows
    ]


def _position(row: Row[Any]) -> tuple[str, str] | None:
    """Longitude and latitude where they were measured in WGS-84 and may be told."""
    if row.coordinate_system is not CoordinateSystem.WGS84 or not tells_place(row.kind):
        return None
    return str(row.longitude), str(row.latitude)
