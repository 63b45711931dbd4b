"""GS1 Digital Link URIs, read strictly (GS1 Digital Link URI Syntax 1.3+; uncompressed).

A URI is `scheme://host[/stem]/key/value[/qualifier/value…][?attribute=value&…]`. Any host and any stem mean the same
thing. The names that once stood for AIs (`/gtin/…`) are withdrawn and refused, as are check digits that do not fit,
AIs that do not exist, come twice or come in another order, and qualifiers that hide in the query.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote_to_bytes

from services.traceability.identifiers.application_identifiers import (
    QUALIFIERS,
    BadValue,
    application_identifier,
    check_value,
    sequences,
)

CANONICAL_ORIGIN = "https://id.gs1.org"

MAX_LENGTH = 2000

_START = re.compile(r"(https?|HTTPS?)://([A-Za-z0-9.:\[\]-]+)(?=/)")
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ZERO_SUPPRESSED = frozenset({8, 12, 13})
_COMPRESSED = re.compile(r"(?=.*[A-Za-z_-])[A-Za-z0-9_-]{10,}")
"""What a compressed Digital Link looks like: base64url of its bits, one segment."""
WITHDRAWN_NAMES = {
    **{"gtin": "01", "sscc": "00", "gln": "414", "party": "417", "gdti": "253", "gcn": "255", "ginc": "401"},
    **{"gsin": "402", "grai": "8003", "giai": "8004", "itip": "8006", "cpid": "8010", "gmn": "8013"},
    **{"gsrnp": "8017", "gsrn": "8018", "cpv": "22", "lot": "10", "ser": "21", "glnx": "254"},
    **{"refno": "8020", "srin": "8019", "cpsn": "8011"},
}

# What a path segment may hold as it is, beside letters and digits: the same that an EPC URN may, so that both
# spellings of one serial are escaped alike (EPC Tag Data Standard, grammar of GS3A3Component).
_SAFE_IN_PATH = "!'()*+,-.:;=_"


class BadDigitalLink(ValueError):  # noqa: N818 (reads as what it says)
    """Not a Digital Link URI. The message is Chinese; `place` is `#path/3` (third segment), `#query/17` or `#host`."""

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True)
class DigitalLink:
    """One URI, taken apart. Values are unescaped; `elements` is the path, the key first."""

    elements: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    """What else stood in the query, such as `linkType`."""
    origin: str = CANONICAL_ORIGIN
    """Scheme, host and stem, without a slash at the end."""

    @property
    def key(self) -> tuple[str, str]:
        return self.elements[0]

    @cached_property
    def qualifiers(self) -> Mapping[str, str]:
        return dict(self.elements[1:])

    @property
    def path(self) -> str:
        return path_of(self.elements)

    @property
    def canonical(self) -> str:
        """The URI at GS1's own host, without attributes: what names the thing wherever it is looked up."""
        return CANONICAL_ORIGIN + self.path

    def levels(self) -> tuple[str, ...]:
        """The paths from the thing itself up to its key: serial, lot, product. Each is a valid Digital Link path."""
        return tuple(path_of(self.elements[:length]) for length in range(len(self.elements), 0, -1))


def path_of(elements: Iterable[tuple[str, str]]) -> str:
    """`/01/0952…/21/a%2Fb` of AIs and unescaped values."""
    return "".join(f"/{ai}/{quote(value, safe=_SAFE_IN_PATH)}" for ai, value in elements)


def build_digital_link(
    elements: Iterable[tuple[str, str]],
    *,
    attributes: Iterable[tuple[str, str]] = (),
    origin: str = CANONICAL_ORIGIN,
) -> str:
    """A URI of AIs and values, checked as `parse_digital_link` checks it. Raises `BadDigitalLink`."""
    query = "&".join(f"{ai}={quote(value, safe='')}" for ai, value in attributes)
    uri = origin + path_of(elements) + (f"?{query}" if query else "")
    parse_digital_link(uri)
    return uri


def parse_digital_link(uri: str) -> DigitalLink:
    """Take a URI apart. Raises `BadDigitalLink` with the place of the first fault."""
    if len(uri) > MAX_LENGTH:
        raise BadDigitalLink(f"超过 {MAX_LENGTH} 个字符", "#uri")
    if not _URI_CHARACTERS.fullmatch(uri):
        raise BadDigitalLink("含有网址中不能直接写的字符，请用 %XX 转义", "#uri")
    if _BAD_ESCAPE.search(uri):
        raise BadDigitalLink("百分号之后应有两位十六进制数字", "#uri")
    start = _START.match(uri)
    if start is None:
        raise BadDigitalLink("应以 http:// 或 https:// 和主机名开头，其后是路径", "#host")
    located, _, _fragment = uri.partition("#")
    path, _, query = located[start.end() :].partition("?")
    segments = path.split("/")[1:]
    first = _position_of_key(segments)
    elements = tuple(_elements(segments, first))
    if tuple(ai for ai, _ in elements) not in sequences():
        raise BadDigitalLink(_out_of_order(elements), f"#path/{first + 1}")
    attributes, parameters = _query(query, elements)
    stem = "".join(f"/{segment}" for segment in segments[:first])
    return DigitalLink(elements, tuple(attributes), tuple(parameters), start.group() + stem)


def _position_of_key(segments: list[str]) -> int:
    """Where the key stands: the rightmost AI that is one, walking back in pairs of AI and value."""
    position = len(segments) - 2
    while position >= 0:
        name = segments[position]
        if name in QUALIFIERS:
            return position
        if application_identifier(name) is None:
            break
        position -= 2
    for number, segment in enumerate(segments, 1):
        if segment in WITHDRAWN_NAMES:
            raise BadDigitalLink(f"“{segment}”这样的名称已不再使用，请写 {WITHDRAWN_NAMES[segment]}", f"#path/{number}")
    unknown = segments[position] if position >= 0 else ""
    if len(unknown) in (2, 3, 4) and unknown.isdigit():
        raise BadDigitalLink(f"没有 AI {unknown}", f"#path/{position + 1}")
    compressed = "；压缩过的 Digital Link 本平台不解，请用未压缩的" if _COMPRESSED.fullmatch(segments[-1]) else ""
    raise BadDigitalLink(f"路径中没有 GS1 标识，应如 /01/09520123456788/21/12345{compressed}", "#path")


def _elements(segments: list[str], first: int) -> Iterable[tuple[str, str]]:
    for position in range(first, len(segments), 2):
        ai, place = segments[position], f"#path/{position + 2}"
        value = _unescape(segments[position + 1], place)
        _check(ai, value, place)
        yield ai, value


def _query(query: str, elements: tuple[tuple[str, str], ...]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    attributes: list[tuple[str, str]] = []
    parameters: list[tuple[str, str]] = []
    in_path = tuple(ai for ai, _ in elements)
    seen = set(in_path)
    for part in filter(None, query.split("&")):
        name, equals, escaped = part.partition("=")
        place = f"#query/{name}"
        if not (name.isascii() and name.isdigit()):
            parameters.append((unquote_plus(name), unquote_plus(escaped)))
            continue
        value = _unescape(escaped.replace("+", "%20"), place) if equals else ""
        if name == "01" and len(value) in _ZERO_SUPPRESSED:
            value = value.zfill(14)
        _check(name, value, place)
        if name in seen:
            raise BadDigitalLink(f"AI {name} 写了不止一次", place)
        seen.add(name)
        if any((*in_path[:at], name, *in_path[at:]) in sequences() for at in range(1, len(in_path) + 1)):
            raise BadDigitalLink(f"AI {name} 限定前面的标识，应写在路径里", place)
        attributes.append((name, value))
    return attributes, parameters


def unquote_plus(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")


def _unescape(text: str, place: str) -> str:
    try:
        return unquote_to_bytes(text).decode("ascii")
    except UnicodeDecodeError:
        raise BadDigitalLink("GS1 的值只能是英文字母、数字和规定的符号", place) from None


def _check(ai: str, value: str, place: str) -> None:
    try:
        check_value(ai, value)
    except BadValue as fault:
        raise BadDigitalLink(str(fault), place) from None


def _out_of_order(elements: tuple[tuple[str, str], ...]) -> str:
    (key, _), *rest = elements
    allowed = " 或 ".join("、".join(row) for row in QUALIFIERS[key] if row) or "无"
    return f"AI {key} 之后的限定不对：{'、'.join(ai for ai, _ in rest)}；可用（按此顺序）：{allowed}"
