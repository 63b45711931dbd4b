"""EPC URNs: `urn:epc:id:…` of one thing, `urn:epc:class:…` and `urn:epc:idpat:…:*` of a kind (EPC Tag Data Standard).

A URN shows where the company prefix ends and hides the check digit; a Digital Link shows the check digit and hides the
end of the prefix. So a URN is read without help, while writing one takes the length of the prefix.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from services.traceability.identifiers.application_identifiers import BadValue, check_value
from services.traceability.identifiers.check_digits import check_digit

Elements = tuple[tuple[str, str], ...]

SHORTEST_PREFIX, LONGEST_PREFIX = 6, 12

_SAFE_IN_URN = "!'()*+,-.:;=_"
_COMPONENT = re.compile(r"(?:[A-Za-z0-9!'()*+,\-.:;=_]|%(?:2[2356Ff]|3[CEFcef]))*")
_DIGITS = re.compile(r"[0-9]*")


class BadUrn(ValueError):  # noqa: N818 (reads as what it says)
    """Not an EPC URN of a GS1 key, or a thing that no URN names; the message is Chinese."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How the fields of a URN make up the value of a key.

    `digits` counts prefix and reference together, without the check digit; 0 says that they are of no fixed length and
    have none. `rotated`: the first digit of the reference (indicator, extension) stands before the prefix in the key.
    `serial` is the AI of the last field: `""` where it is written behind the key, None where there is no such field.
    `pieces`: fields of two digits between reference and serial. `lead` stands before the whole value.
    """

    name: str
    key: str
    digits: int
    serial: str | None = None
    rotated: bool = False
    pieces: int = 0
    lead: str = ""

    @property
    def fields(self) -> int:
        return 2 + self.pieces + (self.serial is not None)


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("sgtin", "01", 13, serial="21", rotated=True),
        Scheme("upui", "01", 13, serial="235", rotated=True),
        Scheme("lgtin", "01", 13, serial="10", rotated=True),
        Scheme("itip", "8006", 13, serial="21", rotated=True, pieces=2),
        Scheme("sscc", "00", 17, rotated=True),
        Scheme("sgln", "414", 12, serial="254"),
        Scheme("pgln", "417", 12),
        Scheme("grai", "8003", 12, serial="", lead="0"),
        Scheme("gdti", "253", 12, serial=""),
        Scheme("sgcn", "255", 12, serial=""),
        Scheme("gsrn", "8018", 17),
        Scheme("gsrnp", "8017", 17),
        Scheme("gsin", "402", 16),
        Scheme("giai", "8004", 0),
        Scheme("ginc", "401", 0),
        Scheme("cpi", "8010", 0, serial="8011"),
    )
}
_WITH_CLASSES = frozenset({"sgtin", "upui", "itip", "grai", "gdti", "sgcn", "cpi"})
_NO_EXTENSION = "0"
"""The last field of an sgln that stands for a GLN without extension."""


def read_urn(text: str) -> Elements:
    """The AIs and values that a URN stands for, the key first. Raises `BadUrn`."""
    head, _, body = text.partition("urn:epc:")[2].partition(":")
    name, _, body = body.partition(":")
    scheme = SCHEMES.get(name)
    if scheme is None or not text.startswith("urn:epc:"):
        raise BadUrn(f"不是 GS1 标识的 EPC URN，没有对应的 Digital Link：{text[:100]}")
    is_class = head == "idpat"
    if not (
        (head == "id" and name != "lgtin")
        or (head == "class" and name == "lgtin")
        or (is_class and name in _WITH_CLASSES)
    ):
        raise BadUrn(f"没有 urn:epc:{head}:{name} 这种 EPC URN")
    fields = body.split(".", scheme.fields - 1)
    if len(fields) != scheme.fields:
        raise BadUrn(f"{name} 应有 {scheme.fields} 段，以点隔开")
    if not all(_COMPONENT.fullmatch(field) for field in fields):
        raise BadUrn(f"{name} 含有应转义为 %XX 的字符，或不可用的转义")
    if is_class and fields[-1] != "*":
        raise BadUrn("idpat 的最后一段应为 *")
    elements = _elements(scheme, fields, is_class=is_class)
    try:
        for ai, value in elements:
            check_value(ai, value)
    except BadValue as fault:
        raise BadUrn(str(fault)) from None
    return elements


def _elements(scheme: Scheme, fields: list[str], *, is_class: bool) -> Elements:
    prefix, reference, *rest = (unquote(field) for field in fields)
    if not (_DIGITS.fullmatch(prefix) and SHORTEST_PREFIX <= len(prefix) <= LONGEST_PREFIX):
        raise BadUrn(f"厂商识别代码应为 {SHORTEST_PREFIX}–{LONGEST_PREFIX} 位数字：{prefix}")
    value = scheme.lead + _key_value(scheme, prefix, reference)
    for piece in rest[: scheme.pieces]:
        if len(piece) != 2 or not _DIGITS.fullmatch(piece):
            raise BadUrn(f"件号、总件数各为两位数字：{piece}")
        value += piece
    if is_class or scheme.serial is None:
        return ((scheme.key, value),)
    serial = rest[-1]
    if not serial:
        raise BadUrn(f"{scheme.name} 的最后一段（序号）不能空")
    if scheme.serial == "":
        return ((scheme.key, value + serial),)
    if scheme.name == "sgln" and serial == _NO_EXTENSION:
        return ((scheme.key, value),)
    return ((scheme.key, value), (scheme.serial, serial))


def _key_value(scheme: Scheme, prefix: str, reference: str) -> str:
    if not scheme.digits:
        if not reference and scheme.name != "cpi":
            raise BadUrn(f"{scheme.name} 的第二段不能空")
        return prefix + reference
    if not _DIGITS.fullmatch(reference) or len(prefix) + len(reference) != scheme.digits:
        raise BadUrn(f"{scheme.name} 的前两段合计应为 {scheme.digits} 位数字，现为 {len(prefix) + len(reference)} 位")
    digits = reference[:1] + prefix + reference[1:] if scheme.rotated else prefix + reference
    return digits + check_digit(digits)


def write_urn(elements: Elements, prefix_length: int) -> str:
    """The URN of an identity (see `keys.identity`) whose prefix has `prefix_length` digits. Raises `BadUrn`."""
    if not SHORTEST_PREFIX <= prefix_length <= LONGEST_PREFIX:
        raise BadUrn(f"厂商识别代码的长度应为 {SHORTEST_PREFIX}–{LONGEST_PREFIX}，不能是 {prefix_length}")
    scheme = scheme_of(elements)
    value = elements[0][1].removeprefix(scheme.lead) if scheme.lead else elements[0][1]
    serial = elements[1][1] if len(elements) > 1 else None
    if scheme.serial == "":
        value, serial = value[: scheme.digits + 1], value[scheme.digits + 1 :] or None
    prefix, reference = _split(scheme, value, prefix_length)
    pieces = [value[at : at + 2] for at in range(14, 14 + 2 * scheme.pieces, 2)]
    fields = [prefix, reference, *pieces]
    kind = "class" if scheme.name == "lgtin" else "id"
    if scheme.name == "sgln":
        fields.append(serial or _NO_EXTENSION)
    elif scheme.serial is not None:
        kind = kind if serial else "idpat"
        fields.append(serial or "*")
    return f"urn:epc:{kind}:{scheme.name}:" + ".".join(quote(field, safe=_SAFE_IN_URN) for field in fields)


def _split(scheme: Scheme, value: str, prefix_length: int) -> tuple[str, str]:
    if not scheme.digits:
        prefix, reference = value[:prefix_length], value[prefix_length:]
        if not (len(prefix) == prefix_length and _DIGITS.fullmatch(prefix)):
            raise BadUrn(f"{scheme.name} 的前 {prefix_length} 位不都是数字，厂商识别代码的长度不对")
        if not reference and scheme.name != "cpi":
            raise BadUrn(f"{scheme.name} 在厂商识别代码之后没有内容，长度不对")
        return prefix, reference
    digits = value[: scheme.digits]
    first, rest = (digits[0], digits[1:]) if scheme.rotated else ("", digits)
    return rest[:prefix_length], first + rest[prefix_length:]


def prefix_at(elements: Elements) -> str:
    """The digits of the key from where its company prefix begins. Raises `BadUrn` where no URN names the thing."""
    scheme = scheme_of(elements)
    value = elements[0][1][len(scheme.lead) :]
    return value[1:] if scheme.rotated else value


def scheme_of(elements: Elements) -> Scheme:
    """The scheme whose URN names what `elements` name. Raises `BadUrn` when there is none."""
    key, *qualifiers = (ai for ai, _ in elements)
    for scheme in SCHEMES.values():
        if scheme.key == key and qualifiers == ([scheme.serial] if scheme.serial else []):
            return scheme
    for scheme in SCHEMES.values():  # a kind of things, or a place without extension
        if scheme.key == key and not qualifiers and (scheme.name in _WITH_CLASSES or scheme.name == "sgln"):
            return scheme
    raise BadUrn(f"没有 EPC URN 表示 AI {' + '.join(ai for ai, _ in elements)}")
