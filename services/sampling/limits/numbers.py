"""Numbers as reports and standards print them: full width, thousands commas, `×10³`. Decimal from text, never float."""

import re
import unicodedata
from decimal import Context, Decimal
from fractions import Fraction

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+")
_SIGNS = str.maketrans(
    {"−": "-", "﹣": "-", "–": "-", "≦": "≤", "⩽": "≤", "≧": "≥", "⩾": "≥", "∽": "~", "∼": "~", "〜": "~"}
)

MANTISSA = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
EXPONENT = r"(?:[×xX*·]10(?:\^|\*\*)[+-]?[0-9]+|[eE][+-]?[0-9]+)"
NUMBER = rf"[+-]?(?:{MANTISSA}{EXPONENT}?|10(?:\^|\*\*)[+-]?[0-9]+)"
_NUMBER = re.compile(
    rf"([+-]?)(?:({MANTISSA})(?:[×xX*·]10(?:\^|\*\*)([+-]?[0-9]+)|[eE]([+-]?[0-9]+))?|10(?:\^|\*\*)([+-]?[0-9]+))"
)
_DRAWN_AS_NOTHING = frozenset(
    {
        *"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
    }
)
"""Not of the category of format, but drawn as nothing too: fillers, joiners of graphemes, variation selectors."""
_MOST_DIGITS = 30
_SHOWN = Context(prec=12)


def plain_text(text: str) -> str:
    """`text` in half width without spaces and characters that nobody sees; superscripts as `^3`, the many minus and
    comparison signs as one each.
    """
    if text.isascii():
        return "".join(text.split())
    text = "".join(sign for sign in text if not is_unseen(sign))
    raised = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group().translate(_SUPERSCRIPTS), text)
    return "".join(unicodedata.normalize("NFKC", raised).translate(_SIGNS).split())


def is_unseen(sign: str) -> bool:
    """Whether a character is one of format: it stands in a text and is drawn as nothing."""
    return unicodedata.category(sign) == "Cf" or sign in _DRAWN_AS_NOTHING


def read_number(text: str) -> Decimal | None:
    """The number that `text` (as `plain_text` gives it) is, digits kept as written (`1.50` stays `1.50`).

    None when it is none, when commas do not stand every three digits (`0,12` may mean 0.12 or 12), and when a power of
    ten lost its superscript (`1.2×103`). At most 30 digits on either side of the point.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, mantissa, by_power, by_letter, bare_power = match.groups()
    power = by_power or by_letter or bare_power or "0"
    digits = (mantissa or "1").replace(",", "")
    if len(digits) > _MOST_DIGITS or len(power) > 3 or abs(int(power)) > _MOST_DIGITS:
        return None
    return Decimal(f"{sign}{digits}E{power}")


def in_figures(value: Decimal | Fraction) -> str:
    """A number for readers, without exponent; a fraction that never ends is cut at twelve digits and marked `≈`."""
    if isinstance(value, Decimal):
        return format(value, "f")
    exact = exact_decimal(value)
    return (
        format(exact, "f") if exact is not None else f"≈{_SHOWN.divide(Decimal(value.numerator), value.denominator):f}"
    )


def exact_decimal(value: Fraction) -> Decimal | None:
    """`value` as a decimal, None when it has no end."""
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    if denominator != 1:
        return None
    places = max(twos, fives)
    scaled = value.numerator * 10**places // value.denominator
    return Decimal(f"{scaled}E-{places}")
