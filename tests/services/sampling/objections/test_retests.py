"""Re-tests: who may ask until when, what must be refused, who tests, what comes out, and what runs on meanwhile."""

import csv
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.assignment_draws.models import AssignmentDraw
from services.sampling.disposals.models import DisposalCase
from services.sampling.laboratories.models import Laboratory
from services.sampling.no_retest_items.rules import is_microbiological
from services.sampling.no_retest_items.seed import SHIPPED
from services.sampling.retests.rules import Facts, binding_grounds, conclusion_of, overturns, payer_of
from services.sampling.samples.models import Sample, SampleEntry
from services.sampling.separation.rules import Part
from services.sampling.separation.service import take_part_as
from shared.clocks.service import clocks_of
from shared.contracts.clocks import Authority
from shared.contracts.codes import Role, Unit
from shared.contracts.disposals import Payer, RetestGround
from shared.contracts.statutory_sampling import (
    CaseSide,
    Conclusion,
    DisposalClosed,
    Duty,
    ItemVerdict,
    SampleConcluded,
    UnqualifiedItem,
)
from shared.times import SHANGHAI, day_of, now
from tests.conftest import ClientOf
from tests.services.sampling.disposals.making import (
    COLONIES,
    HAISHU,
    LEAD,
    act,
    concluded_sample,
    done,
    finding,
    opened,
    path_of,
    read,
    told,
)
from tests.services.sampling.objections.making import applied, filed, laboratory, retest_path, served

BACKUP = {"backup_intact": True}
SHIPPED_NAMES = [row["name"] for row in csv.DictReader(SHIPPED.read_text("utf-8").splitlines())]
TRANSFER = {"seals_intact": True, "evidence": ["封条照片 演示-1"]}
PASSED = {"item": LEAD.item, "result": "0.15", "unit": "mg/kg", "verdict": "qualified", "because": "演示：复检机构判定"}
FAILED = PASSED | {"result": "0.55", "verdict": "unqualified"}


async def seller_case(session: AsyncSession, **change: Any) -> DisposalCase:
    """A seller's case whose conclusion came in some weeks ago."""
    sample = await concluded_sample(session, **change)
    return (await opened(session, sample, finding(now() - timedelta(days=30))))[CaseSide.SELLER]


async def accepted(session: AsyncSession, handler: httpx.AsyncClient, case: DisposalCase) -> str:
    """The path of a re-test that was asked for in time and accepted."""
    await served(handler, case)
    path = retest_path((await applied(handler, case))["id"])
    await done(handler, path, "acceptance", **BACKUP)
    return path


async def at_the_laboratory(session: AsyncSession, handler: httpx.AsyncClient, case: DisposalCase) -> str:
    """The path of a re-test whose backup sample is with the laboratory."""
    await laboratory(session)
    path = await accepted(session, handler, case)
    await done(handler, path, "laboratory-draws")
    await done(handler, path, "laboratory-reply", undertakes=True)
    await done(handler, path, "backup-transfer", **TRANSFER)
    return path


def clock_states(shown: dict[str, Any]) -> dict[str, str]:
    return {clock["code"]: clock["state"] for clock in shown["clocks"]}


async def test_a_party_applies_in_time_and_every_step_has_its_clock(
    session: AsyncSession, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = uuid4()
    case = await seller_case(session, business_id=shop)
    party = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=shop)
    assert (await filed(party, f"{path_of(case)}/retests")).status_code == 404, "not served yet"
    await served(handler, case)
    retest = await applied(party, case)
    path = retest_path(retest["id"])
    assert (retest["state"], retest["items"], retest["is_late"]) == ("received", [LEAD.item], False)
    assert clock_states(retest) == {"retest_acceptance": "running"}
    [notice] = (await read(party, path_of(case)))["notices"]
    assert clock_states(notice)["retest_application"] == "met"
    await laboratory(session)
    assert set(clock_states(await done(handler, path, "acceptance", **BACKUP))) == {
        "retest_acceptance",
        "retest_lab_selection",
    }
    drawn = await done(handler, path, "laboratory-draws")
    assert clock_states(drawn) | {"retest_lab_selection": "met"} == clock_states(drawn)
    assert {"retest_lab_refusal", "backup_sample_transfer"} <= clock_states(drawn).keys()
    await done(handler, path, "laboratory-reply", undertakes=True)
    moved = await done(handler, path, "backup-transfer", **TRANSFER)
    assert clock_states(moved)["retest_report"] == "running"
    reported = await done(handler, path, "result", report_number="演示复检报告 1 号", items=[FAILED])
    assert (reported["conclusion"], reported["overturned"], reported["payer"]) == ("unqualified", False, "applicant")
    ended = await done(handler, path, "notice", note="电话并书面告知（演示）")
    assert set(clock_states(ended).values()) == {"met"}
    assert ended["state"] == "told"
    for step in ("acceptance", "laboratory-draws", "result"):
        assert (await act(party, path, step)).status_code == 403
    shown = await read(party, path)
    assert "seed" not in next(entry for entry in shown["entries"] if entry["kind"] == "laboratory_drawn")["details"]


@pytest.mark.parametrize(
    ("authority", "last_day"),
    [
        (Authority.MARKET, datetime(2026, 3, 2, 23, 59, tzinfo=SHANGHAI)),
        (Authority.AGRICULTURE, datetime(2026, 2, 27, 23, 59, tzinfo=SHANGHAI)),
    ],
)
async def test_the_window_depends_on_whose_procedure_it_is(
    session: AsyncSession, handler: httpx.AsyncClient, authority: Authority, last_day: datetime
) -> None:
    """Served on Friday 13 February 2026: 7 working days with the market authority, 5 on the agriculture line."""
    received = datetime(2026, 2, 12, 9, tzinfo=SHANGHAI)
    for at, state in ((last_day, "received"), (last_day + timedelta(minutes=2), "refused")):
        sample = await concluded_sample(session, concluded_at=received)
        case = (await opened(session, sample, finding(received, authority=authority)))[CaseSide.SELLER]
        await served(handler, case, datetime(2026, 2, 13, 16, tzinfo=SHANGHAI))
        retest = await applied(handler, case, at=at.isoformat(), evidence=["收件章 演示-1"])
        assert retest["state"] == state, retest
        if state == "refused":
            assert (retest["ground"], retest["is_late"]) == ("late", True)
            assert [entry["kind"] for entry in retest["entries"]] == ["received", "refused"]
            assert retest["clocks"] == []


async def test_nothing_is_contested_before_the_day_of_receipt_is_written_down(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    """The windows run from receipt: who holds the result already is served as of that day first, then applies."""
    case = await seller_case(session)
    for path, body in ((f"{path_of(case)}/retests", {}), (f"{path_of(case)}/objections", {"kind": "result"})):
        refused = await filed(handler, path, **body)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/result-not-served"), refused.text
        assert "先凭证据登记送达" in refused.json()["detail"]
    received = now() - timedelta(days=2)
    await served(handler, case, received)
    assert (await applied(handler, case))["state"] == "received"
    [notice] = [each for each in (await read(handler, path_of(case)))["notices"] if each["name"] == case.party_name]
    assert notice["served_at"][:10] == received.isoformat()[:10] and notice["is_late_record"]
    assert clock_states(notice)["retest_application"] == "met"


async def test_the_windows_of_who_held_the_result_for_long_are_over_although_it_is_recorded_today(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = await seller_case(session)
    await served(handler, case, now() - timedelta(days=25))
    assert (await applied(handler, case))["ground"] == "late"


async def test_what_reached_the_platform_has_not_reached_the_party(
    session: AsyncSession, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = uuid4()
    case = await seller_case(session, business_id=shop)
    party = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=shop)
    await done(handler, path_of(case), "result-notices", recipient="platform", name="演示平台（虚构）")
    [platform] = [each for each in (await read(handler, path_of(case)))["notices"] if each["recipient"] == "platform"]
    told_platform = {"method": "electronic", "evidence": ["演示平台回执"]}
    await done(handler, path_of(case), f"result-notices/{platform['id']}/service", **told_platform)
    assert (await party.get(path_of(case))).status_code == 404, "his stop of sale is still under way"
    assert (await filed(handler, f"{path_of(case)}/retests")).status_code == 409
    await served(handler, case)
    assert (await party.get(path_of(case))).status_code == 200
    of_notice = await read(handler, f"/v1/disposal-cases?notice_id={platform['id']}")
    assert [each["id"] for each in of_notice["items"]] == [str(case.id)]


async def test_a_party_does_not_date_its_own_application_and_an_officer_shows_the_paper(
    session: AsyncSession, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    shop = uuid4()
    case = await seller_case(session, business_id=shop)
    await served(handler, case, now() - timedelta(days=20))
    party = await client_of(Unit.SAMPLING, Role.BUSINESS, regions=[HAISHU], business_id=shop)
    earlier = (now() - timedelta(days=19)).isoformat()
    for client, body, pointer in (
        (party, {"at": earlier, "evidence": ["演示"]}, "/at"),
        (handler, {"at": earlier}, "/evidence"),
        (handler, {"at": (now() - timedelta(days=21)).isoformat(), "evidence": ["演示"]}, "/at"),
    ):
        answer = await filed(client, f"{path_of(case)}/retests", **body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await applied(party, case))["ground"] == "late"
    assert (await applied(handler, case, at=earlier, evidence=["收件章 演示-1"]))["state"] == "received"


async def test_germs_alone_are_refused_at_once_and_with_them_only_the_rest_is_tested_again(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    sample = await concluded_sample(session)
    germs = finding(unqualified_items=(COLONIES,))
    case = (await opened(session, sample, germs))[CaseSide.SELLER]
    await served(handler, case)
    retest = await applied(handler, case)
    assert (retest["state"], retest["ground"]) == ("refused", "microbiology")
    both = (await opened(session, await concluded_sample(session), finding(unqualified_items=(COLONIES, LEAD))))[
        CaseSide.SELLER
    ]
    await served(handler, both)
    assert (await applied(handler, both))["items"] == [LEAD.item]
    unknown = await filed(handler, f"{path_of(both)}/retests", items=["不存在的项目"])
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/items")


@pytest.mark.parametrize(
    ("form", "body", "ground"),
    [
        ({}, {"backup_intact": False}, "backup_unusable"),
        ({}, BACKUP | {"backup_expires_on": "2020-01-01"}, "backup_expired"),
    ],
)
async def test_what_the_look_at_the_backup_shows_must_be_refused(
    session: AsyncSession, handler: httpx.AsyncClient, form: dict[str, Any], body: dict[str, Any], ground: str
) -> None:
    case = await seller_case(session, form=form)
    await served(handler, case)
    path = retest_path((await applied(handler, case))["id"])
    answer = await act(handler, path, "acceptance", **body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/retest-must-be-refused")
    assert answer.json()["grounds"] == [ground]
    refusal = {"ground": ground, "note": "演示：备样不能用", "evidence": ["照片 演示-1"]}
    refusal |= {"backup_expires_on": body["backup_expires_on"]} if "backup_expires_on" in body else {}
    assert (await done(handler, path, "refusal", **refusal))["ground"] == ground


async def test_a_sample_without_a_backup_is_not_tested_again(session: AsyncSession, handler: httpx.AsyncClient) -> None:
    case = await seller_case(session, form={"sealing": {"no_backup_because": "仅检微生物（演示）"}})
    await served(handler, case)
    assert (await applied(handler, case))["ground"] == "backup_unusable"


@pytest.mark.parametrize("ground", ["late", "microbiology", "backup_expired", "already_applied"])
async def test_a_ground_that_does_not_hold_cannot_be_claimed(
    session: AsyncSession, handler: httpx.AsyncClient, ground: str
) -> None:
    case = await seller_case(session)
    await served(handler, case)
    path = retest_path((await applied(handler, case))["id"])
    answer = await act(handler, path, "refusal", ground=ground, note="演示", evidence=["演示"])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/ground")
    bare = await act(handler, path, "refusal", ground="other_by_law", note="演示")
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (422, "/evidence")


async def test_one_result_is_tested_again_once(session: AsyncSession, handler: httpx.AsyncClient) -> None:
    sample = await concluded_sample(session)
    cases = await opened(session, sample)
    for case in cases.values():
        await served(handler, case)
    producer = retest_path((await applied(handler, cases[CaseSide.PRODUCER]))["id"])
    seller = retest_path((await applied(handler, cases[CaseSide.SELLER]))["id"])
    await done(handler, producer, "acceptance", **BACKUP)
    refused = await act(handler, seller, "acceptance", **BACKUP)
    assert (refused.status_code, refused.json()["grounds"]) == (409, ["already_applied"])
    await done(handler, producer, "withdrawal", note="演示：不再申请")
    assert (await done(handler, seller, "acceptance", **BACKUP))["state"] == "accepted"


async def test_the_laboratory_is_drawn_and_never_the_first_nor_a_house_with_another_duty(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    first, sampling_house, outside = (
        await laboratory(session),
        await laboratory(session),
        await laboratory(session, on_retest_roster=False),
    )
    sample = await concluded_sample(session, laboratory_id=first.id)
    await take_part_as(session, sample.id, Part(Duty.SAMPLER, uuid4(), sampling_house.id), "演示抽样员（虚构）")
    case = (await opened(session, sample))[CaseSide.SELLER]
    path = await accepted(session, handler, case)
    impossible = await act(handler, path, "laboratory-draws")
    assert impossible.status_code == 409, impossible.text
    assert "初检机构" in impossible.json()["detail"]
    fit = await laboratory(session)
    shown = await done(handler, path, "laboratory-draws")
    assert shown["laboratory_id"] == str(fit.id) not in (str(first.id), str(outside.id))
    draw = await session.get(AssignmentDraw, UUID(shown["entries"][-1]["details"]["draw_id"]))
    assert draw is not None
    assert draw.seed == shown["entries"][-1]["details"]["seed"]


async def test_a_laboratory_may_refuse_in_time_with_a_reason_and_another_is_drawn(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = await seller_case(session)
    houses = {str((await laboratory(session)).id) for _ in range(2)}
    path = await accepted(session, handler, case)
    first = (await done(handler, path, "laboratory-draws"))["laboratory_id"]
    wordless = await act(handler, path, "laboratory-reply", undertakes=False)
    assert (wordless.status_code, wordless.json()["errors"][0]["pointer"]) == (422, "/note")
    shown = await done(handler, path, "laboratory-reply", undertakes=False, note="设备检修（演示）")
    assert (shown["state"], shown["laboratory_id"]) == ("accepted", None)
    open_clocks = [clock["code"] for clock in shown["clocks"] if clock["state"] == "running"]
    assert open_clocks == ["retest_lab_selection"]
    unexplained = await act(handler, path, "laboratory-draws")
    assert unexplained.status_code in (409, 422), "a second draw is explained"
    second = (await done(handler, path, "laboratory-draws", note="上次抽中的机构书面拒绝"))["laboratory_id"]
    assert {first, second} == houses
    await done(handler, path, "laboratory-reply", undertakes=False, note="方法不具备（演示）")
    nobody = await act(handler, path, "laboratory-draws", note="再次抽取")
    assert "已书面拒绝" in nobody.json()["detail"]


async def test_a_late_refusal_by_the_laboratory_needs_the_bureaus_written_decision(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    await laboratory(session)
    case = await seller_case(session)
    await served(handler, case, now() - timedelta(days=29))
    at = (now() - timedelta(days=28)).isoformat()
    path = retest_path((await applied(handler, case, at=at, evidence=["收件章 演示-1"]))["id"])
    await done(handler, path, "acceptance", at=at, **BACKUP)
    await done(handler, path, "laboratory-draws", at=at)
    refusal = {"undertakes": False, "note": "设备检修（演示）"}
    assert (await act(handler, path, "laboratory-reply", **refusal)).status_code == 422
    shown = await done(handler, path, "laboratory-reply", **refusal, evidence=["更换复检机构决定 演示-1"])
    assert next(clock for clock in shown["clocks"] if clock["code"] == "retest_lab_refusal")["late"] is True


async def test_a_broken_seal_ends_the_re_test_and_a_better_backup_is_not_invented(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    await laboratory(session)
    path = await accepted(session, handler, await seller_case(session))
    await done(handler, path, "laboratory-draws")
    assert (await act(handler, path, "backup-transfer", **TRANSFER)).status_code == 409, "it has not answered yet"
    await done(handler, path, "laboratory-reply", undertakes=True)
    shown = await done(handler, path, "backup-transfer", **TRANSFER | {"seals_intact": False})
    assert (shown["state"], shown["ground"]) == ("refused", "backup_unusable")
    assert "running" not in clock_states(shown).values()


async def test_an_extension_belongs_to_what_is_being_waited_for(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    path = await accepted(session, handler, await seller_case(session))
    body = {"note": "名录轮换（演示）", "evidence": ["批件 演示-1"]}
    assert (await act(handler, path, "extension", length=6, **body)).status_code == 409
    shown = await done(handler, path, "extension", length=5, **body)
    assert shown["entries"][-1]["details"] == {"code": "retest_lab_selection", "length": 5}
    assert (await act(handler, path, "extension", length=1, **body)).status_code == 409


async def test_the_disposal_runs_on_while_the_re_test_is_under_way(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = await seller_case(session)
    await done(handler, path_of(case), "start")
    await done(handler, path_of(case), "stop-sales", quantity="120", unit="kg")
    before = {clock["code"]: clock["due_at"] for clock in (await read(handler, path_of(case)))["clocks"]}
    await at_the_laboratory(session, handler, case)
    shown = await read(handler, path_of(case))
    assert {clock["code"]: clock["due_at"] for clock in shown["clocks"]} == before
    assert clock_states(shown)["disposal_completion"] == "running"
    assert shown["stop_sale"] == "in_force"
    assert (await done(handler, path_of(case), "recall", note="先行召回（演示）"))["recall_requested_at"] is not None
    assert (await done(handler, path_of(case), "causes", note="正在排查（演示）"))["state"] == "started"


async def test_a_passed_re_test_replaces_the_conclusion_beside_the_old_one_and_ends_every_case(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    sample = await concluded_sample(session)
    cases = await opened(session, sample)
    case = cases[CaseSide.SELLER]
    await done(handler, path_of(case), "start")
    await done(handler, path_of(case), "stop-sales", quantity="120", unit="kg")
    version = sample.version
    path = await at_the_laboratory(session, handler, case)
    shown = await done(handler, path, "result", report_number="演示复检报告 1 号", items=[PASSED])
    assert (shown["conclusion"], shown["overturned"], shown["payer"]) == ("qualified", True, "bureau")
    await session.refresh(sample)
    assert (sample.conclusion, sample.state.value) == (Conclusion.QUALIFIED, "concluded")
    entry = await session.scalar(
        select(SampleEntry).where(SampleEntry.sample_id == sample.id, SampleEntry.kind == "retested")
    )
    assert entry is not None
    assert entry.details["before"] == {"conclusion": "unqualified", "report_number": "演示检验报告 1 号"}
    [event] = await told(session, SampleConcluded.type, sample.id)
    concluded = SampleConcluded.model_validate(event.data)
    assert concluded.conclusion is Conclusion.QUALIFIED
    assert concluded.version == sample.version > version
    for each in cases.values():
        ended = await read(handler, path_of(each))
        assert (ended["state"], ended["ended_because"]) == ("closed", "retest_qualified")
        assert "running" not in clock_states(ended).values()
        [closed] = await told(session, DisposalClosed.type, each.id)
        assert DisposalClosed.model_validate(closed.data).conclusion is Conclusion.QUALIFIED
    assert (await read(handler, path_of(case)))["stop_sale"] == "lifted"
    assert (await filed(handler, f"{path_of(cases[CaseSide.PRODUCER])}/retests")).status_code == 409


async def test_a_case_closed_before_the_re_test_came_out_falls_away_as_well(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = await seller_case(session)
    path = await at_the_laboratory(session, handler, case)
    for step, body in (
        ("start", {}),
        ("stop-sales", {"quantity": "1", "unit": "kg"}),
        ("causes", {"note": "演示"}),
        ("rectifications", {"note": "演示"}),
        ("filing", {"note": "演示：不予立案"}),
        ("closure", {"evidence": ["报告 演示-1"]}),
    ):
        await done(handler, path_of(case), step, **body)
    closed_at = (await read(handler, path_of(case)))["closed_at"]
    await done(handler, path, "result", report_number="演示复检报告 1 号", items=[PASSED])
    shown = await read(handler, path_of(case))
    assert (shown["ended_because"], shown["closed_at"], shown["stop_sale"]) == ("retest_qualified", closed_at, "lifted")


async def test_a_pass_of_one_item_does_not_clear_a_sample_that_also_failed_by_germs(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    sample = await concluded_sample(session)
    case = (await opened(session, sample, finding(unqualified_items=(COLONIES, LEAD))))[CaseSide.SELLER]
    path = await at_the_laboratory(session, handler, case)
    shown = await done(handler, path, "result", report_number="演示复检报告 1 号", items=[PASSED])
    assert (shown["conclusion"], shown["overturned"], shown["payer"]) == ("qualified", False, "bureau")
    await session.refresh(sample)
    assert sample.conclusion is Conclusion.UNQUALIFIED
    assert (await read(handler, path_of(case)))["state"] == "open"


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([], "/items"),
        ([PASSED, PASSED], "/items"),
        ([PASSED | {"item": "镉"}], "/items"),
        ([PASSED | {"result": "符合", "unit": "", "because": ""}], "/items/0/because"),
        ([PASSED | {"result": "0.4", "requirement": "≤0.5", "requirement_unit": "mg/kg"}], "/items/0/requirement"),
        ([PASSED | {"result": "0.4", "because": ""}], "/items/0/verdict"),
        ([PASSED | {"result": "0.55", "requirement": "≤0.2", "requirement_unit": "mg/kg"}], "/items/0/verdict"),
    ],
)
async def test_a_result_that_does_not_answer_what_was_asked_is_refused_with_its_place(
    session: AsyncSession, handler: httpx.AsyncClient, items: list[dict[str, str]], pointer: str
) -> None:
    path = await at_the_laboratory(session, handler, await seller_case(session))
    answer = await act(handler, path, "result", report_number="演示复检报告 1 号", items=items)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await read(handler, path))["state"] == "testing"


async def test_the_numbers_decide_where_a_limit_is_printed(session: AsyncSession, handler: httpx.AsyncClient) -> None:
    path = await at_the_laboratory(session, handler, await seller_case(session))
    item = PASSED | {"requirement": "≤0.2", "requirement_unit": "mg/kg", "because": ""}
    shown = await done(handler, path, "result", report_number="演示复检报告 1 号", items=[item])
    [result] = shown["results"]
    assert (result["judged"], bool(result["steps"]), shown["conclusion"]) == (True, True, "qualified")


async def test_no_laboratory_sees_a_re_test_here(
    session: AsyncSession, handler: httpx.AsyncClient, client_of: ClientOf
) -> None:
    path = await at_the_laboratory(session, handler, await seller_case(session))
    for roles, status in (([Role.LABORATORY], 403), ([Role.LABORATORY, Role.INSPECTOR], 404)):
        client = await client_of(Unit.SAMPLING, *roles, regions=[HAISHU])
        assert (await client.get(path)).status_code == status
    names = await session.execute(select(Sample.sampled_party_name, Sample.producer_name))
    secrets = [name for row in names for name in row if name]
    for clock in await clocks_of(session, "retest", UUID(path.rsplit("/", 1)[1])):
        assert not any(secret in clock.title for secret in secrets)


async def test_a_stale_version_and_a_step_out_of_turn_are_refused(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    case = await seller_case(session)
    await served(handler, case)
    path = retest_path((await applied(handler, case))["id"])
    for step, body in (
        ("laboratory-draws", {}),
        ("laboratory-reply", {"undertakes": True}),
        ("backup-transfer", TRANSFER),
        ("result", {"report_number": "演示", "items": [PASSED]}),
        ("notice", {}),
    ):
        answer = await act(handler, path, step, **body)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/retest-step-refused"), step
    stale = await handler.post(f"{path}/acceptance", json=BACKUP, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert await session.scalar(select(func.count()).select_from(Laboratory)) == 0


DAY = day_of(now())


@pytest.mark.parametrize(
    ("facts", "grounds"),
    [
        (Facts(False, False, False, False, None, DAY), []),
        (Facts(False, False, False, False, DAY, DAY), []),  # good until the end of its last day
        (Facts(False, False, False, False, DAY - timedelta(days=1), DAY), [RetestGround.BACKUP_EXPIRED]),
        (Facts(True, True, False, False, None, DAY), [RetestGround.LATE, RetestGround.MICROBIOLOGY]),
        (Facts(False, False, True, True, None, DAY), [RetestGround.BACKUP_UNUSABLE, RetestGround.ALREADY_APPLIED]),
    ],
)
def test_the_grounds_that_bind(facts: Facts, grounds: list[RetestGround]) -> None:
    assert binding_grounds(facts) == grounds


@pytest.mark.parametrize(
    ("verdicts", "conclusion", "payer"),
    [
        ([ItemVerdict.QUALIFIED, ItemVerdict.QUALIFIED], Conclusion.QUALIFIED, Payer.BUREAU),
        ([ItemVerdict.QUALIFIED, ItemVerdict.UNQUALIFIED], Conclusion.UNQUALIFIED, Payer.APPLICANT),
        ([ItemVerdict.QUALIFIED, ItemVerdict.PROBLEM], Conclusion.PROBLEM, Payer.APPLICANT),
        ([ItemVerdict.QUALIFIED, ItemVerdict.UNDETERMINED], Conclusion.UNDETERMINED, Payer.UNDECIDED),
        ([ItemVerdict.QUALIFIED, ItemVerdict.NOT_TESTED], Conclusion.UNDETERMINED, Payer.UNDECIDED),
        ([], Conclusion.UNDETERMINED, Payer.UNDECIDED),
    ],
)
def test_only_a_full_pass_is_a_pass_and_says_who_pays(
    verdicts: list[ItemVerdict], conclusion: Conclusion, payer: Payer
) -> None:
    assert conclusion_of(verdicts) is conclusion
    assert payer_of(conclusion) is payer


def test_an_overturning_takes_a_pass_of_all_that_had_failed() -> None:
    assert overturns(Conclusion.QUALIFIED, ["铅"], ["铅"])
    assert not overturns(Conclusion.QUALIFIED, ["铅", "菌落总数"], ["铅"])
    assert not overturns(Conclusion.UNDETERMINED, ["铅"], ["铅"])


@pytest.mark.parametrize(
    ("name", "result", "requirement", "germs"),
    [
        ("菌落总数", "36000", "n=5", True),
        ("金黄色葡萄球菌（定量）", "检出", "不得检出", True),
        ("某种细菌", "120 CFU/g", "≤100 CFU/g", True),
        ("某种细菌", "检出/25g", "不得检出", True),
        ("铅（以 Pb 计）", "0.52 mg/kg", "≤0.2 mg/kg", False),
        ("霉变粒", "检出", "≤2%", False),
    ],
)
def test_which_items_count_germs(name: str, result: str, requirement: str, germs: bool) -> None:
    item = UnqualifiedItem(item=name, result=result, requirement=requirement)
    assert is_microbiological(item, SHIPPED_NAMES) is germs


LAXER = {"result": "0.4", "requirement": "≤0.5", "requirement_unit": "mg/kg"}


@pytest.mark.parametrize(
    "item",
    [
        PASSED | LAXER | {"requirement_because": "标准已修订（演示）", "standard_change": "演示标准第 1 号修改单"},
        PASSED | {"result": "0.4", "unit": ""},
    ],
)
async def test_no_word_of_the_re_test_passes_what_the_first_limit_does_not(
    session: AsyncSession, handler: httpx.AsyncClient, item: dict[str, str]
) -> None:
    """Another limit, even with reason and the standard's change, or a number without its unit: an officer decides."""
    sample = await concluded_sample(session)
    case = (await opened(session, sample))[CaseSide.SELLER]
    path = await at_the_laboratory(session, handler, case)
    shown = await done(handler, path, "result", report_number="演示复检报告 1 号", items=[item])
    assert (shown["conclusion"], shown["overturned"], shown["payer"]) == ("undetermined", False, "undecided")
    assert shown["results"][0]["stated_verdict"] == "qualified"
    await session.refresh(sample)
    assert sample.conclusion is Conclusion.UNQUALIFIED


async def test_the_same_limit_in_another_unit_is_the_same_limit(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    path = await at_the_laboratory(session, handler, await seller_case(session))
    item = PASSED | {"requirement": "≤200", "requirement_unit": "μg/kg"}
    shown = await done(handler, path, "result", report_number="演示复检报告 1 号", items=[item])
    assert (shown["conclusion"], shown["overturned"]) == ("qualified", True)
    assert shown["results"][0]["judged"] is True
