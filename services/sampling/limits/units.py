"""Units of the field: which spelling means what, and the exact factor between two of them, never across dimensions.

A unit here is always "so much of something in so much food". Pint would call mg/kg, % and %vol all dimensionless and
convert them into one another; so what is found and the food it is found in have dimensions of their own: a mass of a
substance per mass of food is not a volume per volume, nor a count of colonies a most probable number. Pint defines and
checks; each factor is asked of it once, as a `Fraction`, and remembered.
"""

import re
from fractions import Fraction
from functools import lru_cache

import pint

from services.sampling.limits.numbers import plain_text

_DEFINITIONS = (
    "gram = [substance_mass] = g",
    "litre = [substance_volume] = L",
    "colony = [colonies] = CFU",
    "probable_number = [probable_number] = MPN",
    "piece = [pieces]",
    "becquerel = [activity] = Bq",
    "mole = [amount] = mol",
    "international_unit = [potency] = IU",
    "joule = [substance_energy] = J",
    "calorie = 4184/1000 * joule = cal",
    "food_gram = [food_mass]",
    "food_litre = [food_volume]",
    "food_joule = [food_energy]",
    "food_calorie = 4184/1000 * food_joule",
    "food_square_metre = [food_area]",
)
_FOUND = {
    **{"kg": "1000*gram", "g": "gram", "mg": "gram/1000", "ug": "gram/1000000", "ng": "gram/1000000000"},
    **{"pg": "gram/1000000000000", "l": "litre", "ml": "litre/1000", "ul": "litre/1000000"},
    **{
        "cfu": "colony",
        "mpn": "probable_number",
        "个": "piece",
        "只": "piece",
        "bq": "becquerel",
        "kbq": "1000*becquerel",
    },
    **{"mol": "mole", "mmol": "mole/1000", "umol": "mole/1000000", "iu": "international_unit"},
    **{"kj": "1000*joule", "j": "joule", "kcal": "1000*calorie"},
}
_FOOD = {
    **{"kg": "1000*food_gram", "g": "food_gram", "mg": "food_gram/1000", "t": "1000000*food_gram"},
    **{"l": "food_litre", "ml": "food_litre/1000", "cm3": "food_litre/1000"},
    **{"kj": "1000*food_joule", "j": "food_joule", "kcal": "1000*food_calorie"},
    **{"m2": "food_square_metre", "cm2": "food_square_metre/10000"},
}
_WHOLE = {
    **dict.fromkeys(("%", "%(m/m)", "%(w/w)", "质量分数%"), "g/100g"),
    **dict.fromkeys(("%vol", "vol%", "%(v/v)", "%(vol)"), "ml/100ml"),
    **{"‰": "g/kg", "ppm": "mg/kg", "ppb": "ug/kg"},
}
_SPELLING = re.compile(
    r"(?P<found>[a-z]+|个|只)/(?P<count>10|25|50|100|1000)?(?P<food>[a-z]+[23]?)(?:\((?P<other>[a-z]+)\))?"
)
_WITHOUT = frozenset({"", "-", "--", "—", "——", "/", "无", "无量纲", "无单位"})


@lru_cache(maxsize=4096)
def plain_unit(text: str) -> str:
    """A unit's spelling without differences of width, case and spaces; empty for "no unit" (`/`, `-`, 无)."""
    spelling = plain_text(text).casefold().replace("μ", "u").replace("^", "").replace("·", "")
    return "" if spelling in _WITHOUT else _WHOLE.get(spelling, spelling)


def is_known_unit(text: str) -> bool:
    """Whether the spelling is one that can be converted."""
    return bool(_expressions(plain_unit(text)))


@lru_cache(maxsize=4096)
def factor_between(from_unit: str, to_unit: str) -> Fraction | None:
    """By what a number in `from_unit` is multiplied to be one in `to_unit`; None when they cannot be compared.

    Spellings that nobody knows are comparable with themselves only. `CFU/g(mL)` is either of its two.
    """
    source, target = plain_unit(from_unit), plain_unit(to_unit)
    if source == target:
        return Fraction(1)
    for left in _expressions(source):
        for right in _expressions(target):
            if left.dimensionality == right.dimensionality:
                return Fraction((left / right).to_base_units().magnitude)
    return None


def _registry() -> "pint.UnitRegistry[Fraction]":
    """A registry of the field's own units; pint's usual one knows a thousand others, half of them in floats."""
    registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


_UNITS = _registry()


def _expressions(spelling: str) -> list["pint.Quantity[Fraction]"]:
    match = _SPELLING.fullmatch(spelling)
    if match is None or match["found"] not in _FOUND or match["food"] not in _FOOD:
        return []
    foods = [match["food"]] + ([match["other"]] if match["other"] in _FOOD else [])
    found = _quantity(_FOUND[match["found"]])
    return [found / (_quantity(_FOOD[food]) * Fraction(match["count"] or 1)) for food in foods]


def _quantity(expression: str) -> "pint.Quantity[Fraction]":
    """`1000*gram`, `gram/1000` or `gram` as a quantity with an exact magnitude."""
    times = re.fullmatch(r"(?:(\d+)\*)?([a-z_]+)(?:/(\d+))?", expression)
    assert times is not None
    return _UNITS.Quantity(Fraction(int(times[1] or 1), int(times[3] or 1)), times[2])
