"""The documents under `docs/` as pages: Markdown to HTML, links between them kept, nothing in it that could run.

They are ours and are read once. Raw HTML is off all the same: a `<` in a guide is a `<` on the page.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from gateway.web.assets import content_hash

DOCS = Path(__file__).resolve().parents[3] / "docs"
PICTURES = DOCS / "guide" / "pictures"
_SIGNS = re.compile(r"[^\w\s-]")
_LAST_WESTERN = "\u2e7f"
_ELSEWHERE = re.compile(r"^(?:[a-z]+:|/|#)")


@dataclass(frozen=True)
class Part:
    """What stands under one heading: its anchor, its words, and the text below it, by which it is found."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class Document:
    """One document: `name` is its address below `/help/`."""

    name: str
    title: str
    html: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Hit:
    """A place where all words that were looked for stand together."""

    document: Document
    part: Part
    excerpt: str

    @property
    def address(self) -> str:
        return f"/help/{self.document.name}#{quote(self.part.anchor)}"


@cache
def library(root: Path = DOCS) -> Mapping[str, Document]:
    """All documents by name, in the order of their files; empty where none were shipped."""
    names = {path: _name(path.relative_to(root)) for path in sorted(root.rglob("*.md"))}
    return {name: _document(path, name, root, frozenset(names.values())) for path, name in names.items()}


def find(words: str, documents: Iterable[Document], most: int = 20) -> list[Hit]:
    """The parts in which every word stands, those that have them in the heading first."""
    wanted = words.casefold().split()
    found = []
    for document in documents:
        for part in document.parts:
            whole = f"{document.title} {part.heading} {part.text}".casefold()
            if wanted and all(word in whole for word in wanted):
                named = all(word in f"{document.title} {part.heading}".casefold() for word in wanted)
                found.append((not named, Hit(document, part, _excerpt(part.text, wanted))))
    return [hit for _, hit in sorted(found, key=lambda each: each[0])][:most]


def _name(path: Path) -> str:
    """`guide/plans.md` is `plans`; other folders keep their name."""
    return str(PurePosixPath(path.with_suffix(""))).removeprefix("guide/")


def _document(path: Path, name: str, root: Path, known: frozenset[str]) -> Document:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(path.read_text())
    for token in tokens:
        _join_lines(token)
    parts = _parts(tokens)
    folder = str(PurePosixPath(path.relative_to(root).parent))
    for token in _all(tokens):
        token.attrs.pop("style", None)  # the alignment of a table's column, which the page's own rules forbid
        if token.type in ("link_open", "image"):
            _lead(token, folder, known)
    _frame_tables(tokens)
    html = reader.renderer.render(tokens, reader.options, {})
    return Document(name, parts[0].heading if parts else name, html, parts)


def _parts(tokens: Sequence[Token]) -> list[Part]:
    """Gives every heading its anchor, and says what stands below each."""
    starts = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    parts, taken = [], set[str]()
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        heading = _plain(tokens[start + 1])
        anchor = base = _SIGNS.sub("", heading.lower()).strip().replace(" ", "-") or "part"
        while anchor in taken:
            anchor += "-"
        taken.add(anchor or base)
        tokens[start].attrSet("id", anchor)
        text = " ".join(_plain(token) for token in tokens[start + 2 : end] if token.type in ("inline", "fence"))
        parts.append(Part(anchor, heading, text))
    return parts


def _plain(token: Token) -> str:
    """The words of a token, without marks."""
    return "".join(child.content for child in token.children) if token.children is not None else token.content


def _join_lines(line: Token) -> None:
    """A line that ends in a Chinese character or sign goes on without a space, as it does in print."""
    around = line.children or []
    for before, token, after in zip(around, around[1:], around[2:], strict=False):
        if token.type == "softbreak":
            is_chinese = before.content[-1:] > _LAST_WESTERN and after.content[:1] > _LAST_WESTERN
            token.type, token.content = "text", "" if is_chinese else " "


def _lead(token: Token, folder: str, known: frozenset[str]) -> None:
    """Let a link or picture lead where it leads from the page; one to a file that is not served is left as words."""
    way = "src" if token.type == "image" else "href"
    target = str(token.attrs.get(way, ""))
    if _ELSEWHERE.match(target):
        return
    file, _, anchor = target.partition("#")
    path = normpath(f"{folder}/{file}")
    if way == "src":
        picture = DOCS / path
        token.attrs |= {"src": f"/help/pictures/{picture.name}?v={content_hash(picture)}", "loading": "lazy"}
        return
    name = path.removesuffix(".md").removeprefix("guide/")
    if path.endswith(".md") and name in known:
        token.attrs[way] = f"/help/{name}" + (f"#{anchor}" if anchor else "")
    else:
        token.tag, token.attrs = "a", {}


def _frame_tables(tokens: list[Token]) -> None:
    """A wide table, and code, scrolls in a frame of its own, also by keyboard; an empty heading is no heading."""
    number = 0
    framed: list[Token] = []
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "fence":
            token.attrs |= {"tabindex": "0"}
        if token.type == "th_open" and after is not None and not after.content:
            token.tag = "td"
        if token.type == "th_close" and framed and not framed[-1].content:
            token.tag = "td"
        if token.type == "table_open":
            number += 1
            frame = Token("frame_open", "div", 1)
            frame.attrs = {"class": "table-frame", "tabindex": "0", "role": "region", "aria-label": f"表{number}"}
            framed.append(frame)
        framed.append(token)
        if token.type == "table_close":
            framed.append(Token("frame_close", "div", -1))
    tokens[:] = framed


def _all(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or ())


def _excerpt(text: str, wanted: Sequence[str]) -> str:
    places = [place for word in wanted if (place := text.casefold().find(word)) >= 0]
    start = max(min(places, default=0) - 20, 0)
    return ("…" if start else "") + text[start : start + 90] + ("…" if len(text) > start + 90 else "")
