"""Cases open beside each other, one a side, however often and in whatever words the report arrives."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.disposals.models import DisposalCase
from services.sampling.disposals.rules import Party, handling_of, parties_of
from services.sampling.disposals.service import end_cases
from services.sampling.samples.repository import lock_sample
from shared.clocks.service import clocks_of
from shared.contracts.disposals import CaseEnd, Handling, Recipient
from shared.contracts.statutory_sampling import CaseSide, Conclusion, Link, ReportClass
from shared.times import now
from tests.services.sampling.disposals.making import (
    COLONIES,
    DISTANT_USCC,
    HAISHU,
    LEAD,
    LOCAL_USCC,
    concluded_sample,
    finding,
    opened,
    path_of,
    read,
)

SHOP = ("演示超市（虚构）", "91330203MA00000029")
FACTORY = ("演示食品厂（虚构）", LOCAL_USCC)


async def codes_of(session: AsyncSession, case: DisposalCase) -> set[str]:
    clocks = list(await clocks_of(session, "disposal_case", case.id))
    for notice in case.notices:
        clocks += await clocks_of(session, "result_notice", notice.id)
    return {clock.code for clock in clocks if clock.is_open}


async def test_producer_and_seller_have_a_case_each_with_clocks_from_when_the_conclusion_came_in(
    session: AsyncSession,
) -> None:
    found = finding()
    cases = await opened(session, found=found)
    assert cases.keys() == set(CaseSide)
    for case in cases.values():
        assert await codes_of(session, case) == {"disposal_start", "disposal_completion", "result_service"}
        clocks = await clocks_of(session, "disposal_case", case.id)
        assert {clock.triggered_at for clock in clocks} == {found.received_at}
        assert not any(name in clock.title for clock in clocks for name in (SHOP[0], FACTORY[0]))
    assert [notice.recipient for notice in cases[CaseSide.PRODUCER].notices] == [Recipient.PRODUCER]
    assert [notice.recipient for notice in cases[CaseSide.SELLER].notices] == [Recipient.SELLER]


async def test_a_producer_elsewhere_is_a_notice_to_his_bureau_instead(session: AsyncSession) -> None:
    cases = await opened(session, await concluded_sample(session, producer_uscc=DISTANT_USCC))
    assert cases[CaseSide.PRODUCER].handling is Handling.ELSEWHERE
    assert cases[CaseSide.SELLER].handling is Handling.OWN
    assert await codes_of(session, cases[CaseSide.PRODUCER]) == {"disposal_start", "result_service"}


async def test_the_same_report_again_opens_nothing_and_another_is_taken_over_without_moving_a_clock(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    sample = await concluded_sample(session)
    at_issue = finding(now() - timedelta(hours=30), report_class=ReportClass.SERIOUS)
    first = await opened(session, sample, at_issue)
    due = {clock.due_at for clock in await clocks_of(session, "disposal_case", first[CaseSide.SELLER].id)}
    await opened(session, sample, at_issue)
    corrected = finding(report_number="演示检验报告 2 号", unqualified_items=(LEAD, COLONIES))
    cases = await opened(session, sample, corrected)
    assert await session.scalar(select(func.count()).select_from(DisposalCase)) == 2
    assert {clock.due_at for clock in await clocks_of(session, "disposal_case", cases[CaseSide.SELLER].id)} == due
    shown = await read(handler, path_of(cases[CaseSide.SELLER]))
    assert [entry["kind"] for entry in shown["entries"]] == ["opened", "finding_replaced"]
    assert len(shown["unqualified_items"]) == 2
    assert shown["version"] == 2


@pytest.mark.parametrize("conclusion", [Conclusion.QUALIFIED, Conclusion.UNDETERMINED])
async def test_what_is_not_found_unqualified_opens_nothing(session: AsyncSession, conclusion: Conclusion) -> None:
    assert await opened(session, found=finding(conclusion=conclusion)) == {}


@pytest.mark.parametrize(
    ("link", "sampled", "producer", "sides"),
    [
        (Link.CIRCULATION, SHOP, FACTORY, [CaseSide.PRODUCER, CaseSide.SELLER]),
        (Link.CATERING, SHOP, FACTORY, [CaseSide.PRODUCER, CaseSide.SELLER]),
        (Link.PRODUCTION, FACTORY, FACTORY, [CaseSide.PRODUCER]),
        (Link.PRODUCTION, FACTORY, ("另一家（虚构）", None), [CaseSide.PRODUCER]),
        (Link.CIRCULATION, SHOP, (None, None), [CaseSide.SELLER]),
        (Link.CIRCULATION, SHOP, ("", None), [CaseSide.SELLER]),
        (Link.CATERING, SHOP, (SHOP[0], None), [CaseSide.SELLER]),
        (Link.CATERING, SHOP, ("演示超市中央厨房（虚构）", SHOP[1]), [CaseSide.SELLER]),
    ],
)
def test_who_answers_on_which_side(
    link: Link, sampled: tuple[str, str], producer: tuple[str | None, str | None], sides: list[CaseSide]
) -> None:
    assert [party.side for party in parties_of(link, sampled, producer)] == sides


@pytest.mark.parametrize(
    ("uscc", "registered_in", "handling"),
    [
        (LOCAL_USCC, [], Handling.OWN),
        (DISTANT_USCC, [], Handling.ELSEWHERE),
        (DISTANT_USCC, ["330203009000"], Handling.OWN),  # the register knows better than the code
        (LOCAL_USCC, ["330212000000"], Handling.ELSEWHERE),
        (LOCAL_USCC, ["330212000000", "330203001000"], Handling.OWN),  # one of its places of business is here
        ("91330200MA00000010", [], Handling.OWN),  # registered with the city: may well be here
        ("91330000MA00000010", [], Handling.OWN),
        (None, [], Handling.OWN),  # unknown stays with the bureau, which may pass it on
    ],
)
def test_whose_disposal_a_producer_is(uscc: str | None, registered_in: list[str], handling: Handling) -> None:
    party = Party(CaseSide.PRODUCER, "演示食品厂（虚构）", uscc)
    assert handling_of(party, HAISHU, registered_in) is handling
    seller = Party(CaseSide.SELLER, "演示超市（虚构）", uscc)
    assert handling_of(seller, HAISHU, registered_in) is Handling.OWN


async def test_the_platform_of_an_online_purchase_is_to_be_told_as_well(session: AsyncSession) -> None:
    sample = await concluded_sample(session, form={"online": {"platform": "演示网购平台（虚构）"}})
    cases = await opened(session, sample)
    assert [notice.recipient for notice in cases[CaseSide.PRODUCER].notices] == [Recipient.PRODUCER]
    seller = cases[CaseSide.SELLER]
    assert [notice.recipient for notice in seller.notices] == [Recipient.SELLER, Recipient.PLATFORM]


async def test_a_report_corrected_to_a_pass_ends_the_cases_and_one_that_fails_again_counts_from_its_own_receipt(
    session: AsyncSession, handler: httpx.AsyncClient
) -> None:
    sample = await concluded_sample(session)
    first = finding(now() - timedelta(days=20))
    case = (await opened(session, sample, first))[CaseSide.SELLER]
    held = await lock_sample(session, sample.id)
    assert held is not None
    await end_cases(session, held, CaseEnd.REPORT_CORRECTED, Conclusion.QUALIFIED, now(), "演示检验报告 2 号")
    assert (await read(handler, path_of(case)))["ended_because"] == "report_corrected"
    again = finding(now() - timedelta(hours=2), report_number="演示检验报告 3 号")
    await opened(session, sample, again)
    shown = await read(handler, path_of(case))
    assert (shown["state"], shown["ended_because"], shown["report_number"]) == ("open", None, "演示检验报告 3 号")
    running = {clock["code"]: clock["triggered_at"] for clock in shown["clocks"]}
    received = again.received_at.isoformat().replace("+00:00", "Z")
    assert running == {"disposal_start": received, "disposal_completion": received}
    assert [clock["state"] for clock in shown["notices"][0]["clocks"]] == ["running"]
    assert [entry["kind"] for entry in shown["entries"]] == ["opened", "closed", "reopened"]
