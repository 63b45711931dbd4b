"""What a caterer was rated (餐饮量化分级): entered and withdrawn from its file."""

from typing import Any

from gateway.web.inspection.file_entries import FileEntry, pages_of
from gateway.web.inspection.inspection import day
from gateway.web.row_forms import RowForm
from gateway.web.steps import Field, Step
from gateway.web.visitors import FACILITY_KEEPERS
from shared.contracts.inspection import BusinessKind

RATED = frozenset({BusinessKind.CATERING, BusinessKind.SMALL_CATERING, BusinessKind.CANTEEN})
GRADES = (("A", "A 级（优秀）"), ("B", "B 级（良好）"), ("C", "C 级（一般）"))
BADGES = {"A": "ok", "B": "ok", "C": "warning"}
WITHDRAWAL = Step(
    "withdrawal",
    "撤销",
    frozenset(FACILITY_KEEPERS),
    (Field("reason", "为什么撤销", "words"),),
    "先前的一次恢复为现行等级；登记的内容仍留着。",
)
RATING = FileEntry(
    path="/v1/catering-ratings",
    slug="ratings",
    title="登记量化分级",
    form=RowForm(
        "登记等级",
        (
            Field("grade", "评为哪一级", "select", options=GRADES),
            Field("score", "标化分", "decimal", "填了的须与等级相符", required=False),
            Field("rated_on", "何日评定", "day"),
            Field("basis", "凭什么", hint="如：年度等级评定表"),
        ),
        lead="评定之日最晚的一次是现行等级。",
    ),
    ending=WITHDRAWAL,
    called=lambda rating: dict(GRADES)[rating["grade"]],
    ended_at="withdrawn_at",
    states=("已登记", "已撤销"),
    missing="没有这次量化分级，请从一户一档的页面上点进来",
)

router = pages_of(RATING)


def shown(ratings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ratings that hold, as lines on the business's page, the one that stands first."""
    held = [each for each in ratings if each["withdrawn_at"] is None]
    held.sort(key=lambda each: (each["rated_on"], each["id"]), reverse=True)
    return [
        {**each, "badge": (BADGES[each["grade"]], dict(GRADES)[each["grade"]]), "on": day(each["rated_on"])}
        for each in held
    ]
