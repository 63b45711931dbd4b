"""Steps on an evaluation, its clauses and its tasks, as pages offer them. Pure: the service decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.web.forms import FieldError
from gateway.web.steps import NOTE, WHOLE_FORM, Field, Step, moment
from shared.contracts.codes import Role
from shared.contracts.evaluations import Stage, TaskState

Answer = Mapping[str, Any]

OFFICE = frozenset({Role.FOOD_SAFETY_OFFICE})
WRITERS = OFFICE | {Role.INSPECTOR, Role.CASE_HANDLER, Role.REVIEWER}
REVIEWERS = OFFICE | {Role.REVIEWER}
REPORTERS = OFFICE | {Role.INSPECTOR, Role.CASE_HANDLER, Role.GRID_OFFICER}
ALWAYS = frozenset({Stage.SELF, Stage.PANEL})
REASON = Field("reason", "理由", "words")

SCORE = Step("scorings", "计分", WRITERS, (), "按现在所知计分，依据和每一步都留存；以前的计分不变。")
SNAPSHOT = Step(
    "snapshots", "取数", OFFICE, (), "用您的账号向各服务取指标。取不到的记为“取不到”，不算零，也不沿用旧数。"
)
CLOSE = Step("stage-closure", "结束本阶段", OFFICE, (NOTE,), "结束前自动计分一次；下一阶段随即开始。")
PUBLICISE = Step(
    "publicity",
    "登记公示",
    OFFICE,
    (Field("where", "在哪里公示", hint="网站地址、公示栏"), moment("公示时间")),
    "公示期自公示之时起算；满期且意见都已答复才能结束公示阶段。",
)
OPINION = Step(
    "opinions",
    "登记公示意见",
    OFFICE,
    (Field("channel", "来自", hint="电话、信箱、来访；不记姓名"), Field("content", "意见", "words")),
)
ANSWER = Step("answer", "答复意见", OFFICE, (Field("answer", "怎样办的", "words"),))
CONCLUDE = Step(
    "conclusion",
    "作出结论",
    OFFICE,
    (
        Field("passed", "结论", "choice", options=(("true", "通过"), ("false", "不通过"))),
        Field("reason", "理由或依据", "words", "按细则达标而评为不通过的必填", required=False),
    ),
    "先计分看过结果。按细则未达标或尚不能确定的，不能评为通过。",
)
ABANDON = Step("abandonment", "终止评价", OFFICE, (REASON,), "不作结论；已填的都保留。")
RUN_STEPS = (SCORE, SNAPSHOT, CLOSE, PUBLICISE, OPINION, CONCLUDE, ABANDON)

DAYS = Field("days", "多少日内完成", "decimal", "自然日，从下达之日起", value="60")
GIVE_BY_SCHEME = Step("by-scheme", "按细则逐条下达", OFFICE, (DAYS,), "细则写明单位、还没有任务的条款各下达一项。")
GIVE_BY_TEXT = Step(
    "by-text",
    "按方案文字下达",
    OFFICE,
    (
        Field("text", "方案中责任分解的文字", "words", "读〔责任单位：…〕和（牵头单位：…；参与单位：…）"),
        Field("source", "文件名称与文号"),
        DAYS,
    ),
    "原文没有写明牵头的，以第一个单位为牵头。有一处读不懂就一项也不下达。",
)
GIVING_STEPS = (GIVE_BY_SCHEME, GIVE_BY_TEXT)

REPORT = Step("report", "上报完成", REPORTERS, (NOTE,))
ACCEPT = Step("acceptance", "核对属实", OFFICE, (NOTE,), "请由上报人之外的人核对。")
SEND_BACK = Step("return", "退回", OFFICE, (Field("reason", "还差什么", "words"),))
REMIND = Step("reminder", "催办", OFFICE, (NOTE,))
WITHDRAW = Step("withdrawal", "撤销任务", OFFICE, (REASON,))
TASK_STEPS = (REPORT, ACCEPT, SEND_BACK, REMIND, WITHDRAW)
_OF_TASKS = {TaskState.OPEN: (REPORT, REMIND, WITHDRAW), TaskState.REPORTED: (ACCEPT, SEND_BACK, WITHDRAW)}

REVIEW = Step(
    "review",
    "审核材料",
    REVIEWERS,
    (
        Field("accepted", "审核结果", "choice", options=(("true", "采用"), ("false", "退回"))),
        Field("reason", "理由", "words", "退回的必填", required=False),
    ),
    "自己提交的材料请由他人审核。",
)
DECIDE = Step(
    "decision",
    "批准合理缺项",
    REVIEWERS,
    (
        Field("approved", "决定", "choice", options=(("true", "批准"), ("false", "不批准"))),
        Field("reason", "理由", "words", "不批准的必填", required=False),
    ),
)
SECOND = Step("second", "复核评分", WRITERS, (), "请由评分人之外的人复核。")


def begin_step(schemes: Sequence[Answer], region: str) -> Step:
    """The form by which a run begins: `schemes` are the published versions there are."""
    choices = tuple(
        (
            f"{one['code']}@{one['number']}",
            f"{one['title']}，第{one['number']}版{'' if one['official'] else '（示例）'}",
        )
        for one in schemes
    )
    days = tuple(
        Field(
            f"days.{stage.value}",
            f"{stage.label}多少日",
            "decimal",
            "自然日" if stage in ALWAYS else "不设这一阶段的不填",
            required=stage in ALWAYS,
        )
        for stage in Stage
    )
    fields = (
        Field("scheme", "按哪一版细则", "select", options=choices),
        Field("title", "名称", hint="如：海曙区 2026 年评价"),
        Field("region_code", "被评价地区的区划代码", value=region),
        Field("organiser_region_code", "组织评价的食安办所在区划", hint="自己或上级；自己评自己的不填", required=False),
        Field("period", "评价哪一段时间的工作", hint="2026、2026-Q3 或 2026-07"),
        *days,
    )
    return Step("new", "开始评价", OFFICE, fields, "从自评阶段开始；各阶段的天数由方案写明。")


def begin_body(typed: Mapping[str, str]) -> dict[str, Any]:
    """The form as the service takes it; a stage without days is none."""
    given = {name: text.strip() for name, text in typed.items()}
    code, _, number = given["scheme"].partition("@")
    body: dict[str, Any] = {name: given[name] for name in ("title", "region_code", "period")}
    if given["organiser_region_code"]:
        body["organiser_region_code"] = given["organiser_region_code"]
    stages = [{"stage": stage.value, "days": days} for stage in Stage if (days := given[f"days.{stage.value}"])]
    return body | {"scheme_code": code, "scheme_number": number, "stages": stages}


def begin_errors(body: Answer, errors: Sequence[Any]) -> list[FieldError]:
    """The service's refusals at the fields of the form."""
    found = []
    for error in errors:
        parts = [*error.pointer.strip("/").split("/"), "", ""]
        field = {"scheme_code": "scheme", "scheme_number": "scheme"}.get(parts[0], parts[0] or WHOLE_FORM)
        if parts[0] == "stages":
            place = int(parts[1]) if parts[1].isdigit() else 0
            field = f"days.{body['stages'][place]['stage']}" if place < len(body["stages"]) else WHOLE_FORM
        found.append(FieldError(field, error.message))
    return found


def claim_step(code: str) -> Step:
    fields = (Field("clause_code", "条款编号", value=code), Field("reason", "为什么不适用", "words"))
    return Step("inapplicability-claims", "提出合理缺项", OFFICE, fields, "批准以前照常评分。")


def offered_on_run(run: Answer, roles: frozenset[Role]) -> list[Step]:
    """What the page of a run offers, by its stage."""
    if run["state"] != "open":
        return []
    steps = [SCORE, SNAPSHOT]
    match run["stage"]:
        case "publicity":
            steps += [CLOSE, OPINION] if run["publicised_at"] else [PUBLICISE]
        case "panel":
            steps += [CONCLUDE]
        case _:
            steps += [CLOSE]
    return [step for step in (*steps, ABANDON) if step.roles & roles]


def offered_on_task(task: Answer, roles: frozenset[Role]) -> list[Step]:
    steps = _OF_TASKS.get(TaskState(task["state"]), ())
    return [step for step in steps if step.roles & roles]


def statement_step(node: Answer, inputs: Sequence[tuple[str, Answer]]) -> Step | None:
    """What is stated for a clause, by its rule: a mark, faults, the values its formulas name; None for site visits."""
    rule = node.get("rule") or {}
    fields: list[Field] = []
    match rule.get("kind"):
        case "level_scale":
            levels = tuple((one["name"], f"{one['name']}（{one['low']}～{one['high']}）") for one in rule["levels"])
            fields += [Field("level", "等次", "choice", options=levels), _points(node)]
        case "expert" | "stage":
            fields.append(_points(node))
        case "checklist":
            faults = tuple((one["code"], f"{one['label']}（扣 {one['deduct']}）") for one in rule["faults"])
            lead = "没有选的记为查过、没有问题"
            fields.append(Field("faults", "发现的问题", "choices", lead, required=False, options=faults))
    fields += [value_field(name, item) for name, item in inputs if item.get("kind") != "peers"]
    if not fields:
        return None
    hint = "扣分的、改正系统取得的数的，必填"
    return Step("statement", "填报", WRITERS, (*fields, Field("reason", "依据", "words", hint, required=False)))


def statement_body(node: Answer, step: Step, typed: Mapping[str, str], inputs: Mapping[str, Answer]) -> dict[str, Any]:
    """A form of `statement_step` as the service takes it; values left empty are not stated."""
    code, given = node["code"], {name: text.strip() for name, text in typed.items()}
    body: dict[str, Any] = {"reason": given.get("reason", "")}
    names = {field.name for field in step.fields}
    if "points" in names and given["points"]:
        level = {"level": given["level"]} if given.get("level") else {}
        body["marks"] = {code: {"points": given["points"], "reason": given["reason"]} | level}
    if "faults" in names:
        wrong = set(given["faults"].splitlines())
        body["faults"] = {code: {one["code"]: one["code"] in wrong for one in node["rule"]["faults"]}}
    values = {name: given[f"value.{name}"] for name in inputs if given.get(f"value.{name}")}
    if values:
        body["values"] = {name: typed_value(inputs[name], text) for name, text in values.items()}
    return body


def statement_errors(node: Answer, errors: Sequence[Any]) -> list[FieldError]:
    """The service's refusals at the fields of the form."""
    found = []
    for error in errors:
        parts = [*error.pointer.strip("/").split("/"), ""]
        field = {"marks": "points", "faults": "faults", "values": f"value.{parts[1]}", "reason": "reason"}.get(parts[0])
        found.append(FieldError(field or WHOLE_FORM, error.message))
    return found


def _points(node: Answer) -> Field:
    return Field("points", "得分", "decimal", f"满分 {node['points']}", required=False)


def value_field(name: str, item: Answer) -> Field:
    unit = item.get("unit") or ""
    hint = "系统取数；要改正才填" if item.get("source", "entered") != "entered" else unit
    if item.get("kind") == "boolean":
        return Field(
            f"value.{name}", item["label"], "choice", hint, required=False, options=(("yes", "是"), ("no", "否"))
        )
    hint = f"{hint}；只知道大概的写 280～320" if item.get("kind", "number") == "number" else hint
    return Field(f"value.{name}", item["label"], "text", hint.strip("；"), required=False)


def typed_value(item: Answer, text: str) -> Any:
    if item.get("kind") == "boolean":
        return text == "yes"
    if item.get("kind", "number") == "number" and ("～" in text or "~" in text):
        low, _, high = text.replace("~", "～").partition("～")
        return {"low": low.strip(), "high": high.strip()}
    return text
