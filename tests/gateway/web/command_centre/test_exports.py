"""The files of a board say what its page says: numbers, states, targets, and what is missing."""

import io
from datetime import UTC, datetime
from decimal import Decimal

from openpyxl import load_workbook

from gateway.dashboards.ranking import ranked
from gateway.dashboards.schemas import Dashboard, DashboardFigure, Section, SectionStatus, Trend
from gateway.web.command_centre.export_files import document, workbook
from gateway.web.command_centre.export_tables import sheets
from gateway.web.command_centre.targets import Target
from gateway.web.command_centre.trends import trend_view
from shared.contracts.codes import Unit
from tests.gateway.dashboards.wire import AS_OF, DISTRICT, definition_of, value_of
from tests.shared.documents.reading import pages_of

RATE = definition_of()
PLACES = {"=HYPERLINK(1)街": "99.0", "二街": "99.0", "三街": None}
TARGETS = {RATE.code: Target("≥", Decimal("99.5"), "@演示文件（虚构）")}


def board() -> tuple[Dashboard, DashboardFigure]:
    children = [
        (name, value_of(RATE, f"3302030{index:02}000", "2026-07", value))
        for index, (name, value) in enumerate(PLACES.items(), start=1)
    ]
    figure = DashboardFigure(
        definition=RATE,
        figure=value_of(RATE, DISTRICT, "2026-07", "98.5"),
        previous_value=Decimal("98.0"),
        children=ranked(RATE, children),
    )
    parts = [
        Section(
            service=Unit.SAMPLING, title="抽检快检", status=SectionStatus.OK, as_of=AS_OF, note="", figures=[figure]
        ),
        Section(
            service=Unit.SCORING,
            title="评价",
            status=SectionStatus.UNAVAILABLE,
            as_of=None,
            note="评价服务暂不可用，稍后刷新再看",
            figures=[],
        ),
    ]
    shown = Dashboard(
        region_code=DISTRICT,
        region_name="海曙区",
        period="2026-07",
        previous_period="2026-06",
        as_known_at=datetime(2026, 7, 20, 1, 30, tzinfo=UTC),
        not_rewound=["人口按现在的"],
        sections=parts,
    )
    return shown, figure


def line() -> Trend:
    points = [value_of(RATE, DISTRICT, month, value) for month, value in (("2026-06", None), ("2026-07", "98.5"))]
    return Trend(region_code=DISTRICT, definition=RATE, points=points)


def test_the_workbook_holds_numbers_as_numbers_and_words_as_words() -> None:
    dashboard, chosen = board()
    book = load_workbook(io.BytesIO(workbook(sheets(dashboard, chosen, trend_view(line(), None), TARGETS))))
    assert book.sheetnames == ["说明", "指标", "下级排名", "走势"]
    told = {str(name): str(said) for name, said in book["说明"].iter_rows(min_row=2, values_only=True)}
    assert told["评价"] == "服务暂不可用。评价服务暂不可用，稍后刷新再看"
    assert "2026年7月20日 09:30" in told["回看"]
    header, row = list(book["指标"].iter_rows(values_only=True))
    figure = dict(zip(header, row, strict=True))
    assert (figure["数值"], figure["上一期"], figure["目标"]) == (98.5, 98, "不低于99.5")
    places = list(book["下级排名"].iter_rows(min_row=2))
    assert [place[0].value for place in places] == [1, 1, None]
    risky = places[0][2]
    assert (risky.value, risky.data_type) == ("=HYPERLINK(1)街", "s"), "a name that looks like a formula stays a name"
    assert [cell.value for cell in list(book["走势"].columns)[1]] == ["合格率", None, 98.5]


def test_the_document_reads_as_the_page_does() -> None:
    dashboard, chosen = board()
    content = document(dashboard, chosen, trend_view(line(), None), TARGETS, "2026年7月24日 09:00")
    text = "".join(pages_of(content)).replace("\n", "")
    for said in (
        "海曙区食品安全看板，2026年7月",
        "评价服务暂不可用",
        "98.5%",
        "不低于99.5%",
        "+0.5个百分点，比6月",
        "暂无数据",
    ):
        assert said in text
    assert "按2026年7月20日 09:30已知的记录重算" in text
