"""Stated values on the pages: word for word, with their source, apart from what the platform computes."""

from decimal import Decimal

from gateway.dashboards.schemas import RegisteredFigures
from gateway.web import stated_values
from shared.contracts.codes import Role
from shared.contracts.figures import RegisteredFigureRead
from shared.ids import uuid7
from tests.gateway.dashboards.wire import AS_OF
from tests.gateway.web.platform import DISTRICT, TOWN, Market


def figure(comparison: str, value: Decimal | None) -> RegisteredFigureRead:
    return RegisteredFigureRead(
        id=uuid7(),
        code="演示-1",
        name="抽检量",
        region_code=DISTRICT,
        period="",
        kind="target",
        comparison=comparison,
        value=value,
        unit="批次/千人·年",
        quote="抽检量≥4.5批次/千人·年",
        source="演示文件（虚构）",
        source_date=None,
        recorded_at=AS_OF,
        superseded_by=None,
    )


async def state(market: Market, unit: str, name: str, kind: str, region: str = DISTRICT) -> None:
    stated = {
        "code": "演示-1",
        "name": name,
        "region_code": region,
        "kind": kind,
        "comparison": "≥",
        "value": "4.5",
        "unit": "批次/千人·年",
        "quote": f"{name}≥4.5批次/千人·年",
        "source": "演示文件（虚构）",
    }
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        key = {"Idempotency-Key": str(uuid7())}
        answer = await office.post(f"/api{unit}/v1/registered-figures", json=stated, headers=key)
        assert answer.status_code == 201, answer.text


def test_an_equals_sign_is_not_said_and_a_limit_is() -> None:
    assert stated_values.stated("抽检快检", figure("=", Decimal("1020"))).value == "1,020"
    assert stated_values.stated("抽检快检", figure("≥", Decimal("4.50"))).value == "≥4.5"
    assert stated_values.stated("抽检快检", figure("", None)).value == ""


async def test_what_documents_state_stands_on_the_board_and_on_a_page_of_its_own(market: Market) -> None:
    # A town of which nobody else states anything: the board shows only the first few.
    await state(market, "/sampling", "演示抽检量", "target", TOWN)
    await state(market, "", "演示常住人口", "fact", TOWN)
    async with market.signed_in(Role.LEADER) as browser:
        board = (await browser.get(f"/regions/{TOWN}")).text
        assert "文件写明，未经本系统计算" in board
        assert "演示抽检量≥4.5批次/千人·年" in board, "the document's own words"
        assert f'href="/regions/{TOWN}/registered"' in board
        page = (await browser.get(f"/regions/{TOWN}/registered")).text
        assert "演示抽检量" in page
        assert "演示常住人口" in page, "the gateway's own stand beside those of the services"
        targets = (await browser.get(f"/regions/{TOWN}/registered?kind=target")).text
        assert "演示抽检量" in targets
        assert "演示常住人口" not in targets
        export = (await browser.get(f"/regions/{TOWN}/registered.csv")).content.decode("utf-8-sig")
        assert "抽检快检,演示-1,演示抽检量,目标,,≥,4.5,批次/千人·年,演示抽检量≥4.5批次/千人·年" in export


async def test_the_composed_answer_names_the_unit_of_each_value(market: Market) -> None:
    await state(market, "/traceability", "演示养殖主体", "fact")
    async with market.caller(Role.LEADER) as leader:
        answer = await leader.get(f"/api/v1/regions/{DISTRICT}/registered-figures")
        assert answer.status_code == 200, answer.text
        sections = RegisteredFigures.model_validate(answer.json()).sections
        kept = {section.service.value: [each.name for each in section.figures] for section in sections}
        assert list(kept) == ["sampling", "traceability", "inspection", "scoring", "gateway"]
        assert "演示养殖主体" in kept["traceability"]
        elsewhere = await leader.get("/api/v1/regions/440605000000/registered-figures")
        assert elsewhere.status_code == 403
