"""From values to an index, to places, to how far places hang on the weights. Pure.

Missing is missing: an indicator nobody knows counts neither for nor against, the weights of the others are stretched
over it; with less than the minimum known there is no index and no place. Indices are compared at twelve decimals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from services.scoring.indices.content import IndexRules
from services.scoring.lists.rules import Candidate, places

Values = Mapping[str, Decimal | None]
Weights = Mapping[str, Fraction]
PLACES = Decimal("1e-12")
EXACTLY = Context(prec=60)
MORE, LESS = Fraction(5, 4), Fraction(3, 4)
"""How far each weight is moved in turn to see what hangs on it: a quarter up, a quarter down."""


@dataclass(frozen=True, slots=True)
class Index:
    """What one place came to. `value` null: `known` (the share of the weights that is known) is too little."""

    value: Decimal | None
    known: Decimal
    normalised: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One other choice that could as well have been made, and everybody's place then."""

    name: str
    places: Mapping[str, int]


def normalised(rules: IndexRules, values: Values) -> dict[str, Fraction]:
    """Of every known indicator 0 to 100 between its goalposts."""
    found = {}
    for one in rules.indicators:
        value = values.get(one.code)
        if value is not None:
            reached = Fraction(value - one.worst) / Fraction(one.best - one.worst) * 100
            found[one.code] = min(max(reached, Fraction(0)), Fraction(100))
    return found


def index_of(rules: IndexRules, values: Values, weights: Weights | None = None) -> Index:
    """The index of one place; `weights` instead of the rule's own."""
    own = weights or weights_of(rules)
    found = normalised(rules, values)
    known = sum((own[code] for code in found), Fraction(0)) / sum(own.values(), Fraction(0))
    shown = {code: _decimal(value) for code, value in found.items()}
    if not found or known == 0 or known < Fraction(rules.minimum_data):
        return Index(None, _decimal(known), shown)
    total = sum((own[code] for code in found), Fraction(0))
    if rules.mean == "arithmetic":
        value = _decimal(sum((own[code] * found[code] for code in found), Fraction(0)) / total)
    else:
        floor = Fraction(rules.floor)
        logs = (
            EXACTLY.multiply(_exact(own[code] / total), EXACTLY.ln(_exact(max(found[code], floor))))
            for code in sorted(found)
        )
        value = EXACTLY.exp(sum(logs, Decimal(0)))
    return Index(value.quantize(PLACES, context=EXACTLY), _decimal(known), shown)


def weights_of(rules: IndexRules) -> dict[str, Fraction]:
    return {one.code: Fraction(one.weight) for one in rules.indicators}


def places_of(indices: Mapping[str, Index]) -> dict[str, int]:
    """Everybody's place, equals sharing one (1、2、2、4); who has no index has none."""
    ranked = {code: one.value for code, one in indices.items() if one.value is not None}
    found = places([Candidate(value, value) for value in ranked.values()])
    return {code: place.best for code, place in zip(ranked, found, strict=True)}


def scenarios(rules: IndexRules, values: Mapping[str, Values]) -> list[Scenario]:
    """The places under other choices: each weight a quarter more or less, each indicator left out, all weights equal,
    the other mean. Who has an index under the rule itself is placed in all of them.
    """
    own = weights_of(rules)
    placed = {code: one for code, one in values.items() if index_of(rules, one).value is not None}
    anyhow = without_minimum(rules)
    titles = {one.code: one.title for one in rules.indicators}
    found = [
        _scenario(f"“{titles[code]}”的权重{word}", anyhow, placed, own | {code: weight * factor})
        for code, weight in own.items()
        for word, factor in (("加四分之一", MORE), ("减四分之一", LESS))
    ]
    if len(own) > 1:
        found += [_scenario(f"不看“{titles[code]}”", anyhow, placed, {**own, code: Fraction(0)}) for code in own]
        found.append(_scenario("各指标权重相同", anyhow, placed, dict.fromkeys(own, Fraction(1))))
        other = "geometric" if rules.mean == "arithmetic" else "arithmetic"
        word = "几何平均" if other == "geometric" else "算术平均"
        found.append(_scenario(f"改用{word}", anyhow.model_copy(update={"mean": other}), placed, own))
    return found


def without_minimum(rules: IndexRules) -> IndexRules:
    """The rule without its minimum: a scenario moves weights, not who is in."""
    return rules.model_copy(update={"minimum_data": Decimal(0)})


def range_of(code: str, place: int, found: Sequence[Scenario]) -> tuple[int, int]:
    """The best and the worst place of one over the rule and all scenarios in which it has one."""
    all_places = [place, *(one.places[code] for one in found if code in one.places)]
    return min(all_places), max(all_places)


def _scenario(name: str, rules: IndexRules, values: Mapping[str, Values], weights: Weights) -> Scenario:
    return Scenario(name, places_of({code: index_of(rules, one, weights) for code, one in values.items()}))


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _exact(number: Fraction) -> Decimal:
    return EXACTLY.divide(Decimal(number.numerator), Decimal(number.denominator))
