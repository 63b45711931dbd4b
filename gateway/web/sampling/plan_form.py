"""The forms of a sampling plan and of its allocations: what they ask, and how a draft stands in one. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from gateway.web.row_forms import Filled, Group, RowForm
from gateway.web.sampling.plans_views import year_choices
from gateway.web.steps import Answer, Field
from shared.contracts.inspection import BusinessKind
from shared.contracts.sampling import SiteKind
from shared.contracts.statutory_sampling import Link, Stream

Options = Sequence[tuple[str, str]]

STREAMS = tuple((each.value, each.label) for each in Stream)
LINKS = (("", "请选择"), *((each.value, each.label) for each in Link))
RATE_UNITS = (("batches_per_thousand", "批次/千人"), ("pieces_per_thousand", "件/千人"))
BASES = (("resident", "常住人口"), ("registered", "户籍人口"))
PLACES = (("business", "一户一档的主体"), ("site", "快检的检测点（市场等）"))
KINDS = (
    *((each.value, f"主体：{each.label}") for each in BusinessKind),
    *((each.value, f"检测点：{each.label}") for each in SiteKind),
)
USUALLY_COUNTED = "\n".join((Stream.SUPERVISION, Stream.ASSESSMENT, Stream.SPECIAL))
COUNTED = Field(
    "counted_streams", "哪些性质的样品计入", "choices", "风险监测一般单独计算", options=STREAMS, value=USUALLY_COUNTED
)


def form_of(today: date, places: Options, categories: Options, *, is_new: bool) -> RowForm:
    """A plan from nothing, or a draft: whose and of which year it is does not change."""
    whose = (
        Field("year", "年度", "select", options=tuple(year_choices(today)), value=str(today.year)),
        Field("region_code", "由哪里组织", "select", options=tuple(places), value=places[0][0] if places else ""),
    )
    head = (
        *(whose if is_new else ()),
        Field("title", "名称", hint="如 2026年海曙区食品安全监督抽检计划"),
        Field("stream", "抽检性质", "select", "一份计划只有一种", options=STREAMS, value=Stream.SUPERVISION.value),
        Field("task_source", "任务来源", hint="如 县级、市级"),
        Field("quantity", "全年批次", "decimal"),
        Field("note", "依据、说明", "words", required=False),
    )
    targets = (
        Field("region_code", "辖区", "select", options=tuple(places), value=places[0][0] if places else ""),
        Field("rate", "每千人多少", "decimal", "如 4.5"),
        Field("rate_unit", "文件中的说法", "select", options=RATE_UNITS, value=RATE_UNITS[0][0]),
        Field("population_year", "用哪一年的人口", "decimal", "如 2025", value=str(today.year - 1)),
    )
    counted = (
        Field("population_basis", "人口口径", "select", options=BASES, value=BASES[0][0]),
        Field("counted_sources", "只计哪些任务来源", "lines", "一行一个；不填为全部", required=False),
        COUNTED,
    )
    goals = (
        Field("link", "环节", "select", options=LINKS),
        Field("category_code", "食品类别", "select", options=(("", "不限类别"), *categories), required=False),
        Field("quantity", "批次", "decimal"),
    )
    duties = (
        Field("title", "叫什么", hint="如 小作坊全覆盖"),
        Field("place", "名单出自哪里", "select", options=PLACES, value=PLACES[0][0]),
        Field("minimum", "每年至少几批次", "decimal", value="1"),
        Field("kinds", "哪些种类", "choices", "与上面所选的名单一致", options=KINDS),
    )
    return RowForm(
        "拟定计划" if is_new else "保存草稿",
        head,
        (
            Group(
                "region_targets",
                "辖区目标",
                "个目标",
                targets,
                counted,
                spare=1,
                lead="每千人多少，按登记的人口折算成整数批次；计入该地当年符合所写性质与来源的全部样品。",
            ),
            Group(
                "category_targets",
                "环节与类别目标",
                "个目标",
                goals,
                most=200,
                spare=3,
                lead="只数这份计划的任务；一份样品算给写得最具体的一条。",
            ),
            Group(
                "coverage_duties",
                "全覆盖",
                "条要求",
                duties,
                (COUNTED,),
                most=20,
                spare=1,
                lead="这些种类的每一户每年至少抽几批次。名单在下达时按登记册列出，以后每天夜里更新。",
            ),
        ),
        "下达以前随时可以改；下达时固定人口、列出名单。",
    )


def draft_of(plan: Answer, form: RowForm) -> Filled:
    """A draft as it stands in its form."""
    typed = {field.name: _text(plan[field.name]) for field in form.head}
    for group in form.groups:
        for number, row in enumerate(plan[group.name]):
            typed |= {
                f"{group.name}/{number}/{field.name}": _text(row[field.name])
                for field in (*group.fields, *group.folded)
            }
    return Filled(typed, {group.name: max(len(plan[group.name]), 1) for group in form.groups})


def whole(body: dict[str, Any]) -> dict[str, Any]:
    """The body with every list: what is left out of a changed draft is gone."""
    return {"region_targets": [], "category_targets": [], "coverage_duties": [], "note": ""} | body


def allocation_form(plan: Answer, today: date, places: Options, categories: Options) -> RowForm:
    """What an allocation of the plan asks: the method goes by the plan's stream, and the two are never mixed."""
    is_assessment = plan["stream"] == Stream.ASSESSMENT
    quarters = tuple((f"{plan['year']}-Q{number}", f"{plan['year']}年第{number}季度") for number in range(1, 5))
    this_quarter = f"{today.year}-Q{(today.month + 2) // 3}"
    present = this_quarter if plan["year"] == today.year else ""
    seek = (
        Field("quarter", "哪一季度", "select", options=quarters, value=present),
        Field(
            "cover",
            "全覆盖名单上还没有抽够的",
            "select",
            options=(("true", "先安排"), ("false", "这次不安排")),
            value="true",
        ),
        Field("credibility", "可信度", "decimal", "不合格率可信上限的可信度", value="0.95"),
    )
    head = (
        Field("quantity", "要分配的批次", "decimal"),
        *(() if is_assessment else seek),
        Field("seed", "随机种子", hint="只用于并列时抽签，一并公开；不填由平台抽取", required=False),
        Field("prior/failed", "没有历史时设想：不合格", "decimal", value="1"),
        Field("prior/passed", "没有历史时设想：合格", "decimal", value="19"),
        Field("history_from", "历史数据从哪一天起", "day", "不填为三年前", required=False),
    )
    where = (
        Field("region_code", "辖区", "select", options=tuple(places), value=places[0][0] if places else ""),
        Field("link", "环节", "select", options=LINKS),
        Field("category_code", "食品类别", "select", options=(("", "不限类别"), *categories), required=False),
    )
    bounds = (
        Field("minimum", "至少几批次", "decimal", required=False),
        Field("maximum", "至多几批次", "decimal", required=False),
    )
    weight = Field("weight", "在总体中的分量", "decimal", "消费量、户数等，各层同一口径")
    named = (
        Field(
            "business_uscc",
            "被抽样单位",
            hint="统一社会信用代码；不填就不指定哪一家，也就管不到“同一被抽样单位”的上限",
            required=False,
        ),
        Field("product_name", "品名", required=False),
        Field("producer", "生产者", hint="统一社会信用代码或名称", required=False),
        Field("production_date", "生产日期", "day", required=False),
        Field(
            "online",
            "网络购样",
            "select",
            "不受同一被抽样单位的上限",
            required=False,
            options=(("", "不是"), ("true", "是")),
        ),
    )
    group = Group(
        "cells",
        "各层" if is_assessment else "可以抽的对象",
        "层" if is_assessment else "个对象",
        (*where, weight, *bounds) if is_assessment else (*where, *bounds),
        () if is_assessment else named,
        most=300,
        spare=3,
        lead="" if is_assessment else "全覆盖名单上的各户不必再写，勾选先安排即可。",
    )
    return RowForm(
        "计算分配方案",
        head,
        (group,),
        "按层最优：每一批次给最能减小误差的一层。"
        if is_assessment
        else "先满足下限和全覆盖，其余逐批给最可能首次发现不合格的对象，不超过季度的频次上限。",
    )


def allocation_begun(plan: Answer) -> Filled:
    """The plan's own targets as the first objects, to be added to."""
    typed: dict[str, str] = {}
    goals = plan["category_targets"]
    for number, goal in enumerate(goals):
        typed |= {
            f"cells/{number}/link": goal["link"],
            f"cells/{number}/category_code": _text(goal["category_code"]),
        }
    return Filled(typed, {"cells": len(goals) or 1})


def method_of(plan: Answer) -> str:
    """The method of a plan's allocations."""
    return "assessment" if plan["stream"] == Stream.ASSESSMENT else "supervision"


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case list():
            return "\n".join(map(str, value))
        case _:
            return str(value)
