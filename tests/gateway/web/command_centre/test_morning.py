"""The morning page: what is overdue, what has changed since yesterday, what to decide."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gateway.dashboards.schemas import Dashboard, DashboardFigure, Section, SectionStatus
from gateway.web.command_centre.live_picture import Overdue
from gateway.web.command_centre.morning import changes_of, newly_overdue
from gateway.web.words import ClockWords
from shared.contracts.codes import Role, Unit
from tests.gateway.dashboards.wire import AS_OF, DISTRICT, definition_of, value_of
from tests.gateway.web.platform import Market, file_of, finished, positive, upload

SINCE = datetime(2026, 7, 22, 16, 0, tzinfo=UTC)


def overdue(due_at: datetime | None) -> Overdue:
    words = ClockWords("核查处置期限", "overdue", "已超期2天", "", verified=False)
    return Overdue("抽检快检", "菠菜（虚构）", "", words, due_at)


def test_what_ran_out_since_yesterday_is_new() -> None:
    before, after = overdue(SINCE - timedelta(minutes=1)), overdue(SINCE + timedelta(hours=20))
    assert newly_overdue([before, after, overdue(None)], SINCE) == [after]


def day_of(value: str | None, before: str | None) -> list[str]:
    definition = definition_of()
    figure = DashboardFigure(
        definition=definition,
        figure=value_of(definition, DISTRICT, "2026-07-23", value),
        previous_value=None if before is None else Decimal(before),
        children=[],
    )
    section = Section(
        service=Unit.SAMPLING, title="抽检快检", status=SectionStatus.OK, as_of=AS_OF, note="", figures=[figure]
    )
    dashboard = Dashboard(
        region_code=DISTRICT,
        region_name="海曙区",
        period="2026-07-23",
        previous_period="2026-07-22",
        as_known_at=None,
        not_rewound=[],
        sections=[section],
    )
    return [one.change for one in changes_of(dashboard)]


def test_only_figures_that_read_otherwise_than_the_day_before_have_changed() -> None:
    assert day_of("98.5", "98.0") == ["+0.5个百分点，比7月22日"]
    assert day_of("98.02", "98.0") == []
    assert day_of(None, "98.0") == []
    assert day_of("98.5", None) == []


async def test_the_leader_finds_yesterdays_whistles_and_both_files_of_the_board(market: Market) -> None:
    async with market.signed_in(Role.MARKET_OPERATOR) as operator:
        content = file_of(positive("香菜"))
        await finished(operator, await upload(operator, market.site_id, content, dry_run=False))
    async with market.signed_in(Role.LEADER) as leader:
        page = await leader.get(f"/regions/{DISTRICT}/morning")
        assert page.status_code == 200
        assert "香菜" in page.text
        assert "等您决定" in page.text
        board = await leader.get(f"/regions/{DISTRICT}")
        assert f'href="/regions/{DISTRICT}/morning"' in board.text
        for ending, begins in (("xlsx", b"PK"), ("pdf", b"%PDF")):
            file = await leader.get(f"/regions/{DISTRICT}/board.{ending}")
            assert file.status_code == 200
            assert file.content.startswith(begins)
            assert file.headers["content-disposition"].startswith("attachment")
            assert (await leader.get(f"/regions/440605000000/board.{ending}")).status_code == 403
