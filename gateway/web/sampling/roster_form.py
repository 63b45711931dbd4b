"""The forms of the registers of laboratories and samplers, and how an entry stands in one. Pure."""

from collections.abc import Sequence
from typing import Any

from gateway.web.row_forms import Filled, Group, RowForm
from gateway.web.steps import Answer, Field

Options = Sequence[tuple[str, str]]

EVERY_FOOD = "*"
"""Stands in the form for foods of every category; left open would read like a row that nobody wrote in."""
ACTIVE = (("true", "在用"), ("false", "停用，不再抽取"))


def laboratory_form(places: Options, categories: Options) -> RowForm:
    scope = (
        Field(
            "category_code",
            "食品类别",
            "select",
            "含其下各级",
            options=(("", "请选择"), (EVERY_FOOD, "各类食品"), *categories),
        ),
        Field("items", "检验项目", "lines", "一行一项；不填为全部项目", required=False),
    )
    head = (
        Field("name", "名称"),
        Field("region_code", "所在区划", "select", options=tuple(places), value=_first(places)),
        Field("cma_number", "资质认定（CMA）证书编号"),
        Field("cma_valid_from", "资质自何日起", "day"),
        Field("cma_valid_to", "资质至何日止", "day"),
        Field(
            "on_retest_roster",
            "复检机构名录",
            "select",
            options=(("false", "不在名录内"), ("true", "在名录内")),
            value="false",
        ),
        Field("contact_name", "联系人", required=False),
        Field("contact_phone", "联系电话", required=False),
        Field("active", "是否在用", "select", options=ACTIVE, value="true"),
        Field("serves", "承接哪里的检验任务", "choices", "含其下级", options=tuple(places)),
    )
    group = Group(
        "scope",
        "承检范围",
        "条范围",
        scope,
        most=200,
        lead="资质认定证书附表上的食品类别和项目；不在范围内的任务抽不到这家机构。",
    )
    return RowForm("登记检验机构", head, (group,), "抽取时按这里的资质、范围和承接区域判断能否承担。")


def sampler_form(places: Options, organisations: Options) -> RowForm:
    leaves = (Field("first_day", "自", "day"), Field("last_day", "至", "day", "当日也算"))
    head = (
        Field("name", "姓名"),
        Field("organisation_id", "所属机构", "select", options=tuple(organisations), value=_first(organisations)),
        Field("region_code", "在哪里抽样", "select", "含其下级", options=tuple(places), value=_first(places)),
        Field("valid_from", "抽样资格自何日起", "day"),
        Field("valid_to", "抽样资格至何日止", "day"),
        Field("active", "是否在用", "select", options=ACTIVE, value="true"),
    )
    group = Group("leaves", "请假", "次请假", leaves, most=50, spare=1, lead="请假的日子不参加抽取。")
    return RowForm("登记抽样人员", head, (group,), "抽取时按这里的资格、区域和请假判断能否承担。")


def entry_of(entry: Answer, form: RowForm) -> Filled:
    """An entry of a register as it stands in its form."""
    typed = {field.name: _text(entry[field.name]) for field in form.head}
    for group in form.groups:
        for number, row in enumerate(entry[group.name]):
            typed |= {f"{group.name}/{number}/{field.name}": _text(row[field.name]) for field in group.fields}
            if row.get("category_code", "") is None:
                typed[f"{group.name}/{number}/category_code"] = EVERY_FOOD
    return Filled(typed, {group.name: max(len(entry[group.name]), 1) for group in form.groups})


def laboratory_body(body: dict[str, Any]) -> dict[str, Any]:
    """The body with its lists, and with what is open said as null."""
    scope = [
        {"items": None} | row | ({"category_code": None} if row.get("category_code") == EVERY_FOOD else {})
        for row in body.get("scope", [])
    ]
    return {"serves": []} | body | {"scope": scope}


def sampler_body(organisations: Options) -> Any:
    """Gives the body the name of the organisation that was chosen."""
    names = dict(organisations)

    def complete(body: dict[str, Any]) -> dict[str, Any]:
        return body | {"organisation_name": names.get(str(body.get("organisation_id")), "")}

    return complete


def _first(options: Options) -> str:
    return options[0][0] if options else ""


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return "\n".join(map(str, value))
        case _:
            return str(value)
