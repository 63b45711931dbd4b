from datetime import UTC, datetime
from decimal import Decimal

from gateway.dashboards.ranking import ranked
from gateway.dashboards.schemas import Dashboard, DashboardFigure, Section, SectionStatus
from gateway.web import boards
from gateway.web.command_centre.targets import Target
from shared.contracts.codes import Unit
from shared.contracts.figures import Period
from tests.gateway.dashboards.wire import AS_OF, DISTRICT, definition_of, value_of

JULY = Period.parse("2026-07")
NOW = datetime(2026, 7, 24, 3, 0, tzinfo=UTC)


def figure(
    number: str | None, children: dict[str, str | None] | None = None, code: str = "pass_rate"
) -> DashboardFigure:
    definition = definition_of(code=f"sampling.{code}")
    rows = [
        (name, value_of(definition, f"3302030{index:02}000", "2026-07", value))
        for index, (name, value) in enumerate((children or {}).items(), start=1)
    ]
    return DashboardFigure(
        definition=definition,
        figure=value_of(definition, DISTRICT, "2026-07", number),
        previous_value=Decimal("99.0"),
        children=ranked(definition, rows),
    )


def board(status: SectionStatus, *figures: DashboardFigure) -> Dashboard:
    section = Section(
        service=Unit.SAMPLING,
        title="抽检快检",
        status=status,
        as_of=AS_OF if figures else None,
        note="" if status is SectionStatus.OK else "抽检快检服务暂不可用",
        figures=list(figures),
    )
    return Dashboard(
        region_code=DISTRICT,
        region_name="海曙区",
        period="2026-07",
        previous_period="2026-06",
        as_known_at=None,
        not_rewound=[],
        sections=[section],
    )


def view(
    dashboard: Dashboard, most: int = boards.TILES_ON_A_PAGE, targets: dict[str, Target] | None = None
) -> boards.SectionView:
    return boards.section_view(dashboard.sections[0], dashboard, NOW, most, targets=targets or {})


def test_a_tile_says_the_change_and_leads_to_its_rows() -> None:
    tile = view(board(SectionStatus.OK, figure("98.5"))).tiles[0]
    assert tile["change"] == "−0.5个百分点，比6月"
    assert tile["direction"] == "worse"
    assert tile["href"] == f"/regions/{DISTRICT}/figures/sampling.pass_rate?period=2026-07"


def test_a_section_without_an_answer_keeps_its_place_and_says_so() -> None:
    shown = view(board(SectionStatus.UNAVAILABLE))
    assert shown.badge == ("danger", "服务暂不可用")
    assert [tile["reading"].kind for tile in shown.tiles] == ["unavailable"]


def test_old_figures_say_since_when() -> None:
    shown = view(board(SectionStatus.STALE, figure("98.5")))
    assert shown.badge == ("warning", "抽检快检服务暂不可用（截至10:32）")
    assert shown.tiles[0]["reading"].text == "98.5"


def test_many_figures_without_a_number_do_not_bury_those_with_one() -> None:
    figures = [figure(None, code=f"absent_{letter}") for letter in "abcd"] + [figure("98.5")]
    shown = view(board(SectionStatus.OK, *figures))
    assert [tile["reading"].kind for tile in shown.tiles] == ["value"]
    assert (len(shown.more), shown.more_words) == (4, "另有4项还没有数")
    few = view(board(SectionStatus.OK, *figures[2:]))
    assert (len(few.tiles), few.more) == (3, [])
    none = view(board(SectionStatus.OK, *figures[:4]))
    assert (len(none.tiles), len(none.more)) == (3, 1)


def test_a_wall_opens_four_tiles_with_the_numbers_first() -> None:
    figures = [figure(None, code="absent")] + [figure("98.5", code=f"rate_{letter}") for letter in "abcd"]
    shown = view(board(SectionStatus.OK, *figures), boards.TILES_ON_A_WALL)
    assert [tile["reading"].kind for tile in shown.tiles] == ["value"] * 4
    assert len(shown.more) == 1


def test_of_many_figures_a_page_opens_missed_targets_then_targets_then_wholes_in_their_own_order() -> None:
    def titled(name: str, code: str) -> DashboardFigure:
        item = figure("95", code=code)
        return item.model_copy(update={"definition": item.definition.model_copy(update={"name": name})})

    figures = [
        titled("合格率：小作坊", "of_workshops"),
        titled("合格率", "passed"),
        titled("处置率：餐饮", "of_caterers"),
        titled("公布率", "published"),
        titled("完成率", "done"),
    ]
    targets = {
        "sampling.of_caterers": Target("≥", Decimal(99), "演示文件（虚构）"),
        "sampling.done": Target("≥", Decimal(90), "演示文件（虚构）"),
    }

    def opened(most: int) -> list[str]:
        return [tile["name"] for tile in view(board(SectionStatus.OK, *figures), most, targets).tiles]

    assert opened(1) == ["处置率：餐饮"]
    assert opened(2) == ["处置率：餐饮", "完成率"]
    assert opened(4) == ["合格率", "处置率：餐饮", "公布率", "完成率"]
    assert opened(5) == [item.definition.name for item in figures]
    shown = view(board(SectionStatus.OK, *figures, figure(None)), 4, targets)
    assert shown.more_words == "另有2项，其中1项还没有数"
    assert [tile["alarm"] for tile in shown.tiles] == [False, True, False, False]


def test_a_target_met_as_the_tile_shows_it_is_no_alarm() -> None:
    targets = {"sampling.pass_rate": Target("≥", Decimal("98.5"), "演示文件（虚构）")}
    (met,) = view(board(SectionStatus.OK, figure("98.46")), targets=targets).tiles
    assert (met["alarm"], met["notes"][1]) == (False, "目标不低于98.5%，已达到")
    (missed,) = view(board(SectionStatus.OK, figure("98.44")), targets=targets).tiles
    assert (missed["alarm"], missed["notes"][1]) == (True, "目标不低于98.5%，还差0.1个百分点")


def test_the_title_of_the_comparison_says_what_it_shows() -> None:
    places = {"一街": "98.0", "二街": "99.0", "三街": None}
    assert boards.finding(figure("98.5", places)) == "合格率：最高二街99.0%，最低一街98.0%；1个地方暂无数据"
    assert (
        boards.finding(figure("98.5", {"一街": "98.0", "二街": None})) == "合格率：只有一街有数，98.0%；1个地方暂无数据"
    )
    assert boards.finding(figure("98.5", {"一街": "98.0", "二街": "98.0"})) == "合格率：2个地方都是98.0%"
    assert boards.finding(figure("98.5", {"一街": None})) == "合格率：下级都暂无数据"


def test_the_tile_map_spans_seven_steps_and_leaves_gaps_grey() -> None:
    places = {"一街": "90", "二街": "95", "三街": "100", "四街": None}
    assert [step for _, _, step, _ in boards.tile_map(figure("98.5", places))] == [1, 4, 7, None]


def test_bars_are_as_long_as_the_largest_value_shown() -> None:
    item = figure("0.6", {"一街": "1.04", "二街": "0.34", "三街": None})
    assert boards.bar_maximum(item) == Decimal("1.04")
    bars = next(column for column in boards.ranking_view(item, JULY, "").columns if column.key == "bar")
    assert bars.axis == ("0", "1.0%")


def test_places_without_a_number_are_folded_where_they_are_many() -> None:
    places: dict[str, str | None] = {f"{letter}街": None for letter in "甲乙丙丁戊己"} | {"庚街": "99.0"}
    many = figure("98.5", places)
    assert [name for _, name in boards.folded_places(many)] == [f"{letter}街" for letter in "甲乙丙丁戊己"]
    assert [row["name"] for row in boards.ranking_view(many, JULY, "").rows] == ["庚街"]
    del places["己街"]
    few = figure("98.5", places)
    assert boards.folded_places(few) == []
    assert len(boards.ranking_view(few, JULY, "").rows) == 6


def test_a_reader_may_pick_the_year_so_far_and_the_last_twelve_months() -> None:
    choices = dict(boards.period_choices(Period.parse("2026-02")))
    assert choices["2026-02"] == "2026年2月"
    assert choices["2025-03"] == "2025年3月"
    assert choices["2025-Q4"] == "2025年第4季度"
    assert choices["2026"] == "2026年"
