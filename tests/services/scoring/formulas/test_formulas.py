"""Formulas are exact, say what they do not know, and cannot be made to run anything."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.formulas.rules import FormulaError, Kind, read
from services.scoring.formulas.values import Number, Unknown, Value, shown

KINDS: dict[str, Kind] = {"a": "number", "b": "number", "c": "number", "ok": "boolean", "grade": "text"}


def calculated(text: str, **inputs: Value) -> Value:
    return read(text, KINDS).calculate(inputs)


def number(text: str | int) -> Number:
    return Number.exact(text)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1/3*3 >= 1", True),
        ("0.1 + 0.2 == 0.3", True),
        ("a / b * 100", Number.exact(Fraction(3700, 41))),
        ("(a / b).ceiling", number(1)),
        ("(-a / b).floor", number(-1)),
        ("$min([a, b, 2]) + $max([a, 2]) - $sum([1, 2])", number(36)),
        ("$abs(-a)", number(37)),
        ('grade == "A" ? 1 : 2', number(1)),
        ("not ok or a > b", False),
    ],
)
def test_numbers_are_exact(text: str, result: Value) -> None:
    assert calculated(text, a=number(37), b=number(41), ok=True, grade="A") == result


@pytest.mark.parametrize(
    "text",
    [
        "$sum([x for x in $range(0, 2000000)])",
        '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" =~ "(a+)+$"',
        "9 ** 9 ** 9 ** 9",
        "$now > 1",
        "$random(1)",
        "a.__class__",
        "grade.length",
        "a ? 1 : 2",
        "[a, b] == [a, b]",
        "$min([])",
        "{a: 1}",
        "a; b",
        "a == null",
        "a % b",
        "a << b",
        "literal_0 > 1",
        "who > 1",
        "ok + 1",
        "-grade",
        "a == ok",
        "grade < 1",
        "",
        "(" * 30 + "a" + ")" * 30,
        "not " * 120 + "ok",
        "a" + " + a" * 200,
        "９ > 1",
        "a > \x00",
    ],
)
def test_whatever_is_no_plain_calculation_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        read(text, KINDS)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("ok or a > 1", True),
        ("not ok and a > 1", False),
        ("a > 1 or ok", True),
        ("a > 1 ? 3 : 3", number(3)),
    ],
)
def test_what_is_certain_whatever_the_unknown_is_is_certain(text: str, result: Value) -> None:
    assert calculated(text, ok=True) == result


@pytest.mark.parametrize("text", ["a > 1", "a > 1 and ok", "a / b > 0 or not ok", "a > 1 ? 3 : 4", "$max([a, 1])"])
def test_nothing_is_certain_about_what_was_not_given(text: str) -> None:
    assert isinstance(calculated(text, ok=True, b=number(1)), Unknown)


def test_a_division_by_zero_is_unknown_and_says_so() -> None:
    assert calculated("a / b >= 0", a=number(0), b=number(0)) == Unknown.because("分母为零")


def test_about_three_hundred_is_at_least_250_but_not_known_to_be_300() -> None:
    about = Number(Fraction(280), Fraction(320))
    assert calculated("a >= 250", a=about) is True
    assert isinstance(calculated("a >= 300", a=about), Unknown)
    assert calculated("a > 320", a=about) is False


def test_numbers_are_shown_to_people() -> None:
    assert [shown(Fraction(text)) for text in ("90", "1/2", "2/3", "1000000", "0")] == [
        *("90", "0.5", "0.666667…", "1000000", "0"),
    ]


INTERVALS = st.tuples(st.integers(-20, 20), st.integers(0, 8)).map(
    lambda pair: Number(Fraction(pair[0]), Fraction(pair[0] + pair[1]))
)
FORMULAS = st.recursive(
    st.sampled_from(["a", "b", "c", "2", "0.5", "7"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda part: f"({part[0]} {part[1]} {part[2]})"),
        inner.map(lambda one: f"-{one}"),
        inner.map(lambda one: f"$abs({one})"),
        inner.map(lambda one: f"({one}).floor"),
        st.tuples(inner, inner).map(lambda part: f"$max([{part[0]}, {part[1]}])"),
        st.tuples(inner, inner).map(lambda part: f"({part[0]} > {part[1]} ? {part[0]} : {part[1]})"),
    ),
    max_leaves=6,
)


@given(FORMULAS, st.tuples(INTERVALS, INTERVALS, INTERVALS), st.tuples(*[st.integers(0, 8)] * 3))
def test_whatever_the_true_values_are_the_true_result_lies_in_the_range(
    text: str, ranges: tuple[Number, Number, Number], steps: tuple[int, int, int]
) -> None:
    formula = read(text, KINDS)
    whole = formula.calculate(dict(zip("abc", ranges, strict=True)))
    inside = (min(r.low + step, r.high) for r, step in zip(ranges, steps, strict=True))
    one = formula.calculate({name: Number(value, value) for name, value in zip("abc", inside, strict=True)})
    if isinstance(whole, Number):
        assert isinstance(one, Number)
        assert whole.low <= one.low == one.high <= whole.high
