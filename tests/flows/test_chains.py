"""Pork from the farm to the stall and cooked duck from the raw bird to the shop, until what was wrong is called back.

Everything is done through the gateway, by the traders and officers who do it in the field. All of it is invented.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.embedded_postgres import EmbeddedPostgres
from shared.contracts.codes import Role, Unit
from shared.contracts.statutory_sampling import CaseSide
from tests.conftest import copied
from tests.flows.figures import assert_figures_equal_their_rows
from tests.flows.ledger import changed
from tests.flows.people import DISTRICT, TOWN
from tests.flows.stage import set_stage
from tests.flows.trading import API, MEAT_INSPECTION, QUARANTINE, Chain, Line, ago, goods, trading
from tests.services.sampling.disposals.making import concluded_sample, opened

CARCASS, RAW, COOKED = "DEMO-BT-1", "DEMO-YA-1", "DEMO-JY-1"
PIGS = goods("生猪", "DEMO-ZHU-1", "20", "头", certificates=[QUARANTINE])


@pytest_asyncio.fixture(scope="module")
async def chain(
    postgres: EmbeddedPostgres, template: str, signing_keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Chain]:
    """One platform for both chains; none of their traders meets the other's."""
    async with (
        copied(postgres, template) as database_url,
        set_stage(database_url, signing_keys, tmp_path_factory.mktemp("chains")) as stage,
        trading(
            stage,
            farm="farm",
            slaughterhouse="slaughterhouse",
            wholesaler="sales",
            stall="sales",
            far_stall="sales",
            late_stall="sales",
            workshop="workshop",
            shop="sales",
            far_shop="sales",
            other_shop="sales",
        ) as chain,
    ):
        yield chain


async def pork(chain: Chain) -> str:
    """Twenty pigs become 1,600 kg of carcasses in one lot, of which 30 kg are eaten by now; the key of the lot."""
    farm, slaughterhouse, wholesaler = chain["farm"], chain["slaughterhouse"], chain["wholesaler"]
    await farm.commit(goods("生猪", "DEMO-ZHU-1", "20", "头"), at=ago(60))
    driven = await farm.sell(slaughterhouse, PIGS, at=ago(58))
    await slaughterhouse.receive(driven, at=ago(57))
    pigs = PIGS | {"lot": driven["lines"][0]["lot_key"]}
    carcasses = goods("白条肉", CARCASS, "1600", certificates=[QUARANTINE | {"number": "DEMO-JY-002"}, MEAT_INSPECTION])
    made = await slaughterhouse.make([pigs], [carcasses], kind="slaughter", at=ago(54))
    lot: str = made["outputs"][0]["lot_key"]
    wholesale = await slaughterhouse.sell(wholesaler, meat(lot, "600"), at=ago(50))
    await wholesaler.receive(wholesale, at=ago(49))
    for stall, quantity in (("stall", "200"), ("far_stall", "150")):
        ticket = await wholesaler.sell(chain[stall], meat(lot, quantity), at=ago(45))
        await chain[stall].receive(ticket, at=ago(44))
    await chain["stall"].sell(None, meat(lot, "30"), at=ago(40))
    return lot


def meat(lot: str, quantity: str) -> Line:
    return goods("白条肉", lot, quantity, category="meat", certificates=[MEAT_INSPECTION])


async def suspected(chain: Chain) -> str:
    """A sample of the stall's pork has failed; its case is started and a recall asked for: the path of the case."""
    async with chain.stage.session(Unit.SAMPLING) as session:
        sample = await concluded_sample(
            session, business_id=chain["stall"].id, region_code=TOWN, lot_code=CARCASS, food_name="猪后腿肉"
        )
        case_id = (await opened(session, sample))[CaseSide.SELLER].id
    path = f"/api/sampling/v1/disposal-cases/{case_id}"
    for step, body in (("start", {}), ("recall", {"note": "克伦特罗，该批次全部召回（演示）"})):
        await chain.officer.step(f"{path}/{step}", (await chain.officer.get(path))["version"], **body)
    await chain.all_heard()
    return path


async def test_pork_is_called_back_from_everybody_who_had_any_of_the_lot(chain: Chain) -> None:
    lot = await pork(chain)
    assert await chain["wholesaler"].stock() == {CARCASS: Decimal(250)}
    trace = await chain.officer.get(f"{API}/traces", code=lot, direction="back")
    assert [one for one in trace["findings"] if one["is_gap"]] == []
    steps = [event["step"] for event in trace["timeline"]]
    assert steps.index("commissioning") < steps.index("killing"), steps

    case_path = await suspected(chain)
    case = await chain.officer.get(case_path)
    refused = await chain["stall"].refused_sale(None, meat(lot, "1"), at=ago(0))
    assert "监督抽检核查处置要求召回" in refused["errors"][0]["message"]

    request = await chain.officer.one(f"{API}/recall-requests", sample_id=case["sample_id"])
    await chain.officer.step(f"{API}/recall-requests/{request['id']}/acceptance", request["version"])
    listed = await chain.officer.one(f"{API}/recalls", rehearsal=False)
    recall = await chain.recall(listed)
    assert recall["key"] == lot, "the number on the label of the stall's goods is the slaughterhouse's"
    had = {
        notice["holder_name"]: (notice["lines"][0]["left"], notice["lines"][0]["sold"]) for notice in recall["notices"]
    }
    assert had == {
        chain["slaughterhouse"].name: ("1000", "0"),
        chain["wholesaler"].name: ("250", "0"),
        chain["stall"].name: ("170", "30"),
        chain["far_stall"].name: ("150", "0"),
    }
    for name in ("slaughterhouse", "wholesaler", "far_stall"):
        answer = await chain[name].refused_sale(None, meat(lot, "1"), at=ago(0))
        assert (answer["type"], answer["errors"][0]["code"]) == ("/problems/lot-on-hold", "lot_on_hold"), name

    await chain.all_heard()
    case = await chain.officer.get(case_path)
    assert (case["recall"]["recall_id"], case["recall"]["state"]) == (recall["id"], "open")
    await a_late_ticket_brings_one_more(chain, lot, recall)
    recall = await everybody_answers(chain, await chain.recall(recall))

    recall = await chain.step(recall, "closure", **ENOUGH)
    assert recall["state"] == "closed"
    await chain.all_heard()
    case = await chain.officer.get(case_path)
    assert {name: case["recall"][name] for name in ("state", "level", "holders", "acknowledged")} == {
        "state": "closed",
        "level": "1",
        "holders": 5,
        "acknowledged": 5,
    }
    await the_officers_look_after_it(chain, recall)


ENOUGH = {"reason": "已全部退回或销毁（演示）", "scope_note": "外省的一家由当地监管部门核实，没有再售出（演示）"}


async def a_late_ticket_brings_one_more(chain: Chain, lot: str, recall: dict[str, Any]) -> None:
    """Goods that left before anybody knew, on a ticket that was written without a network and came in after."""
    wholesaler, late = chain["wholesaler"], chain["late_stall"]
    ticket = await wholesaler.sell(late, meat(lot, "40"), at=ago(30), handed_over=True)
    assert ticket["held_reason"]
    await late.receive(ticket, at=ago(29))
    refused = await late.refused_sale(None, meat(lot, "1"), at=ago(0))
    assert "召回" in refused["errors"][0]["message"], "nobody has held it at this stall, it is called back all the same"
    recall = await chain.step(await chain.recall(recall), "extensions")
    left = {notice["holder_name"]: notice["lines"][0]["left"] for notice in recall["notices"]}
    assert (left[late.name], left[wholesaler.name]) == ("40", "210")


async def everybody_answers(chain: Chain, recall: dict[str, Any]) -> dict[str, Any]:
    """Graded, told, answered by all; what was eaten is all that has not come back."""
    recall = await chain.step(recall, "grade", level="1", reason="食用后可能不适（演示）")
    recall = await chain.step(recall, "notices")
    early = await chain.officer.attempt(
        "POST", f"{API}/recalls/{recall['id']}/closure", {"reason": "太早了"}, recall["version"]
    )
    missing = {error["code"] for error in early.json()["errors"]}
    assert missing == {"acknowledgement", "report", "scope"}, "what the far stall did with its part is not ours to see"
    await chain["stall"].answer(returned="170")
    await chain["far_stall"].answer(returned="150")
    await chain["late_stall"].answer(returned="40")
    await chain["wholesaler"].answer(returned="210")
    notice = await chain["slaughterhouse"].answer(destroyed="1000")
    await chain.officer.step(
        f"{API}/recall-notices/{notice['id']}/verification", notice["version"], note="现场监督销毁"
    )
    recall = await chain.recall(recall)
    [recovered] = recall["progress"]["recovered"]
    assert (recovered["out"], recovered["recovered"], recovered["share"]) == ("1600", "1570", "98.13")
    assert recall["progress"]["cross_region"] == 1
    assert [one["code"] for one in recall["missing"]] == ["scope"]
    return recall


async def the_officers_look_after_it(chain: Chain, recall: dict[str, Any]) -> None:
    """Each holder of the district has his check and his timeline; one that finds goods on sale says so."""
    inspector = chain.stage.people[Role.INSPECTOR]
    checks = await inspector.all("/api/inspection/v1/recall-checks", recall=recall["id"])
    names = {chain[name].name for name in ("slaughterhouse", "wholesaler", "stall", "late_stall")}
    assert {check["business_name"] for check in checks} == names, "the far stall is its own district's to look after"
    check = next(check for check in checks if check["business_name"] == chain["stall"].name)
    found = {"checked_at": ago(0).isoformat(), "outcome": "all_withdrawn", "note": "冷柜、摊面均无该批次（演示）"}
    done = await inspector.step(f"/api/inspection/v1/recall-checks/{check['id']}/completion", check["version"], **found)
    assert (done["state"], done["outcome"]) == ("completed", "all_withdrawn")
    timeline = await inspector.all(f"/api/inspection/v1/businesses/{chain['stall'].id}/timeline")
    assert {"lot_held", "recall_opened", "recall_checked", "recall_closed"} <= {entry["kind"] for entry in timeline}


async def cooked(chain: Chain) -> dict[str, str]:
    """A hundred kilograms of raw duck, 90 cooked to 72, 50 of them sold to two shops: the keys of both lots."""
    workshop = chain["workshop"]
    bought = await workshop.buy_outside(goods("白条鸭", RAW, "100", category="meat"), at=ago(36))
    raw = bought["lines"][0]["lot_key"]
    release = {
        "passed": True,
        "examined_at": ago(32).isoformat(),
        "items": "感官、净含量",
        "certificate_number": "DEMO-CC-1",
    }
    made = await workshop.make(
        [goods("白条鸭", raw, "90")],
        [goods("酱鸭", COOKED, "72", shelf_life_days=3)],
        at=ago(33),
        process="cooked_meat",
        release=release,
    )
    assert (made["yield_percent"], made["release_passed"]) == ("80", True)
    lot: str = made["outputs"][0]["lot_key"]
    for name, quantity in (("shop", "30"), ("far_shop", "20")):
        ticket = await workshop.sell(chain[name], goods("酱鸭", lot, quantity), at=ago(30))
        await chain[name].receive(ticket, at=ago(29))
    await chain["shop"].sell(None, goods("酱鸭", lot, "12"), at=ago(20))
    return {"raw": raw, "cooked": lot}


async def opened_by_hand(chain: Chain, code: str, **more: Any) -> dict[str, Any]:
    body = {
        "code": code,
        "product_name": "演示酱鸭（虚构）",
        "reason": "原料鸭兽药残留（演示）",
        "region_code": DISTRICT,
    }
    return dict(await chain.officer.post(f"{API}/recalls", body | more))


async def test_cooked_food_is_called_back_by_its_raw_material_after_a_rehearsal(chain: Chain, tmp_path: Path) -> None:
    lots = await cooked(chain)
    rehearsal = await opened_by_hand(chain, lots["raw"], rehearsal=True)
    assert {notice["holder_name"] for notice in rehearsal["notices"]} == {
        chain[name].name for name in ("workshop", "shop", "far_shop")
    }
    rehearsal = await chain.step(rehearsal, "closure", reason="演练结束（演示）")
    result = rehearsal["rehearsal_result"]
    # two receipts answer two consignments; the raw ducks came from a supplier outside, who has told of none
    assert (result["links"], result["gaps"], result["score"]) == (5, 1, "80")
    assert Decimal(result["minutes"]) >= 0
    await chain["shop"].sell(None, goods("酱鸭", lots["cooked"], "1"), at=ago(1))

    recall = await opened_by_hand(chain, lots["raw"], level="2")
    refused = await chain["shop"].refused_sale(None, goods("酱鸭", lots["cooked"], "1"), at=ago(0))
    assert "原料鸭兽药残留" in refused["errors"][0]["message"]
    body = {
        "kind": "make",
        "done_at": ago(0).isoformat(),
        "inputs": [goods("白条鸭", lots["raw"], "10")],
        "outputs": [goods("酱鸭", "DEMO-JY-2", "8")],
    }
    path = f"{API}/productions/0199f3a0-c1d2-7c5e-8a7b-00000000f001"
    again = await chain["workshop"].person.attempt("PUT", path, body)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/ingredient-on-hold")

    recall = await chain.step(recall, "notices")
    await chain["shop"].answer(returned="17")
    await chain["far_shop"].answer(returned="20")
    await chain["workshop"].answer(destroyed="10")
    recall = await chain.recall(recall)
    [recovered] = recall["progress"]["recovered"]
    # 10 kg raw and 22 kg cooked at the workshop, 17 and 20 at the shops, 13 eaten
    assert (recovered["out"], recovered["recovered"], recovered["share"]) == ("82", "57", "69.51")
    await the_evidence_holds(chain, recall, tmp_path)
    recall = await chain.step(recall, "closure", **ENOUGH)
    assert recall["state"] == "closed"


async def the_evidence_holds(chain: Chain, recall: dict[str, Any], folder: Path) -> None:
    bundle, program = folder / "bundle.zip", folder / "verifier.py"
    bundle.write_bytes(await chain.officer.download(f"{API}/recalls/{recall['id']}/evidence"))
    program.write_bytes(await chain.officer.download(f"{API}/recall-verifier"))
    command = [sys.executable, "-I", str(program), str(bundle)]
    run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


async def test_a_batch_that_fails_its_release_reaches_nobody(chain: Chain) -> None:
    workshop = chain["workshop"]
    release = {"passed": False, "examined_at": ago(2).isoformat(), "items": "菌落总数"}
    bought = await workshop.buy_outside(goods("猪蹄", "DEMO-ZT-1", "20", category="meat"), at=ago(5))
    feet = goods("猪蹄", bought["lines"][0]["lot_key"], "20")
    made = await workshop.make([feet], [goods("卤猪蹄", "DEMO-LZT-1", "16")], at=ago(3), release=release)
    lot = made["outputs"][0]["lot_key"]
    refused = await workshop.refused_sale(chain["other_shop"], goods("卤猪蹄", lot, "5"), at=ago(1))
    assert "出厂检验不合格" in refused["errors"][0]["message"]


async def test_all_of_it_told_again_changes_nothing_and_the_figures_are_their_rows(chain: Chain) -> None:
    """The last of this module: what the flows before it left behind."""
    await chain.all_heard()
    before = await chain.stage.ledger.counts()
    await chain.stage.ledger.tell_everything_again()
    await chain.all_heard()
    assert changed(before, await chain.stage.ledger.counts()) == {}
    assert await assert_figures_equal_their_rows(chain.stage.platform) > 0
