"""The drawing of a bureau's own outlines, and the way they come and go."""

import json
import re

from gateway.web.command_centre.region_map import HEIGHT, WIDTH, draw
from shared.contracts.codes import Role
from shared.ids import uuid7
from tests.gateway.boundaries.test_rules import SQUARE, collection, feature
from tests.gateway.web.platform import DISTRICT, TOWN, Market, post

PAGE = f"/regions/{DISTRICT}/boundary"
CELLS = [("一街", "98.5%", 7, "330203001000"), ("二街", "暂无数据", None, "330203002000")]
SAID = {"source": "演示形状，不是真实边界（虚构）", "approval": "内部使用（演示）"}


def test_all_regions_fit_the_drawing_and_those_without_an_outline_are_named() -> None:
    tall = [[121.5, 29.0], [121.51, 29.0], [121.51, 30.0], [121.5, 29.0]]
    drawn = draw({"330203001000": [SQUARE, tall]}, CELLS, "演示（虚构）", "演示")
    assert drawn is not None
    assert drawn.missing == ["二街"]
    [shape] = drawn.shapes
    numbers = [float(number) for number in re.findall(r"[\d.]+", shape.path)]
    assert max(numbers[::2]) <= WIDTH
    assert max(numbers[1::2]) <= drawn.height <= HEIGHT
    assert min(numbers) >= 0
    assert shape.path.count("M") == shape.path.count("Z") == 2


def test_points_that_nobody_could_tell_apart_are_left_out() -> None:
    dense = [[121.5 + step / 1e6, 29.8] for step in range(1000)]
    ring = [*dense, [121.6, 29.9], dense[0]]
    drawn = draw({"330203001000": [SQUARE, ring]}, CELLS, "", "")
    assert drawn is not None
    assert drawn.shapes[0].path.count("L") < 40


def test_without_a_single_outline_there_is_no_drawing() -> None:
    assert draw({"330203009000": [SQUARE]}, CELLS, "", "") is None


async def test_a_bureau_brings_its_own_boundaries_and_takes_them_away(market: Market) -> None:
    content = json.dumps(collection(feature(TOWN))).encode()
    board = f"/regions/{DISTRICT}"
    async with market.signed_in(Role.FOOD_SAFETY_OFFICE) as office, market.signed_in(Role.LEADER) as leader:
        assert "region-map" not in (await leader.get(board)).text
        await office.get(PAGE)
        wrong = await post(office, PAGE, SAID, {"file": ("边界.geojson", b'{"type": 1,}')})
        assert wrong.status_code == 422
        assert "第 1 行第 12 列不是 JSON" in wrong.text
        assert SAID["source"] in wrong.text, "what was typed is not lost"
        sent = await post(office, PAGE, SAID, {"file": ("边界.geojson", content)})
        assert sent.status_code == 303, sent.text
        page = (await leader.get(board)).text
        drawing = page.partition('class="region-map"')[2].partition("</svg>")[0]
        assert drawing.count("<path") == 1
        assert f'href="/regions/{TOWN}?' in drawing
        assert "审图号：内部使用（演示）" in page
        assert (await leader.get(PAGE)).status_code == 403
        away = await post(office, f"{PAGE}/withdrawal", {})
        assert away.status_code == 303
        assert "region-map" not in (await leader.get(board)).text


async def test_a_program_brings_boundaries_only_of_its_own_regions_and_all_or_nothing(market: Market) -> None:
    path = f"/api/v1/regions/{DISTRICT}"
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        assert (await office.get(f"{path}/boundary")).status_code == 404
        half = SAID | {"boundary": collection(feature(TOWN), feature("440605001000"))}
        refused = await office.post(f"{path}/boundaries", json=half, headers={"Idempotency-Key": str(uuid7())})
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/boundary/features/1/properties"]
        assert (await office.get(f"{path}/boundary")).status_code == 404
        whole = SAID | {"boundary": collection(feature(TOWN))}
        taken = await office.post(f"{path}/boundaries", json=whole, headers={"Idempotency-Key": str(uuid7())})
        assert taken.status_code == 201, taken.text
        read = (await office.get(f"{path}/boundary")).json()
        assert list(read["outlines"]) == [TOWN]
        assert TOWN not in read["missing"]
        other = "/api/v1/regions/440605000000"
        outside = await office.post(f"{other}/boundaries", json=whole, headers={"Idempotency-Key": str(uuid7())})
        assert outside.status_code == 403
        assert (await office.post(f"{path}/boundary/withdrawal")).status_code == 204
