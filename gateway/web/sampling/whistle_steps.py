"""The steps a person can take on a whistle from its page: which are offered to whom, and what each asks. Pure."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from gateway.web import words
from gateway.web.sampling.whistle_timeline import OBJECTION_CLOCK
from gateway.web.steps import EVIDENCE, NOTE, Answer, Field, Step, asked_of, filled, moment
from shared.contracts.codes import Role
from shared.contracts.sampling import ObjectionState, StopSaleState, Verdict, WhistleOutcome, WhistleState
from shared.times import SHANGHAI

OFFICERS = frozenset({Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER})
ON_SITE = OFFICERS | {Role.GRID_OFFICER, Role.SAMPLER, Role.MARKET_OPERATOR}


STEPS = (
    Step(
        "notice",
        "登记告知",
        ON_SITE,
        (moment("告知时间", required=True), NOTE, EVIDENCE),
        "销售者收到检测结果的时间。申请复检的时限从这时起算。只登记一次；有误的由检查、办案、食安办人员更正，在说明中写明理由。",
    ),
    Step(
        "statutory-sample",
        "登记抽样",
        OFFICERS | {Role.SAMPLER},
        (
            Field("sample_number", "抽样单编号", hint="如 XBJ26330203000001"),
            Field(
                "same_lot",
                "样品取自哪一批",
                "choice",
                options=(("true", "同批：停售的那一批"), ("false", "非同批：同一销售者的同种产品")),
            ),
            moment("抽样时间"),
            NOTE,
            EVIDENCE,
        ),
        "非同批的样品检验合格，不能证明停售的这一批合格。",
    ),
    Step(
        "outcome",
        "作出结论",
        OFFICERS,
        (
            Field("outcome", "结论", "choice", options=tuple((each.value, each.label) for each in WhistleOutcome)),
            Field("note", "依据", "words", "检验报告编号；或为何无法复核"),
            moment("作出结论的时间"),
            EVIDENCE,
        ),
        "快检复测不改变结论；没有监督抽检样品的，只能作“无法复核”的结论。",
    ),
    Step(
        "stop-sale-release",
        "解除停售",
        OFFICERS,
        (moment("解除时间"), NOTE, EVIDENCE),
        "只限停售的同一批检验合格的。",
    ),
    Step(
        "disposals",
        "登记处置",
        ON_SITE,
        (
            Field("quantity", "处置数量", "decimal"),
            Field("unit", "单位"),
            Field("note", "怎样处置", "words", "如“粉碎后深埋”；数量为 0 时写明货物去向"),
            moment("处置时间"),
            EVIDENCE,
        ),
        "可以分次登记，累计不超过停售数量；已无存货的登记 0。",
    ),
    Step(
        "closure",
        "办结",
        OFFICERS,
        (
            Field("note", "说明", "words", "货物没有全部处置的，写明其余货物的去向", required=False),
            moment("办结时间"),
            EVIDENCE,
        ),
    ),
    Step(
        "objection",
        "登记复检申请",
        OFFICERS | {Role.MARKET_OPERATOR, Role.BUSINESS},
        (
            Field("note", "申请复检的理由", "words"),
            Field(
                "at",
                "书面申请递交的时间",
                "moment",
                "只在补记更早递交的书面申请时填，并附证据；不填就是现在",
                required=False,
                roles=OFFICERS,
            ),
            EVIDENCE,
        ),
        "以登记时为准。时限内的受理；逾期的记录在案，不予受理。受理后，结论作出前不得销毁。",
    ),
    Step(
        "repeats",
        "登记复测",
        ON_SITE,
        (
            Field("verdict", "复测结果", "choice", options=tuple((each.value, each.label) for each in Verdict)),
            moment("复测时间"),
            NOTE,
            EVIDENCE,
        ),
        "快检复测只作线索，不改变结论。",
    ),
)


def offered(whistle: Answer, roles: frozenset[Role], now: datetime) -> list[Step]:
    """The steps possible in the whistle's state for somebody with `roles`; the one that is due next stands first."""
    possible = _possible(whistle, roles, now)
    steps = [asked_of(roles, step) for step in STEPS if step.slug in possible and step.roles & roles]
    return sorted(steps, key=lambda step: step.slug != next_step(whistle))


def next_step(whistle: Answer) -> str:
    """The slug of the step that moves the whistle on; empty once it is closed."""
    state = WhistleState(whistle["state"])
    if state is WhistleState.CLOSED:
        return ""
    if state is WhistleState.SAMPLED:
        return "outcome"
    if state is WhistleState.OPEN:
        return "notice" if whistle["told_at"] is None else "statutory-sample"
    outcome = WhistleOutcome(whistle["outcome"])
    if outcome is WhistleOutcome.UNCONFIRMED and StopSaleState(whistle["stop_sale"]) is StopSaleState.IN_FORCE:
        return "stop-sale-release"
    if outcome is WhistleOutcome.CONFIRMED and whistle["destroyed_quantity"] is None:
        return "disposals"
    return "closure"


def _possible(whistle: Answer, roles: frozenset[Role], now: datetime) -> set[str]:
    state, objection = WhistleState(whistle["state"]), ObjectionState(whistle["objection"])
    found = {next_step(whistle)} - {""}
    if state in (WhistleState.OPEN, WhistleState.SAMPLED):
        found |= {"outcome", "repeats"}
        found = found | {"notice"} if _may_tell(whistle, roles) else found - {"notice"}
        if objection is ObjectionState.NONE or (objection is ObjectionState.REFUSED_LATE and roles & OFFICERS):
            found |= {"objection"}
        if objection is not ObjectionState.ACCEPTED and not _may_still_contest(whistle, now):
            found |= {"disposals"}
        if state is WhistleState.OPEN:
            found |= {"statutory-sample"}
    elif state is WhistleState.CONCLUDED and whistle["outcome"] != WhistleOutcome.UNCONFIRMED:
        found |= {"disposals"}
    return found - {"disposals"} if _left(whistle) == 0 and next_step(whistle) != "disposals" else found


def _may_tell(whistle: Answer, roles: frozenset[Role]) -> bool:
    """Once by anybody on site; then, until an objection was decided by it, an officer may correct it."""
    told, objection = whistle["told_at"] is not None, ObjectionState(whistle["objection"])
    if not told and objection is ObjectionState.NONE:
        return True
    decided = objection is ObjectionState.ACCEPTED or (told and objection is ObjectionState.REFUSED_LATE)
    return bool(roles & OFFICERS) and not decided


def _may_still_contest(whistle: Answer, now: datetime) -> bool:
    windows = [clock for clock in whistle["clocks"] if clock["code"] == OBJECTION_CLOCK and clock["state"] == "running"]
    return any(datetime.fromisoformat(window["due_at"]) >= now for window in windows if window["due_at"])


def _left(whistle: Answer) -> Decimal | None:
    """What is still held back; None where nobody has said how much there was."""
    if whistle["held_quantity"] is None:
        return None
    return Decimal(whistle["held_quantity"]) - Decimal(whistle["destroyed_quantity"] or 0)


def shown(step: Step, whistle: Answer, now: datetime) -> Step:
    """The step as this whistle's form begins: the unit of what is held and how much is left; a notice, at present."""
    begun = filled(
        step,
        {"unit": whistle["unit"] or ""}
        | ({"at": f"{now.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"} if step.slug == "notice" else {}),
    )
    return replace(
        begun,
        fields=tuple(
            replace(field, hint=quantity_hint(whistle)) if field.name == "quantity" else field for field in begun.fields
        ),
    )


def quantity_hint(whistle: Answer) -> str:
    """How much may still be entered, in words."""
    left, unit = _left(whistle), whistle["unit"] or ""
    if left is None:
        return "停售数量未知，按实际数量登记"
    return f"停售{words.number(Decimal(whistle['held_quantity']))}{unit}，最多还可登记{words.number(left)}{unit}"
