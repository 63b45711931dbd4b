"""What is contested after it was published: the row is marked, and stands again only once the contest is over."""

from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase
from services.sampling.disposals.repository import cases_of
from services.sampling.samples.models import Sample
from shared.contracts.statutory_sampling import CaseSide
from tests.services.sampling.disposals.making import LEAD, done, path_of, read
from tests.services.sampling.objections.making import applied, filed, laboratory, retest_path
from tests.services.sampling.publications.test_publications import a_failure, corrected, published, rows_of

ON_PAPER = {"at": "2026-07-06T10:00:00+08:00", "evidence": ["收件章 演示-1"]}
"""Filed in time, entered after publication."""

PASSED = {"item": LEAD.item, "result": "0.15", "unit": "mg/kg", "verdict": "qualified", "because": "演示：复检机构判定"}
FAILED = PASSED | {"result": "0.55", "verdict": "unqualified"}


async def case_of(session: AsyncSession, sample: Sample, side: CaseSide) -> DisposalCase:
    return next(case for case in await cases_of(session, sample.id) if case.side is side)


async def retested(session: AsyncSession, handler: httpx.AsyncClient, sample: Sample) -> str:
    """The path of a re-test that the seller had asked for in time and that is now accepted."""
    await laboratory(session)
    path = retest_path((await applied(handler, await case_of(session, sample, CaseSide.SELLER), **ON_PAPER))["id"])
    await done(handler, path, "acceptance", backup_intact=True)
    return path


async def reported(handler: httpx.AsyncClient, path: str, item: dict[str, Any]) -> None:
    """The laboratory drawn has tested the backup sample."""
    await done(handler, path, "laboratory-draws")
    await done(handler, path, "laboratory-reply", undertakes=True)
    await done(handler, path, "backup-transfer", seals_intact=True, evidence=["封条照片 演示-1"])
    await done(handler, path, "result", report_number="演示复检报告 1 号", items=[item])


async def test_an_accepted_retest_marks_the_row_which_stands_again_only_with_its_result(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    found = await published(office, sample)
    path = await retested(session, handler, sample)
    first, mark = await rows_of(anyone, found)
    assert (mark["kind"], mark["cells"], mark["reason"]) == (
        "reexamination",
        first["cells"],
        "复检申请已受理，以复检结论为准",
    )
    waiting = (await read(office, "/v1/publications?under_reexamination=true"))["items"]
    assert [each["id"] for each in waiting] == [found["id"]]
    [duty] = (await read(office, f"/v1/clocks?object_type=publication_row&object_id={mark['id']}"))["items"]
    assert duty["state"] == "running", "counted from when the publisher could know, not from the day on the paper"
    early = await corrected(office, found, mark["id"], upheld=True)
    assert "复检还没有结果" in early.json()["detail"]
    await reported(handler, path, FAILED)
    untold = await corrected(office, found, mark["id"], upheld=True)
    assert "复检还没有结果" in untold.json()["detail"], "final once the applicant was told"
    await done(handler, path, "notice")
    refused = await corrected(office, found, mark["id"], upheld=True)
    assert "0.55 mg/kg" in refused.json()["detail"], "the re-test's result is final, so it is what is published"
    item = {"item": LEAD.item, "result": "0.55 mg/kg", "requirement": LEAD.requirement}
    right = await corrected(office, found, mark["id"], changes={"failed_items": [item]})
    assert right.status_code == 201, right.text


async def test_a_row_that_a_retest_overturned_can_only_be_withdrawn(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    found = await published(office, sample)
    path = await retested(session, handler, sample)
    await reported(handler, path, PASSED)
    _, mark = await rows_of(anyone, found)
    assert "重新核查的结论是“合格”" in (await corrected(office, found, mark["id"], upheld=True)).json()["detail"]
    assert (await corrected(office, found, mark["id"], withdrawn=True)).status_code == 201


async def test_an_application_withdrawn_leaves_the_row_as_it_was(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    found = await published(office, sample)
    path = await retested(session, handler, sample)
    await done(handler, path, "withdrawal")
    _, mark = await rows_of(anyone, found)
    upheld = await corrected(office, found, mark["id"], upheld=True)
    assert upheld.status_code == 201, upheld.text
    assert (await read(office, "/v1/publications?under_reexamination=true"))["items"] == []


async def objected(
    session: AsyncSession, handler: httpx.AsyncClient, sample: Sample, *, upheld: bool, ends: list[str]
) -> None:
    """The producer says that the goods are not his; the bureau decides."""
    case = await case_of(session, sample, CaseSide.PRODUCER)
    answer = await filed(handler, f"{path_of(case)}/objections", kind="authenticity", **ON_PAPER)
    assert answer.status_code == 201, answer.text
    path = f"/v1/objections/{answer.json()['id']}"
    await done(handler, path, "acceptance")
    decision = {"upheld": upheld, "note": "已核查（演示）", "evidence": ["异议处理意见 演示-1"]}
    await done(handler, path, "decision", **decision, ends=ends)


async def test_an_upheld_objection_marks_the_row_which_then_says_so_or_goes(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    found = await published(office, sample)
    await objected(session, handler, sample, upheld=True, ends=["producer"])
    _, mark = await rows_of(anyone, found)
    assert (mark["kind"], mark["reason"]) == ("reexamination", "异议经核查成立，正在重新核查")
    silent = await corrected(office, found, mark["id"], upheld=True)
    assert "生产环节的异议成立，请更正这一行，在备注中写明" in silent.json()["detail"]
    said = await corrected(office, found, mark["id"], changes={"remark": "标称生产者的真实性异议成立（演示）"})
    assert said.status_code == 201, said.text


async def test_a_row_whose_conclusion_holds_against_nobody_can_only_be_withdrawn(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    found = await published(office, sample)
    await objected(session, handler, sample, upheld=True, ends=["producer", "seller"])
    _, mark = await rows_of(anyone, found)
    for what in ({"upheld": True}, {"changes": {"remark": "异议成立（演示）"}}):
        assert "结论已被推翻，请撤回" in (await corrected(office, found, mark["id"], **what)).json()["detail"]
    assert (await corrected(office, found, mark["id"], withdrawn=True)).status_code == 201


async def test_an_objection_that_fails_and_a_retest_before_publication_mark_nothing(
    session: AsyncSession, office: httpx.AsyncClient, handler: httpx.AsyncClient, anyone: httpx.AsyncClient
) -> None:
    sample = await a_failure(session, handler)
    found = await published(office, sample)
    await objected(session, handler, sample, upheld=False, ends=[])
    assert [row["kind"] for row in await rows_of(anyone, found)] == ["first"]
    other = await a_failure(session, handler)
    await done(handler, await retested(session, handler, other), "withdrawal")
    assert [row["kind"] for row in await rows_of(anyone, await published(office, other))] == ["first"]
