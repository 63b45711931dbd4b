"""批次的检测结果 over HTTP: rapid tests and published results of a lot, for whoever has its code in the hand."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import StringConstraints, TypeAdapter

from services.sampling.public_lot_tests import repository
from services.sampling.public_lot_tests.rules import published_verdict, rapid_verdict
from services.sampling.public_lot_tests.schemas import PublicLotTest, TestKind
from shared.contracts.statutory_sampling import UnqualifiedItem
from shared.database import Session
from shared.http.auth import Anyone
from shared.http.routing import Router

router = Router(prefix="/v1/public-lot-tests", tag="公众查询")

Codes = Annotated[
    list[Annotated[str, StringConstraints(min_length=8, max_length=400)]],
    Query(
        min_length=1,
        max_length=20,
        description="码的各种写法，须是别处不会重复的全码；按写了这个码的检测来查",
        examples=[["https://id.gs1.org/01/09520123456788/10/L1"]],
    ),
]
MadeLot = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9A-Z]{18}/[^\x00]{1,100}$",
        description="批号连同生产者，写作“统一社会信用代码/批号”：抽样单、快检上只写了批号的，凭生产者认出是这一批",
        examples=["91330203MA00000010/DEMO-J1"],
    ),
]
_FAILED = TypeAdapter(list[UnqualifiedItem])


@router.get("")
async def list_lot_tests(code: Codes, session: Session, _: Anyone, made: MadeLot = None) -> list[PublicLotTest]:
    """一批货的快检和已公布的抽检结果，近的在前，至多各 20 条。任何人可读；只写了批号、没写生产者的检测查不到。"""
    lot = repository.MakersLot(*made.split("/", 1)) if made else None
    found = [_rapid(row) for row in await repository.rapid_tests(session, code, lot)]
    rows = await repository.published_rows(session, code, lot)
    found += [told for row in rows if (told := _sampled(*row)) is not None]
    return sorted(found, key=lambda one: one.on, reverse=True)


def _rapid(row: Any) -> PublicLotTest:
    passed, verdict = rapid_verdict(row.verdict, row.outcome)
    return PublicLotTest(
        kind=TestKind.RAPID,
        label=TestKind.RAPID.label,
        passed=passed,
        says=f"{row.printed_item}：{verdict}",
        product_name=row.product_name,
        on=row.tested_on,
        by=row.site_name,
        publication_id=None,
    )


def _sampled(row: Any, publication: Any) -> PublicLotTest | None:
    verdict = published_verdict(publication.kind, row.kind, _FAILED.validate_python(row.cells["failed_items"]))
    if verdict is None:
        return None
    return PublicLotTest(
        kind=TestKind.SAMPLED,
        label=TestKind.SAMPLED.label,
        passed=verdict[0],
        says=verdict[1],
        product_name=row.cells["food_name"],
        on=publication.announced_on,
        by=publication.number,
        publication_id=publication.id,
    )
