"""A scheme is one YAML file, read strictly, written so that it reads again; the shipped ones say they are examples."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scoring.scheme_language.content import SchemeContent
from services.scoring.schemes.differences import differences
from services.scoring.schemes.files import FileError, read_scheme, written
from services.scoring.schemes.seed import shipped_schemes
from tests.services.scoring.making import FUNDS, VETO, clause, expert, group, scheme_of

SHIPPED = list(shipped_schemes())


@pytest.mark.parametrize("scheme", SHIPPED, ids=lambda scheme: scheme.code)
def test_a_shipped_scheme_is_an_example_with_tests_of_its_own(scheme: SchemeContent) -> None:
    assert not scheme.official
    assert "示例" in scheme.title
    assert scheme.tests


def test_the_shapes_that_were_found_are_all_there() -> None:
    assert {scheme.code for scheme in SHIPPED} >= {
        *("jiangsu-shape", "guangdong-shape", "agri-quality-county-shape", "star-market-zhangzhou-shape"),
        *("star-market-shenzhen-weights", "assessment-abcd", "catering-abc", "star-office"),
    }


@pytest.mark.parametrize("scheme", SHIPPED, ids=lambda scheme: scheme.code)
def test_what_is_exported_reads_again(scheme: SchemeContent) -> None:
    assert read_scheme(written(scheme).encode()) == scheme


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()), st.decimals(0, 1000, places=6))
def test_whatever_its_texts_and_numbers_are(title: str, points: object) -> None:
    scheme = scheme_of(clause(FUNDS, str(points), title=title))
    assert read_scheme(written(scheme).encode()) == scheme


def test_a_number_stays_what_its_author_wrote() -> None:
    text = written(scheme_of(clause(FUNDS, "0.1")))
    assert "points: 0.1\n" in text
    assert str(read_scheme(text.encode()).nodes[0].points) == "0.1"


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b"code: a\ncode: b\n", "#line/2"),
        (b"a: &x [1]\nb: *x\n", "#line/2"),
        (b"a: [1\n", "#line/2"),
        (b"a: !!python/object/apply:os.system ['true']\n", "#line/1"),
        ("代码: 甲".encode("gb18030"), "#file"),
        (b"[" * 5000, "#file"),
        (b"a" * 3_000_000, "#file"),
        (b"a: 1\nb: \x00", "#line/2"),
        (b"a: 1\n? [b]\n: 2\n", "#line/2"),
        (b"a:\n\tb: 1\n", "#line/2"),
        (b"a: 1\n---\nb: 2\n", "#line/2"),
    ],
)
def test_what_is_no_plain_file_is_refused_with_its_line(content: bytes, pointer: str) -> None:
    with pytest.raises(FileError) as caught:
        read_scheme(content)
    assert caught.value.pointer == pointer
    assert not re.search("[a-z]+ [a-z]+", caught.value.message), "told in Chinese"


@pytest.mark.parametrize("content", [b"", b"[]", b"code: demo\n", b"x: 1\n"])
def test_a_file_that_is_no_scheme_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError):
        read_scheme(content)


def test_versions_are_compared_clause_by_clause() -> None:
    before = scheme_of(group("g", clause(FUNDS), expert("2", "3")), VETO)
    after = scheme_of(group("g", clause(FUNDS, "12")), expert("2", "3"), expert("3", "1"))
    found = {(one.part, one.code, one.change, one.field) for one in differences(before, after)}
    assert found == {
        ("clause", "v", "removed", None),
        ("clause", "1", "changed", "points"),
        ("clause", "2", "moved", "parent"),
        ("clause", "3", "added", None),
    }
    assert differences(before, before) == []
