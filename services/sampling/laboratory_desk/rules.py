"""What a laboratory may see of a sample. Pure.

Shown is what it needs in order to test, and nothing that says whom the sample is from: every field is named here, so
that a field which is added to samples or forms stays hidden until somebody decides otherwise. docs/guide/apart.md gives
the reason for each.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from services.sampling.laboratory_desk.trade_names import trade_names

NAMES_IN_FORM = (
    ("basics", "number"),
    ("basics", "place"),
    ("sampled_party", "name"),
    ("sampled_party", "address"),
    ("sampled_party", "licence_number"),
    ("sampled_party", "legal_representative"),
    ("sampled_party", "permit_number"),
    ("sampled_party", "contact"),
    ("sampled_party", "phone"),
    ("producer", "name"),
    ("producer", "address"),
    ("producer", "contact"),
    ("producer", "phone"),
    ("producer", "uscc"),
    ("goods", "trade_mark"),
    ("goods", "lot_code"),
    ("goods", "producer_permit"),
    ("goods", "barcode"),
    ("sampling_body", "name"),
    ("online", "platform"),
    ("online", "shop_name"),
    ("online", "order_number"),
)
"""Fields of the form (block, field) that say whose the sample is; none of their words may stand in a shown text."""

BUSINESSES_IN_FORM = (("sampled_party", "name"), ("producer", "name"), ("online", "shop_name"))
"""Fields of the form whose names have a 字号."""

STORAGE = ("storage", "storage_other", "storage_temperature", "storage_humidity")

NOT_NAMES = frozenset({"图形", "字母", "商标", "文字", "注册商标", "农贸市场", "菜市场", "批发市场", "超市", "商场"})
"""Parts of trade marks and places that name nobody."""

HIDDEN = "□"
"""Stands where a shown text named somebody."""

SHORTEST_NAME = 2
"""A single character occurs in too many words to be taken for a name."""

SHORTEST_NUMBER = 6
"""A bar code or a licence names somebody, the 12 of a stall A-12 does not."""


def names_in(form: Mapping[str, Any]) -> Iterator[str]:
    """Every name in a form (as it is stored) that says whose the sample is, whole and in its parts."""
    for block, field in NAMES_IN_FORM:
        value = form.get(block, {}).get(field)
        if isinstance(value, str):
            yield from _whole_and_parts(value)
    for sampler in form.get("samplers", ()):
        yield from _whole_and_parts(sampler.get("name", ""))


def _whole_and_parts(name: str) -> Iterator[str]:
    """“演示牌（图形）” is also 演示牌 and 演示. Few digits name nobody."""
    for part in {name, *re.split(r"[\W_]+", name)} - NOT_NAMES:
        if not part.isdecimal() or len(part) >= SHORTEST_NUMBER:
            yield from (part, part.removesuffix("牌"))


def businesses_in(form: Mapping[str, Any]) -> list[str]:
    """The names of the businesses in a form (as it is stored) that say whose the sample is."""
    found = (form.get(block, {}).get(field) for block, field in BUSINESSES_IN_FORM)
    return [name for name in found if isinstance(name, str)]


def trade_names_of(businesses: Iterable[str], regions: Collection[str], foods: Collection[str]) -> set[str]:
    """The 字号 of each of these names, of the whole and of its parts (`张三丰（宁波）食品厂`, `张三丰·中山路店`)."""
    parts = {part for name in businesses for part in (name, *re.split(r"[\W_]+", name))}
    return {found for part in parts for found in trade_names(part, regions, foods)}


def sent_quantity(goods: Mapping[str, Any]) -> str | None:
    """What the laboratory is sent: what was taken less the backup sample, with its unit; None when nobody said."""
    if "quantity" not in goods:
        return None
    sent = Decimal(goods["quantity"]) - Decimal(goods.get("backup_quantity", "0"))
    return f"{sent} {goods.get('quantity_unit', '')}".strip()


def storage_in_words(goods: Mapping[str, Any]) -> str | None:
    """How the sample was stored when it was taken, as the form has it."""
    return "，".join(goods[field] for field in STORAGE if field in goods) or None


def without_names(text: str, names: Iterable[str]) -> str:
    """`text` with every occurrence of one of `names` replaced, however it is written (width, case, blanks between).

    People write a trade mark or a company into the name of a food; the column is shown, so the words must not tell.
    """
    plain, places = _plain(text)
    hidden = [False] * len(text)
    for name in names:
        wanted, _ = _plain(name)
        if len(wanted) < SHORTEST_NAME:
            continue
        start = plain.find(wanted)
        while start >= 0:
            first, last = places[start], places[start + len(wanted) - 1]
            hidden[first : last + 1] = [True] * (last + 1 - first)
            start = plain.find(wanted, start + 1)
    return _cover(text, hidden)


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without width, case, blanks and signs, and for each of its characters the place it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in unicodedata.normalize("NFKC", character).casefold():
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
    return "".join(letters), places


def _cover(text: str, hidden: list[bool]) -> str:
    """One mark for each stretch that is hidden, so that not even its length tells."""
    shown: list[str] = []
    for place, character in enumerate(text):
        if not hidden[place]:
            shown.append(character)
        elif place == 0 or not hidden[place - 1]:
            shown.append(HIDDEN)
    return "".join(shown)
