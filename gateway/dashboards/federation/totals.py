"""What may be added up over deployments. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.dashboards.federation.schemas import FederatedFigure, Total
from gateway.dashboards.ranking import ranked
from shared.contracts.figures import FigureDefinition, FigureState, FigureValue
from shared.figures.rules import value_of, wilson_interval


@dataclass(frozen=True, slots=True)
class Told:
    """A figure as one member told it."""

    name: str
    definition: FigureDefinition
    value: FigureValue


def combined(told: Sequence[Told], silent: Sequence[str]) -> FederatedFigure:
    """One figure over its members; `silent` are the names of those that did not tell it.

    Numerators and denominators are added, as within a deployment, where their regions' rows are disjoint too. A figure
    that does not mean the same everywhere is neither added nor ranked: its members stand side by side, in words.
    """
    newest = max(told, key=lambda each: each.definition.version).definition
    children = ranked(newest, [(each.name, each.value) for each in told])
    if any(_meaning(each.definition) != _meaning(newest) for each in told):
        versions = "，".join(f"{each.name}第 {each.definition.version} 版" for each in told)
        note = f"口径不同，不相加、不排名：{versions}"
        unplaced = [child.model_copy(update={"rank": None}) for child in children]
        return FederatedFigure(definition=newest, total=_nothing(FigureState.NOT_APPLICABLE, note), members=unplaced)
    return FederatedFigure(definition=newest, total=_total(newest, told, silent), members=children)


def _meaning(definition: FigureDefinition) -> FigureDefinition:
    """What has to be the same: not its wording or how it is shown, but all that is counted, and the version."""
    return definition.model_copy(update={"note": "", "decimals": 0, "name": ""})


def _total(definition: FigureDefinition, told: Sequence[Told], silent: Sequence[str]) -> Total:
    sums = [(each, *counts) for each in told if (counts := _counts(definition, each.value)) is not None]
    counted = [each for each, _, _ in sums]
    missing = [*(each.name for each in told if each not in counted), *silent]
    note = f"不含：{'、'.join(missing)}" if missing else ""
    if not counted:
        states = {each.value.state for each in told}
        return _nothing(states.pop() if len(states) == 1 else FigureState.MISSING, note)
    numerator = sum((part for _, part, _ in sums), Decimal(0))
    denominator = sum((part for _, _, part in sums), Decimal(0))
    interval = wilson_interval(numerator, denominator) if definition.is_rate else None
    return Total(
        state=FigureState.VALUE if numerator else FigureState.ZERO,
        value=value_of(definition, numerator, denominator),
        numerator=numerator,
        denominator=denominator if definition.denominator is not None else None,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        covers=[each.value.region_code for each in counted],
        note=note,
    )


def _counts(definition: FigureDefinition, value: FigureValue) -> tuple[Decimal, Decimal] | None:
    """What a member adds; None where it tells no count, or none that its share can be taken of."""
    if value.state not in (FigureState.VALUE, FigureState.ZERO) or value.numerator is None or value.numerator < 0:
        return None
    if definition.denominator is None:
        return value.numerator, Decimal(0)
    return (value.numerator, value.denominator) if value.denominator is not None and value.denominator > 0 else None


def _nothing(state: FigureState, note: str) -> Total:
    return Total(state=state, value=None, numerator=None, denominator=None, low=None, high=None, covers=[], note=note)
