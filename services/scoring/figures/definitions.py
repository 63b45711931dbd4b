"""The figures of scoring: what each counts, and the rows behind it."""

from typing import Any

from sqlalchemy import Integer, Select, Text, cast, literal, null, select, union_all

from services.scoring.credit.models import CreditSignal
from services.scoring.figures.counted import COUNTED_FIGURES
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.contracts.scoring import SignalState
from shared.figures.definition import Figure, day_in_shanghai

RISK_SIGNALS = FigureDefinition(
    code="scoring.risk_signals",
    name="风险信号",
    kind=FigureKind.FLOW,
    unit="条",
    numerator="当期发生的信用风险信号",
    denominator=None,
    higher_is_better=None,
    decimals=0,
    version=1,
    note="按发生日计；未对上登记主体的也计入",
)
OPEN_SIGNALS = FigureDefinition(
    code="scoring.open_signals",
    name="待核实风险信号",
    kind=FigureKind.STOCK,
    unit="条",
    numerator="期末尚未核实的信用风险信号",
    denominator=None,
    higher_is_better=False,
    decimals=0,
    version=1,
    note="发生记 +1，核实（属实、不属实或无法核实）记 −1",
)
CONFIRMED_SHARE = FigureDefinition(
    code="scoring.confirmed_signal_rate",
    name="风险信号属实率",
    kind=FigureKind.FLOW,
    unit="%",
    numerator="当期核实为属实的信号",
    denominator="当期核实的信号（属实与不属实；无法核实的不计）",
    higher_is_better=None,
    decimals=1,
    version=1,
    note="以他批样品合格作结的，视为无法核实，不算不属实",
)
SETTLED_EITHER_WAY = (SignalState.CONFIRMED, SignalState.DISMISSED)


def _link() -> Any:
    return literal("/v1/credit-signals/") + cast(CreditSignal.id, Text)


def _recorded() -> Select[Any]:
    return select(
        CreditSignal.id.label("id"),
        CreditSignal.summary.label("label"),
        CreditSignal.region_code.label("region_code"),
        day_in_shanghai(CreditSignal.occurred_at).label("day"),
        literal(1).label("numerator"),
        literal(0).label("denominator"),
        CreditSignal.recorded_at.label("recorded_at"),
        _link().label("link"),
    )


def _settlements(numerator: Any, denominator: Any) -> Select[Any]:
    return select(
        CreditSignal.settlement_id.label("id"),
        (literal("核实：") + CreditSignal.summary).label("label"),
        CreditSignal.region_code.label("region_code"),
        day_in_shanghai(CreditSignal.settled_at).label("day"),
        numerator.label("numerator"),
        denominator.label("denominator"),
        CreditSignal.settlement_recorded_at.label("recorded_at"),
        _link().label("link"),
    ).where(CreditSignal.settlement_id.is_not(null()))


def _open() -> Select[Any]:
    return select(union_all(_recorded(), _settlements(literal(-1), literal(0))).subquery())


def _confirmed() -> Select[Any]:
    confirmed = cast(CreditSignal.state == SignalState.CONFIRMED, Integer)
    return _settlements(confirmed, literal(1)).where(CreditSignal.state.in_(SETTLED_EITHER_WAY))


FIGURES = (
    Figure(RISK_SIGNALS, _recorded),
    Figure(OPEN_SIGNALS, _open),
    Figure(CONFIRMED_SHARE, _confirmed),
    *COUNTED_FIGURES,
)
