"""Lines broken as Chinese is set, and pages that say what was written on them."""

import hashlib
from importlib.resources import files
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.documents.blocks import Block, Table, Text
from shared.documents.lines import MAY_NOT_BEGIN, MAY_NOT_END, broken
from shared.documents.pdf import FONTS, SERIF, write_pdf
from tests.shared.documents.reading import pages_of

TEXTS = st.text(st.sampled_from("食品安全监督检查，。、；“”（）《》ABC 12-3"), max_size=120)


def width_of(text: str) -> float:
    """As if Latin letters were half as wide as Chinese ones."""
    return sum(1.0 if character > "\x7f" else 0.5 for character in text)


@given(text=TEXTS, first=st.integers(6, 30), other=st.integers(6, 30))
def test_every_character_stands_on_one_line_and_no_line_is_too_wide(text: str, first: int, other: int) -> None:
    lines = broken(text, width_of, first, other)
    assert "".join(lines) == text
    assert all(width_of(line) <= (other if number else first) for number, line in enumerate(lines))


@given(text=TEXTS)
def test_no_line_begins_with_what_closes_or_ends_with_what_opens_while_there_is_another_way(text: str) -> None:
    lines = broken(text, width_of, 20, 20)
    for before, after in pairwise(lines):
        if before[-1] in MAY_NOT_END or after[0] in MAY_NOT_BEGIN:
            tail = before[-4:]
            assert len(tail) < 4 or all(
                later in MAY_NOT_BEGIN or earlier in MAY_NOT_END or (later.isascii() and earlier.isascii())
                for earlier, later in zip(tail, [*tail[1:], after[0]], strict=True)
            )


def test_a_number_holds_together_and_one_wider_than_a_line_is_cut() -> None:
    assert broken("编号为ABC-123456号", width_of, 6, 6) == ["编号为", "ABC-123456号"]
    assert broken("x" * 30, width_of, 6, 6) == ["x" * 12, "x" * 12, "x" * 6]
    assert broken("一\n二", width_of, 6, 6) == ["一", "二"]


def test_the_font_is_the_one_that_its_makers_published() -> None:
    """The package only carries it; these are the bytes of notofonts/noto-cjk, Serif/SubsetOTF/SC."""
    font = (files(FONTS) / SERIF).read_bytes()
    assert hashlib.sha256(font).hexdigest() == "e8f396decc1f0963a016a989c3d8852e863d1350996f573860a80767c83a1cd3"


def test_pages_say_what_was_written_are_numbered_and_the_same_every_time() -> None:
    rows = [(f"第 {number} 行（演示）", "原料离地离墙存放，生熟分开。" * 3) for number in range(30)]
    blocks: list[Block] = [
        Text("检查情况", size=22, align="C"),
        Text("请改正（演示）。\x00" * 20, indent=2),
        Table(("项目", "要求"), rows, (1, 3)),
    ]
    pdf = write_pdf("检查情况（演示）", blocks)
    pages = pages_of(pdf)
    assert len(pages) > 1
    assert "".join(pages).count("请改正（演示）。") == 20
    assert all("项目要求" in page for page in pages), "the head stands on every page"
    assert [f"— {number} —" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    assert all(f"第 {number} 行（演示）" in "".join(pages) for number in range(30))
    assert write_pdf("检查情况（演示）", blocks) == pdf
