"""How goods are counted here: what people write, the unit it is kept in, and its code in events. Pure.

Weights are kept in kilograms and volumes in litres, so that what came in as 斤 and went out as 克 can be set against
each other. Whatever is none of these is counted in pieces of its own name (盒, 头) and never converted.
Codes: UN/CEFACT Recommendation 20. 斤, 两: 国务院关于在我国统一实行法定计量单位的命令 (1984), 市制单位.
"""

import unicodedata
from decimal import Decimal
from typing import NamedTuple

LONGEST_UNIT = 10


class Amount(NamedTuple):
    """A quantity in the unit it is kept in."""

    quantity: Decimal
    unit: str

    @property
    def uom(self) -> str | None:
        """The unit's code in events; None for pieces, which events count without one."""
        return _CODES.get(self.unit)


_CODES = {"kg": "KGM", "L": "LTR"}
_FACTORS: dict[str, tuple[Decimal, str]] = {
    **dict.fromkeys(("kg", "千克", "公斤"), (Decimal(1), "kg")),
    **dict.fromkeys(("g", "克"), (Decimal("0.001"), "kg")),
    **dict.fromkeys(("t", "吨"), (Decimal(1000), "kg")),
    **dict.fromkeys(("斤", "市斤"), (Decimal("0.5"), "kg")),
    "两": (Decimal("0.05"), "kg"),
    **dict.fromkeys(("l", "升"), (Decimal(1), "L")),
    **dict.fromkeys(("ml", "毫升"), (Decimal("0.001"), "L")),
}


def amount(quantity: Decimal, unit: str) -> Amount:
    """What somebody counted, in the unit it is kept in. Raises `ValueError` in Chinese for a part of a piece."""
    written = unicodedata.normalize("NFKC", unit).strip()
    factor, kept = _FACTORS.get(written.lower(), (None, written))
    if factor is not None:
        return Amount(quantity * factor, kept)
    if quantity != quantity.to_integral_value():
        raise ValueError(f"按“{written}”计的数量应为整数；称重的请用公斤、斤或克")
    return Amount(quantity, kept)
