"""Forms of assessments between the page and the service: opening a period, scoring one assessed, the talk. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.web.forms import FieldError
from gateway.web.scoring.evaluation_steps import OFFICE, typed_value, value_field
from gateway.web.steps import PLAIN_DIGITS, WHOLE_FORM, Field, Step
from shared.http.problems import FieldError as SaidError

Answer = Mapping[str, Any]

TALK = Step(
    "talk",
    "登记约谈",
    OFFICE,
    (
        Field("held_on", "哪一天约谈", "day"),
        Field("demands", "整改要求", "words", "不记姓名"),
        Field("until", "限期整改到哪一天", "day"),
    ),
    "通报以后约谈；登记了就不再改。",
)


def open_step(schemes: Sequence[Answer], region: str) -> Step:
    """The form by which the assessment of a period begins."""
    versions = tuple(
        (
            f"{one['code']}@{one['number']}",
            f"{one['title']}，第{one['number']}版{'' if one['official'] else '（示例）'}",
        )
        for one in schemes
    )
    fields = (
        Field("scheme", "按哪一版细则", "select", options=versions),
        Field("title", "名称", hint="如：2026 年 7 月镇街考核"),
        Field("region_code", "考核地区的区划代码", value=region),
        Field("subject_kind", "考核谁", "choice", options=(("town", "乡镇（街道）"), ("department", "部门"))),
        Field("period", "考核哪一期", hint="按月 2026-07，按季 2026-Q3"),
        Field("weight", "食品安全在年度综合考核中的权重", "decimal", "0 到 1，如 0.03"),
    )
    return Step("new", "开始考核", OFFICE, fields, "逐个对象计分，看过名次再通报；通报以后不再变。")


def open_body(typed: Mapping[str, str]) -> dict[str, Any]:
    given = {name: text.strip() for name, text in typed.items()}
    code, _, number = given.pop("scheme").partition("@")
    return given | {"scheme_code": code, "scheme_number": number, "weight": given["weight"].translate(PLAIN_DIGITS)}


def assess_step(scheme: Answer, towns: Sequence[tuple[str, str]], today: str) -> Step:
    """All that the scheme asks about one assessed. `towns` are offered where towns are assessed; none: a department."""
    who = (
        (Field("code", "乡镇（街道）", "select", options=tuple(towns)),)
        if towns
        else (Field("code", "部门代码", hint="本级自定，各期相同"), Field("name", "部门名称"))
    )
    fields = [*who, Field("on", "截至哪一天", "day", value=today)]
    fields += [value_field(name, item) for name, item in scheme["inputs"].items() if item.get("kind") != "peers"]
    for node in _leaves(scheme["nodes"]):
        fields += _of_clause(node)
    fields.append(Field("vetoes", "一票否决的情形", "lines", "一行一件，写事实和依据；没有的不填", required=False))
    return Step("assess", "计分", OFFICE, tuple(fields), "没有数据的不填：得分是一个范围，名次未定；零就写 0。")


def assess_body(scheme: Answer, typed: Mapping[str, str], names: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The code of the assessed, and the body that scores it. `names` are those of towns."""
    given = {name: text.strip() for name, text in typed.items()}
    code = given["code"]
    values = {
        name: typed_value(item, given[f"value.{name}"])
        for name, item in scheme["inputs"].items()
        if given.get(f"value.{name}")
    }
    marks, faults = {}, {}
    for node in _leaves(scheme["nodes"]):
        clause, kind = node["code"], node["rule"]["kind"]
        said = {part: given.get(f"marks/{clause}/{part}", "") for part in ("points", "level", "reason", "evidence")}
        if kind in ("expert", "level_scale") and said["points"]:
            mark = {part: text for part, text in said.items() if text}
            marks[clause] = mark | {"points": said["points"].translate(PLAIN_DIGITS)}
        if kind == "checklist":
            wrong = set(given.get(f"faults/{clause}", "").splitlines())
            faults[clause] = {one["code"]: one["code"] in wrong for one in node["rule"]["faults"]}
    body = {
        "name": given.get("name") or names.get(code, ""),
        "input": {"on": given["on"], "values": values, "marks": marks, "faults": faults},
        "vetoes": [line.strip() for line in given["vetoes"].splitlines() if line.strip()],
    }
    return code, body


def assess_errors(step: Step, errors: Iterable[SaidError]) -> list[FieldError]:
    """The service's refusals at the fields of the form."""
    fields = {field.name: field.label for field in step.fields}
    found = []
    for error in errors:
        parts = error.pointer.removeprefix("/input").strip("/").split("/")
        ways = [".".join(("value", *parts[1:2])), "/".join(parts[:3]), "/".join(parts[:2]), parts[0]]
        ways += [f"marks/{parts[1]}/points"] if len(parts) > 1 else []
        ways += ["code"] if error.pointer.startswith("#path") else []
        if parts[0] != "values":
            ways = ways[1:]
        field = next((way for way in ways if way in fields), WHOLE_FORM)
        found.append(FieldError(field, error.message if field == WHOLE_FORM else f"{fields[field]}：{error.message}"))
    return found


def typed_of(assessed: Answer) -> dict[str, str]:
    """What the form holds of one who was scored before."""
    given = assessed["input"]
    typed = {"code": assessed["code"], "name": assessed["name"], "on": given["on"]}
    against = {f"{one['code']} {one['title']}" for one in assessed["result"]["vetoes"] if one["holds"] == "no"}
    typed["vetoes"] = "\n".join(one for one in assessed["vetoes"] if one not in against)
    for name, value in given["values"].items():
        typed[f"value.{name}"] = _said(value)
    for clause, mark in given["marks"].items():
        for part in ("points", "level", "reason", "evidence"):
            if mark.get(part) not in (None, ""):
                typed[f"marks/{clause}/{part}"] = str(mark[part])
    for clause, faults in given["faults"].items():
        typed[f"faults/{clause}"] = "\n".join(code for code, wrong in faults.items() if wrong)
    return typed


def _of_clause(node: Answer) -> Iterator[Field]:
    clause, rule, title = node["code"], node["rule"], f"{node['code']} {node['title']}"
    if rule["kind"] == "checklist":
        faults = tuple((one["code"], f"{one['label']}（扣 {one['deduct']}）") for one in rule["faults"])
        hint = "没有选的记为查过、没有问题"
        yield Field(f"faults/{clause}", f"{title}：发现的问题", "choices", hint, required=False, options=faults)
    if rule["kind"] not in ("expert", "level_scale"):
        return
    if rule["kind"] == "level_scale":
        levels = tuple((one["name"], f"{one['name']}（{one['low']}～{one['high']}）") for one in rule["levels"])
        yield Field(f"marks/{clause}/level", f"{title}：等次", "choice", required=False, options=levels)
    yield Field(f"marks/{clause}/points", f"{title}：得分", "decimal", f"满分 {node['points']}", required=False)
    yield Field(f"marks/{clause}/reason", f"{title}：理由", "text", "扣分的必填", required=False)
    if rule.get("evidence_at_least"):
        hint = f"须有 {rule['evidence_at_least']} 件"
        yield Field(f"marks/{clause}/evidence", f"{title}：证据件数", "decimal", hint, required=False)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return f"{value['low']}～{value['high']}" if value.get("low") is not None else str(value.get("value") or "")
    return "" if value is None else str(value)


def _leaves(nodes: Sequence[Answer]) -> Iterator[Answer]:
    for node in nodes:
        if node.get("rule"):
            yield node
        yield from _leaves(node.get("parts", ()))
