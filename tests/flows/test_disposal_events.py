"""What a disposal asks of other services arrives there once: the lot on hold, the suspicion before the officers.

The case handler works through the gateway; the sample and its report are there already. All of it is invented.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest_asyncio

from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import CaseSide
from tests.flows.figures import assert_figures_equal_their_rows
from tests.flows.ledger import changed
from tests.flows.market import register_business
from tests.flows.people import TOWN, Person
from tests.flows.stage import Stage
from tests.services.sampling.disposals.making import concluded_sample, opened
from tests.waiting import eventually

SELLER = UUID("0199f3a0-c1d2-7c5e-8a7b-00000000d001")
LOT, NUMBER = "DEMO-LOT-1", "甬海市监立〔2026〕演示1号"


@dataclass(frozen=True, slots=True)
class Disposal:
    """The seller's case of a failed sample, started, with the recall and the investigation asked for."""

    stage: Stage
    sample_number: str
    case: dict[str, Any]

    @property
    def handler(self) -> Person:
        return self.stage.people[Role.CASE_HANDLER]

    async def recall_request(self) -> Any:
        return await self.handler.one("/api/traceability/v1/recall-requests", sample_id=self.case["sample_id"])

    async def case_request(self) -> Any:
        return await self.handler.one("/api/inspection/v1/case-requests", business=str(SELLER))

    async def tell_again(self) -> dict[str, int]:
        """Every event of every service once more; returns what there is more of afterwards."""
        before = await self.stage.ledger.counts()
        await self.stage.ledger.tell_everything_again()
        await eventually(self.stage.ledger.all_delivered)
        return changed(before, await self.stage.ledger.counts())


@pytest_asyncio.fixture
async def disposal(stage: Stage) -> Disposal:
    handler = stage.people[Role.CASE_HANDLER]
    await register_business(stage.people[Role.FOOD_SAFETY_OFFICE], SELLER, "演示超市（虚构）", "sales", TOWN)
    async with stage.session(Unit.SAMPLING) as session:
        sample = await concluded_sample(session, business_id=SELLER, region_code=TOWN, lot_code=LOT)
        case_id = (await opened(session, sample))[CaseSide.SELLER].id
        number = str(sample.number)
    path = f"/api/sampling/v1/disposal-cases/{case_id}"
    steps: dict[str, dict[str, Any]] = {
        "start": {},
        "recall": {"note": "该批次全部召回（演示）"},
        "case-request": {"note": "销售铅超标的食品（演示）"},
    }
    for step, body in steps.items():
        await handler.step(f"{path}/{step}", (await handler.get(path))["version"], **body)
    await eventually(stage.ledger.all_delivered)
    return Disposal(stage, number, await handler.get(path))


async def test_the_lot_is_held_and_the_suspicion_lies_before_the_officers(disposal: Disposal) -> None:
    recall = await disposal.recall_request()
    assert (recall["state"], recall["case_id"]) == ("pending", disposal.case["id"])
    assert (recall["sample_number"], recall["lot_code"]) == (disposal.sample_number, LOT)
    lot = await disposal.handler.get(f"/api/traceability/v1/lots/{recall['hold']['lot_id']}")
    assert (lot["code"], lot["holder_business_id"], lot["may_be_sold"]) == (LOT, str(SELLER), False)

    case = await disposal.case_request()
    assert (case["state"], case["side"], case["case_id"]) == ("pending", "seller", disposal.case["id"])
    assert [item["item"] for item in case["unqualified_items"]] == ["铅（以 Pb 计）"]
    clock = await disposal.handler.get(f"/api/inspection/v1/clocks/{case['clock_id']}")
    assert (clock["code"], clock["state"]) == ("clue_verification", "running")
    timeline = await disposal.handler.all(f"/api/inspection/v1/businesses/{SELLER}/timeline")
    assert "case_requested" in {entry["kind"] for entry in timeline}


async def test_telling_everything_again_changes_nothing_before_or_after_the_decisions(disposal: Disposal) -> None:
    handler = disposal.handler
    recall, case = await disposal.recall_request(), await disposal.case_request()
    assert await disposal.tell_again() == {}
    assert (await disposal.recall_request(), await disposal.case_request()) == (recall, case)

    recalls, cases = "/api/traceability/v1/recall-requests", "/api/inspection/v1/case-requests"
    declined = await handler.step(f"{recalls}/{recall['id']}/decline", recall["version"], reason="已全部封存（演示）")
    filed = await handler.step(f"{cases}/{case['id']}/acceptance", case["version"], filing_number=NUMBER)
    await eventually(disposal.stage.ledger.all_delivered)
    assert await disposal.tell_again() == {}
    assert (await disposal.recall_request(), await disposal.case_request()) == (declined, filed)
    assert (declined["hold"]["state"], filed["filing_number"]) == ("in_force", NUMBER)
    assert await assert_figures_equal_their_rows(disposal.stage.platform) > 0
