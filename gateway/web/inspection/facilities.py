"""What a business has in place (明厨亮灶, 阳光车间 …): entered and ended from its file."""

from typing import Any

from gateway.web.inspection.file_entries import FileEntry, pages_of
from gateway.web.inspection.inspection import Answer, day
from gateway.web.row_forms import RowForm
from gateway.web.steps import Field, Step
from gateway.web.visitors import FACILITY_KEEPERS

KINDS = (
    ("open_kitchen", "明厨亮灶"),
    ("online_kitchen", "互联网+明厨亮灶"),
    ("rating_shown", "量化分级公示"),
    ("waste_contract", "餐厨废弃物交许可单位"),
    ("oil_separator", "油水分离器"),
    ("workshop_video", "阳光车间视频"),
    ("shared_workshop", "进驻集中加工中心"),
    ("factory_video", "阳光工厂视频"),
)
END = Step(
    "end",
    "没有了",
    frozenset(FACILITY_KEEPERS),
    (Field("on", "自哪一天起没有", "day"), Field("reason", "为什么", "words")),
    "先前的登记留着；又有了再登记一次。",
)
FACILITY = FileEntry(
    path="/v1/facilities",
    slug="facilities",
    title="登记设施",
    form=RowForm(
        "登记设施",
        (
            Field("kind", "有什么", "select", options=KINDS),
            Field("since", "自哪一天起", "day"),
            Field("basis", "凭什么", hint="如：现场核实、平台接入记录、收运协议"),
        ),
        lead="本县（市、区）第一次登记某种设施，即开始计算它的覆盖率。",
    ),
    ending=END,
    called=lambda facility: dict(KINDS)[facility["kind"]],
    ended_at="until",
    states=("现有", "已结束"),
    missing="没有这条设施登记，请从一户一档的页面上点进来",
    all_of=(("standing", "false"),),
)

router = pages_of(FACILITY)


def shown(facility: Answer) -> dict[str, Any]:
    """A facility as its line on the business's page."""
    return {**facility, "label": dict(KINDS)[facility["kind"]], "from": day(facility["since"])}
