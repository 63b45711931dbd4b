"""The style guide: every part of the pages, once, with invented contents; the tests and the eye look at it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.web import words
from gateway.web.command_centre.region_map import RegionMap, draw
from gateway.web.forms import FieldError
from gateway.web.inspection import grade_words
from gateway.web.inspection.visit_form_fields import FINDINGS
from gateway.web.pages import render
from gateway.web.sampling.publication_form import row_words
from gateway.web.sampling.report_words import ItemWords, ReportWords
from gateway.web.sampling.sample_form_fields import FormField
from gateway.web.sampling.whistle_timeline import Step
from gateway.web.steps import Field, Kind
from gateway.web.tables import Column, TableView, sorted_rows
from shared.contracts.clocks import ClockState
from shared.contracts.figures import FigureState, Period
from shared.http.auth import Anyone
from shared.times import SHANGHAI

router = APIRouter(include_in_schema=False)

NOW = datetime(2026, 7, 21, 10, 32, tzinfo=SHANGHAI)
"""The guide stands still in time, so that it looks the same at every visit."""

THIS_QUARTER = Period.parse("2026-Q3")

COLUMNS = (
    Column("rank", "名次", numeric=True, sort_key="rank"),
    Column("name", "镇街", sort_key="name"),
    Column("value", "快检合格率", numeric=True, sort_key="value"),
    Column("bar", "", axis=("0", "100%")),
    Column("share", "合格 ÷ 检测", numeric=True),
)
ROWS = (
    {"rank": 1, "name": "虚构一街", "value": Decimal("99.6"), "share": "1,245 ÷ 1,250"},
    {"rank": 2, "name": "虚构二街", "value": Decimal("98.8"), "share": "988 ÷ 1,000"},
    {"rank": 2, "name": "虚构三镇", "value": Decimal("98.8"), "share": "494 ÷ 500"},
    {"rank": 4, "name": "虚构四镇", "value": Decimal("92.0"), "share": "23 ÷ 25，样本少，95%区间 75.0%–97.8%"},
    {"rank": None, "name": "虚构五镇", "value": None, "share": ""},
)


@router.get("/styleguide")
async def styleguide(request: Request, _: Anyone) -> Response:
    sort = request.query_params.get("sort", "rank")
    return render(
        request,
        "styleguide.html",
        colours=("ink", "muted", "line", "brand", "link", "danger", "warning", "ok", "unknown"),
        tiles=_tiles(),
        clocks=_clocks(),
        table_view=TableView("快检合格率，2026年第三季度（虚构）", COLUMNS, sorted_rows(ROWS, COLUMNS, sort), sort),
        steps=_steps(),
        errors=(
            FieldError("business", "填写统一社会信用代码，18 位"),
            FieldError("file", "第 18 行“检测时间”不是日期：2025/13/02"),
        ),
        step_fields=_step_fields(),
        form_fields=_form_fields(),
        report=_report(),
        published=_published(),
        upload=UPLOAD,
        map=_map(),
        visit=_visit(),
        grade=_grade(),
        now=NOW,
    )


def _step_fields() -> list[Field]:
    kinds: tuple[tuple[Kind, str], ...] = (
        ("moment", "何时"),
        ("decimal", "数量"),
        ("lines", "证据"),
        ("photos", "封条照片"),
    )
    options = (("true", "是"), ("false", "否"))
    return [
        *(Field(f"step-{kind}", label, kind, required=False) for kind, label in kinds),
        Field("step-select", "结果判定", "select", options=options),
        Field("step-choices", "哪几个环节", "choices", options=(("producer", "生产环节"), ("seller", "经营环节"))),
    ]


def _form_fields() -> list[FormField]:
    return [
        FormField("form-place", "抽样地点", hint="如：农贸市场", suggestions=("农贸市场", "超市")),
        FormField("form-photos", "样品照片", "photos", "选好后点“暂存”就传上去", look="photos"),
        FormField("form-signature", "抽样人签名", required=False, look="signature"),
    ]


def _map() -> RegionMap | None:
    """Three invented places side by side, one of them without a number."""
    cells = [("虚构一街", "99.6%", 7, "1"), ("虚构二街", "92.0%", 1, "2"), ("虚构三镇", "暂无数据", None, "3")]
    outlines = {
        code: [[[east, 29.0], [east + 0.2, 29.0], [east + 0.2, 29.2], [east, 29.2], [east, 29.0]]]
        for (*_, code), east in zip(cells, (121.0, 121.2, 121.4), strict=True)
    }
    return draw(outlines, cells, "虚构", "虚构的边界，不是地图")


def _visit() -> dict[str, object]:
    """An invented item of a checklist, how a visit stands, and one answer on which two terminals differ."""
    none = {"passed": 0, "failed": 0, "not_applicable": 0, "open": 0}
    claims = [
        {"said": "合格", "who": "演示检查员甲（虚构）", "device": "web-1", "wins": False},
        {"said": "不合格，原料直接放在地面（演示）", "who": "演示检查员乙（虚构）", "device": "web-2", "wins": True},
    ]
    return {
        "item": {
            "number": "2.1",
            "text": "原料离地离墙存放（演示）",
            "key": True,
            "na_allowed": True,
            "photo_required": False,
        },
        "typed": {"answers/2.1/finding": "failed", "answers/2.1/reason": "原料直接放在地面（演示）"},
        "findings": FINDINGS,
        "judged": {
            "verdict": None,
            "at_best": "基本符合",
            "key": none | {"failed": 1, "passed": 2},
            "general": none | {"open": 5},
            "failed": ["2.1"],
            "open": ["3.1", "3.2", "3.3", "4.1", "4.2"],
            "faults": [],
            "steps": ["适用8项", "不能判定：还有5项没有结果"],
        },
        "disputes": [{"place": "条目2.1", "why": "同一条目结果不一，取较差的；请检查人员核对", "claims": claims}],
    }


UPLOAD = {
    "dry_run": True,
    "problem": {"title": "文件缺少必填的列", "detail": "", "errors": [{"message": "缺少“样品名称”"}]},
    "preview": {
        "format": "xlsx",
        "encoding": None,
        "sheet": "虚构",
        "header_row": 1,
        "mapped": [{"column": 1, "header": "抽样单编号", "label": "抽样单编号"}],
        "unused": ["照片"],
    },
}
"""What a service tells of an invented file in which a column is missing."""


def _published() -> list[dict[str, Any]]:
    """An invented row and its correction."""
    cells = dict.fromkeys(
        ("producer_address", "sampled_party_address", "province", "specification", "trade_mark", "date_and_lot")
    ) | {
        "sample_number": "演示-0001",
        "food_name": "粉丝（虚构）",
        "producer_name": "虚构食品厂",
        "sampled_party_name": "虚构超市",
        "category": "淀粉及淀粉制品",
        "laboratory": "虚构检验所",
        "task_source": "（演示）区级监督抽检",
        "failed_items": [{"item": "铝", "result": "300 mg/kg", "requirement": "≤200 mg/kg"}],
        "remark": "",
    }
    plain = {"cells": cells, "withdrawn": False, "under_reexamination": False, "recorded_at": NOW.isoformat()}
    first = plain | {"id": "1", "number": 1, "edition": 1, "kind": "first", "reason": ""}
    said = {"id": "2", "edition": 2, "kind": "correction", "reason": "规格型号抄录有误（演示）"}
    later = first | said | {"cells": cells | {"specification": "250克/袋"}}
    return [row_words(first), row_words(later)]


def _grade() -> dict[str, object]:
    """An invented grade with one thing unknown, and the way to a better one."""
    lines = [
        ("静态风险", "suppliers", "供货者数量", "8 个", "2", "10", True),
        ("动态风险", "dynamic", "最近一次检查", "近 24 个月没有检查", "60", "60", False),
    ]
    names = ("part", "code", "label", "found", "points", "maximum", "known")
    assessment = {
        "lines": [dict(zip(names, line, strict=True)) for line in lines],
        "score": "62",
        "by_score": "D",
        "grade": "D",
        "at_best": "A",
        "moves": [],
        "steps": ["供货者数量：8 个，2 分（满分 10）", "合计 62 分，高于 60 分，为 D 级"],
        "warnings": ["静态风险未与正式文本核对（演示）"],
    }
    way = {
        "changes": ["接受一次全项目检查并合格"],
        "badge": grade_words.badge("A"),
        "score": "2",
        "from": "2026年7月22日",
    }
    return {"explained": grade_words.explained(assessment), "ways": [way]}


def _report() -> ReportWords:
    """An invented report that contradicts itself."""
    item = ItemWords(
        number=1,
        name="铅（以Pb计）",
        result="0.35 mg/kg",
        requirement="≤0.3 mg/kg",
        method="GB 5009.12-2023 第一法",
        lod="检出限 0.02 mg/kg",
        stated=("ok", "合格项"),
        judged=("danger", "不合格项"),
        alarm="矛盾待复核",
        reason="报告判为“合格项”，检验结果 0.35 mg/kg，标准要求 ≤0.3 mg/kg，不符合（虚构）",
        steps=("读结果：0.35", "与限值比：0.35 > 0.3"),
        limit="≤0.3 mg/kg，演示标准（虚构）",
        unverified=True,
        format_fault="",
        notes=(),
    )
    return ReportWords(
        id="example",
        edition=1,
        version="1",
        state=("danger", "已退回更正"),
        number="演示-1",
        conclusion=("danger", "不合格"),
        stated=("ok", "合格"),
        decided=("unknown", "未填"),
        decided_because="",
        serious=(),
        doubts=("第 1 项「铅（以Pb计）」矛盾待复核",),
        returned_because="第 1 项判定与数值矛盾（演示）",
        returned="2026年7月21日 10:00",
        facts=(("报告书编号", "演示-1"),),
        items=(item,),
    )


def _tiles() -> list[dict[str, object]]:
    half_past = "截至 10:30"
    return [
        {
            "name": "快检批次",
            "reading": words.reading(Decimal(11174), FigureState.VALUE, "批次"),
            "notes": [half_past],
            "change": words.change(Decimal(11174), Decimal(9821), "批次", 0, THIS_QUARTER),
            "href": "#tiles",
        },
        {
            "name": "快检合格率",
            "reading": words.reading(Decimal("98.83"), FigureState.VALUE, "%", 1),
            "notes": [words.share_note(Decimal(11043), Decimal(11174)), half_past],
            "change": words.change(Decimal("98.83"), Decimal("99.1"), "%", 1, THIS_QUARTER),
            "direction": "worse",
            "href": "#tiles",
        },
        {
            "name": "复检合格率",
            "reading": words.reading(Decimal(92), FigureState.VALUE, "%", 1),
            "notes": [words.share_note(Decimal(23), Decimal(25), Decimal("75.0"), Decimal("97.8")), half_past],
        },
        {"name": "重大事故", "reading": words.reading(Decimal(0), FigureState.ZERO, "起"), "notes": [half_past]},
        {
            "name": "群众知晓率",
            "reading": words.reading(Decimal(40), FigureState.VALUE, "%", estimate=True),
            "notes": ["抽样估计"],
        },
        {"name": "冷库备案", "reading": words.reading(None, FigureState.MISSING, "家"), "notes": ["还没有单位上报"]},
        {
            "name": "小作坊入园率",
            "reading": words.reading(None, FigureState.NOT_APPLICABLE, "%"),
            "notes": ["本区没有加工中心"],
        },
        {"name": "年度考核", "reading": words.reading(None, FigureState.NOT_DUE, "分"), "notes": ["次年1月评定"]},
        {"name": "召回按时办结率", "reading": words.unavailable(NOW - timedelta(minutes=9), NOW), "notes": []},
        {
            "name": "超期整改",
            "reading": words.reading(Decimal(3), FigureState.VALUE, "件"),
            "notes": [half_past],
            "alarm": True,
            "href": "#tiles",
        },
    ]


def _clocks() -> list[words.ClockWords]:
    article = "《食品安全法》第八十八条"
    return [
        words.clock_words(
            "复检申请期",
            NOW + timedelta(days=3, hours=7),
            NOW,
            remaining_working_days=3,
            article=article,
            verified=True,
        ),
        words.clock_words("申请复检", NOW + timedelta(hours=3, minutes=12), NOW, article=article, verified=True),
        words.clock_words("送检期", NOW - timedelta(days=2, hours=1), NOW, article="抽样检验管理办法（演示）"),
        words.clock_words("整改期", None, NOW, state=ClockState.PAUSED, paused_because="等待检验报告"),
        words.clock_words("告知期", NOW - timedelta(days=1), NOW, state=ClockState.MET, article=article, verified=True),
    ]


def _steps() -> list[Step]:
    _, objection, sampling, *_ = _clocks()
    return [
        Step(
            "done",
            "快检疑似阳性",
            "已发生",
            text="韭菜，有机磷和氨基甲酸酯类农药残留，抑制率63%。",
            when="2026年7月20日 06:40",
            who="虚构农贸市场",
            evidence=[("检测记录", "第18行", "#timeline"), ("仪器照片", "3张", "")],
        ),
        Step("now", "复检申请", "可以申请复检", clocks=[objection]),
        Step("overdue", "法定抽检任务", "待抽样", clocks=[sampling]),
        Step("missing", "批次锁定", "追溯服务暂不可用", text="这一步的情况现在看不到，刷新再看。"),
        Step("todo", "结论与办结", "待抽样复核"),
    ]
