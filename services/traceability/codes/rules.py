"""What a code is, how a new one is made up, and how its own spelling is checked. Pure."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from stdnum.iso7064 import mod_37_36

from services.traceability.identifiers import BadDigitalLink, match_key, parse_digital_link
from services.traceability.identifiers.check_digits import check_digit
from services.traceability.identifiers.digital_link import CANONICAL_ORIGIN, path_of

LARGEST_BATCH = 10_000

OWN_KEY = "urn:shian:code:"
"""Before the text of an own code it makes the key under which the code is stored."""

_UNMISTAKABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_OWN_LENGTH = 20
_SSCC_DIGITS = 17


class CodeKind(StrEnum):
    SHOP = "shop"
    STALL = "stall"
    PRODUCT = "product"
    LOT = "lot"
    ITEM = "item"
    LOGISTIC_UNIT = "logistic_unit"

    @property
    def label(self) -> str:
        return _KINDS[self][0]

    @property
    def letter(self) -> str:
        return _KINDS[self][1]

    @property
    def names_one_thing(self) -> bool:
        """Whether one label carries it, so that its turning up in two places is telling."""
        return self in (CodeKind.ITEM, CodeKind.LOGISTIC_UNIT)


_KINDS = {
    CodeKind.SHOP: ("一店一码", "S"),
    CodeKind.STALL: ("摊位码", "T"),
    CodeKind.PRODUCT: ("一品一码", "P"),
    CodeKind.LOT: ("批次码", "L"),
    CodeKind.ITEM: ("单品码", "I"),
    CodeKind.LOGISTIC_UNIT: ("物流单元码", "U"),
}


LOT_KINDS = (CodeKind.LOT, CodeKind.ITEM)
"""Kinds that stand on goods of one lot."""


class CodeScheme(StrEnum):
    """`gs1`: numbers that GS1 gave the business. `own`: numbers of this platform, for who has none."""

    GS1 = "gs1"
    OWN = "own"


class CodeState(StrEnum):
    ISSUED = "issued"
    ACTIVE = "active"
    VOIDED = "voided"

    @property
    def label(self) -> str:
        return {"issued": "已发放，未启用", "active": "已启用", "voided": "已作废"}[self]


class CodeStep(StrEnum):
    ISSUED = "issued"
    ACTIVATED = "activated"
    SOLD = "sold"
    VOIDED = "voided"
    VERIFIED = "verified"

    @property
    def label(self) -> str:
        return {"issued": "发放", "activated": "启用", "sold": "售出", "voided": "作废", "verified": "核对归属"}[self]


_OWN_CODE = re.compile(f"[{''.join(kind.letter for kind in CodeKind)}][0-9]{{6}}[{_UNMISTAKABLE}]{{12}}[0-9A-Z]")


class BadNumbers(ValueError):  # noqa: N818 (reads as what it says)
    """Numbers from which no code can be made. `field` is where; the message is Chinese."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Numbers:
    """The GS1 numbers of a batch as they were typed."""

    gtin: str | None = None
    gln: str | None = None
    extension: str | None = None
    lot: str | None = None
    first_sscc: str | None = None


@dataclass(frozen=True, slots=True)
class NewCode:
    """`key` is what it is stored and sought by, `path` what stands behind the host in its address."""

    key: str
    path: str
    text: str


_NEEDED = {
    CodeKind.SHOP: ("gln",),
    CodeKind.STALL: ("gln", "extension"),
    CodeKind.PRODUCT: ("gtin",),
    CodeKind.LOT: ("gtin", "lot"),
    CodeKind.ITEM: ("gtin",),
    CodeKind.LOGISTIC_UNIT: ("first_sscc",),
}
_ALLOWED = {kind: {*needed, *(("lot",) if kind in LOT_KINDS else ())} for kind, needed in _NEEDED.items()}


def gs1_codes(kind: CodeKind, numbers: Numbers, quantity: int) -> Iterator[NewCode]:
    """New codes of the business's own GS1 numbers. Items get random serials, logistic units the numbers that follow.
    Raises `BadNumbers`.
    """
    for field in ("gtin", "gln", "extension", "lot", "first_sscc"):
        given = getattr(numbers, field) is not None
        if given and field not in _ALLOWED[kind]:
            raise BadNumbers(field, f"{kind.label}不用这一项，请留空")
        if not given and field in _NEEDED[kind]:
            raise BadNumbers(field, f"{kind.label}须填这一项")
    if quantity != 1 and not kind.names_one_thing:
        raise BadNumbers("quantity", f"{kind.label}一次只能发一个；同一个码可以打印任意多份")
    if kind is CodeKind.LOGISTIC_UNIT:
        yield from _logistic_units(numbers.first_sscc or "", quantity)
        return
    if kind in (CodeKind.SHOP, CodeKind.STALL):
        elements = [("414", numbers.gln or ""), *_when("254", numbers.extension)]
        yield _checked(elements, "gln")
        return
    product = [("01", (numbers.gtin or "").zfill(14)), *_when("10", numbers.lot)]
    if kind is not CodeKind.ITEM:
        yield _checked(product, "gtin")
        return
    for serial in _random_texts(12, quantity):
        yield _checked([*product, ("21", serial)], "gtin")


def _when(ai: str, value: str | None) -> list[tuple[str, str]]:
    return [] if value is None else [(ai, value)]


def _logistic_units(first: str, quantity: int) -> Iterator[NewCode]:
    yield _checked([("00", first)], "first_sscc")
    number = int(first[:_SSCC_DIGITS])
    if str(number + quantity - 1).zfill(_SSCC_DIGITS)[:8] != first[:8]:
        raise BadNumbers("first_sscc", "从这个号起发这么多个会用完流水号，改变厂商识别代码；请减少数量或换一段号")
    for following in range(number + 1, number + quantity):
        digits = str(following).zfill(_SSCC_DIGITS)
        yield _checked([("00", digits + check_digit(digits))], "first_sscc")


def _checked(elements: list[tuple[str, str]], field: str) -> NewCode:
    path = path_of(elements)
    try:
        link = parse_digital_link(CANONICAL_ORIGIN + path)
    except BadDigitalLink as fault:
        second = {"10": "lot", "254": "extension"}
        at_second = fault.place == "#path/4"
        raise BadNumbers(second.get(elements[1][0], field) if at_second else field, str(fault)) from None
    text = "".join(f"({ai}){value}" for ai, value in link.elements)
    return NewCode(match_key(link.canonical), link.path, text)


def own_codes(kind: CodeKind, region_code: str, quantity: int) -> Iterator[NewCode]:
    """New codes of this platform: kind, county, twelve random characters, check character (ISO 7064 MOD 37,36)."""
    start = kind.letter + region_code[:6]
    for random in _random_texts(_OWN_LENGTH - len(start) - 1, quantity):
        text = start + random
        text += mod_37_36.calc_check_digit(text)
        yield NewCode(OWN_KEY + text, f"/q/{text}", text)


def read_own_code(text: str) -> str | None:
    """The key of an own code however it is typed (case, spaces, hyphens); None when it is none, or mistyped."""
    plain = "".join(char for char in text.upper() if char not in " -\t")
    return OWN_KEY + plain if _OWN_CODE.fullmatch(plain) and mod_37_36.is_valid(plain) else None


def _random_texts(length: int, count: int) -> Iterator[str]:
    """Different texts that nobody can guess from each other; 32 unmistakable characters are five bits each."""
    seen: set[str] = set()
    while len(seen) < count:
        text = "".join(_UNMISTAKABLE[secrets.randbelow(32)] for _ in range(length))
        if text not in seen:
            seen.add(text)
            yield text
