"""The form of a site-check draw between the page and the service, and a draw as it is looked through. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.web.forms import FieldError
from gateway.web.row_forms import Group, RowForm
from gateway.web.scoring.site_check_forms import KINDS, WAYS
from gateway.web.steps import WHOLE_FORM, Field
from shared.contracts.inspection import BusinessKind
from shared.http.problems import FieldError as SaidError

Answer = Mapping[str, Any]

SCORED = (("all_or_nothing", "做到得满分，否则不得分"), ("judgement", "酌情扣分"), ("per_finding", "每发现一次扣"))
ACT = "抽取（只抽一次）"


def draw_form(nodes: Sequence[Answer]) -> RowForm:
    """The questions of a draw: how sites are summed up, the site kinds with their numbers, their lines, other units."""
    clauses = tuple((node["code"], f"{node['code']} {node['title'][:24]}") for node in _leaves(nodes))
    kinds = tuple((kind.value, kind.label) for kind in BusinessKind)
    forms = Group(
        "forms",
        "业态：检查表和点位数",
        "种业态",
        (
            Field("code", "检查表代码", hint="字母数字，如 school-gate"),
            Field("label", "业态名称", hint="如：中小学校周边"),
            Field("open", "明查几个", "decimal", value="0"),
            Field("hidden", "暗访几个", "decimal", value="0"),
            Field("kinds", "从一户一档取这些业态在营的全部", "choices", "不选的，在下面另列单位", False, kinds),
        ),
        most=30,
        spare=1,
    )
    items = Group(
        "items",
        "检查表的条目",
        "条",
        (
            Field("form", "属于哪张检查表", hint="检查表代码；只有一张的不填", required=False),
            Field("clause", "细则的哪一条", "select", options=clauses, value=clauses[0][0]),
            Field("text", "查什么"),
            Field("points", "满分", "decimal"),
            Field("kind", "怎样评", "select", options=SCORED, value=SCORED[0][0]),
            Field("each", "每次扣几分", "decimal", "只有“每发现一次扣”才填", required=False),
        ),
        (
            Field(
                "may_be_absent",
                "能否缺项",
                "choice",
                required=False,
                options=(("false", "不能"), ("true", "能（合理缺项）")),
            ),
        ),
        most=200,
        spare=5,
    )
    units = Group(
        "units",
        "另列的单位",
        "个单位",
        (
            Field("code", "单位代码", hint="自编，不重复"),
            Field("name", "单位名称"),
            Field("town", "所在乡镇（街道）的区划代码"),
            Field("form", "检查表代码"),
        ),
        most=200,
        spare=10,
        lead="一户一档里没有的（学校、监管所、农业基地）在这里列；更多的用接口一次提交。可抽的都要列全，漏列的抽不到。",
    )
    head = (
        Field("aggregate/how", "各点位怎样汇总", "select", options=tuple(WAYS.items())),
        Field("aggregate/at_least", "得分率达到多少算达到", "decimal", "0 到 1；只有取占比才填", required=False),
    )
    lead = "乡镇（街道）取自区划，一个也不能漏。名单先定、取了指纹，再产生种子；抽了就不能再抽。"
    return RowForm(ACT, head, (forms, items, units), lead)


def plan_body(said: Answer) -> dict[str, Any]:
    """The form as the service takes it: lines under their form, numbered; the register's kinds beside the forms."""
    forms = [dict(one) for one in said.get("forms", ())]
    register = [
        {"form": one.get("code", ""), "kinds": kinds} for one in forms if (kinds := one.pop("kinds", None)) is not None
    ]
    placed = dict(_placed(said))
    for number, form in enumerate(forms):
        lines = [one for place, one in enumerate(said.get("items", ())) if placed[place][0] == number]
        form["items"] = [
            {name: value for name, value in line.items() if name != "form"} | {"code": f"{position}"}
            for position, line in enumerate(lines, 1)
        ]
    aggregate = said.get("aggregate", {})
    return {"aggregate": aggregate, "forms": forms, "units": said.get("units", []), "from_register": register}


def strays(said: Answer) -> list[FieldError]:
    """Lines that belong to no form of the draw."""
    return [
        FieldError(
            f"items/{place}/form", f"第{place + 1}条，没有检查表“{said['items'][place].get('form', '')}”，请改正"
        )
        for place, (form, _) in _placed(said)
        if form is None
    ]


def errors_at(said: Answer, errors: Iterable[SaidError]) -> list[FieldError]:
    """The service's refusals at the fields of the form."""
    lines = {where: place for place, where in _placed(said)}
    registered = [place for place, one in enumerate(said.get("forms", ())) if "kinds" in one]
    found = []
    for error in errors:
        match error.pointer.strip("/").split("/"):
            case ["forms", form, "items", line, *rest] if (int(form), int(line)) in lines:
                place = lines[int(form), int(line)]
                field, where = f"items/{place}/{rest[0] if rest else 'kind'}", f"第{place + 1}条，"
            case ["forms", form, "items", *_]:
                field, where = f"forms/{form}/code", f"第{int(form) + 1}种业态的条目："
            case ["from_register", number, *_]:
                field, where = f"forms/{registered[int(number)]}/kinds", f"第{registered[int(number)] + 1}种业态，"
            case ["forms" | "units" as group, number, *rest]:
                word = "种业态" if group == "forms" else "个单位"
                field, where = f"{group}/{number}/{rest[0] if rest else 'code'}", f"第{int(number) + 1}{word}，"
            case ["aggregate", *rest]:
                field, where = f"aggregate/{rest[0] if rest else 'at_least'}", ""
            case _:
                field, where = WHOLE_FORM, ""
        found.append(FieldError(field, f"{where}{error.message}"))
    return found


def strata_of(plan: Answer) -> list[dict[str, Any]]:
    """Each kind of site: how many could be drawn, in the drawn towns and in all, and how many were."""
    frame = plan["frame"]
    units = {unit["code"]: unit for unit in frame["units"]}
    drawn = Counter((visit["form"], visit["kind"]) for visit in plan["visits"])
    rows = []
    for form in plan["forms"]:
        own = [unit for unit in units.values() if unit["form"] == form["code"]]
        row: dict[str, Any] = {"label": form["label"], "units": len(own)}
        for kind in ("open", "hidden"):
            within = sum(unit["town"] in plan["towns"][kind] for unit in own)
            row[kind] = {"wanted": form[kind], "within": within, "drawn": drawn[form["code"], kind]}
        rows.append(row)
    return rows


def towns_of(plan: Answer) -> list[tuple[str, str, int, str]]:
    """Of each way of visiting: the rule, how many towns were drawn, and their names."""
    frame = plan["frame"]
    names = {town["code"]: town["name"] for town in frame["towns"]}
    found = []
    for kind, (_, label) in KINDS.items():
        rule, towns = frame["rules"][kind], plan["towns"][kind]
        share = f"不少于全部的 {rule['numerator']}/{rule['denominator']}" if rule["numerator"] else ""
        least = f"不少于 {rule['at_least']} 个" if rule["at_least"] else ""
        said = "，".join(part for part in (share, least) if part)
        found.append((label, said, len(towns), "、".join(names[code] for code in towns)))
    return found


def recomputing(plan: Answer) -> dict[str, Any]:
    """Everything by which anybody can reckon the draw again: the seed, the frame, its hash, and what came of it."""
    sites = [{name: visit[name] for name in ("number", "kind", "form", "unit_code")} for visit in plan["visits"]]
    kept = {name: plan[name] for name in ("algorithm", "seed", "frame_sha256", "frame", "towns")}
    return kept | {"sites": sites}


def _placed(said: Answer) -> Iterator[tuple[int, tuple[int | None, int]]]:
    """Of each line of the page: its form's place and its own place there."""
    codes = [one.get("code", "") for one in said.get("forms", ())]
    filled: Counter[int | None] = Counter()
    for place, line in enumerate(said.get("items", ())):
        code = line.get("form") or (codes[0] if len(codes) == 1 else "")
        form = codes.index(code) if code in codes else None
        yield place, (form, filled[form])
        filled[form] += 1


def _leaves(nodes: Sequence[Answer]) -> Iterator[Answer]:
    for node in nodes:
        if node.get("rule"):
            yield node
        yield from _leaves(node.get("parts", ()))
