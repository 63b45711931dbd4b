"""What a survey comes to: weighted by people, the share apart from the mean, nothing said of whom nobody asked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scoring.surveys.content import Measure, Plan
from services.scoring.surveys.rules import Counts, MeasureResult, result_of, screened_out, short_of_quota
from tests.services.scoring.surveys.making import LINE, PLAN, plan_with

ONE = Decimal(1)
NUMBERS = st.dictionaries(
    st.tuples(st.sampled_from(["urban", "rural"]), st.sampled_from(["very", "fairly", "little", "unsure"])),
    st.integers(0, 500),
)


def satisfaction(counts: Counts, plan: Plan = PLAN, line: Decimal | None = LINE) -> MeasureResult:
    question = plan.question("overall")
    assert question is not None
    return result_of(plan, question, counts, line)


def test_each_stratum_weighs_by_its_people_not_by_its_answers() -> None:
    found = satisfaction({("urban", "very"): 10, ("rural", "very"): 500, ("rural", "little"): 500})
    assert (found.measure, found.answered) == (Measure.SATISFACTION, 1010)
    assert found.low == found.high == Decimal("0.85")
    assert found.reached is True


def test_the_mean_score_is_another_figure_than_the_share() -> None:
    found = satisfaction({("urban", "fairly"): 100, ("rural", "fairly"): 100})
    assert (found.low, found.mean) == (ONE, Decimal(75))


def test_who_cannot_say_is_neither_satisfied_nor_dissatisfied() -> None:
    found = satisfaction({("urban", "very"): 1, ("rural", "very"): 1, ("rural", "unsure"): 99})
    assert (found.answered, found.low) == (2, ONE)


@pytest.mark.parametrize(("satisfied", "reached"), [(69, False), (70, True), (71, True)])
def test_the_line_itself_is_reached(satisfied: int, reached: bool) -> None:
    counts = {
        (stratum, option): number
        for stratum in ("urban", "rural")
        for option, number in (("very", satisfied), ("little", 100 - satisfied))
    }
    assert satisfaction(counts).reached is reached


def test_thirds_that_add_up_to_the_line_are_not_rounded_below_it() -> None:
    plan = plan_with(
        strata=[{"code": code, "label": "演示", "share": "0.5", "quota": 3} for code in ("urban", "rural")]
    )
    counts = {("urban", "very"): 1, ("urban", "little"): 2, ("rural", "very"): 2, ("rural", "little"): 1}
    assert satisfaction(counts, plan, Decimal("0.5")).reached is True


def test_a_stratum_that_nobody_asked_may_be_anything() -> None:
    some = satisfaction({("urban", "very"): 100})
    assert (some.low, some.high, some.margin, some.mean) == (Decimal("0.7"), ONE, None, None)
    assert some.reached is True, "seven tenths are certain whatever the rest says"
    few = satisfaction({("rural", "very"): 100})
    assert (few.low, few.high, few.reached) == (Decimal("0.3"), ONE, None)
    assert satisfaction({("urban", "little"): 1}).reached is False
    assert satisfaction({}).reached is None
    assert satisfaction({("urban", "very"): 1, ("rural", "very"): 1}, line=None).reached is None


def test_the_margin_is_that_of_a_simple_sample_where_there_is_one_stratum() -> None:
    plan = plan_with(strata=[{"code": "all", "label": "全部", "share": "1", "quota": 1100}])
    found = satisfaction({("all", "very"): 550, ("all", "little"): 550}, plan)
    assert found.margin is not None
    assert found.margin.quantize(Decimal("0.0001")) == Decimal("0.0295"), "1.96 × √(0.25 / 1100)"


@given(NUMBERS, NUMBERS)
def test_more_answers_of_an_empty_stratum_only_narrow_the_range(some: Counts, more: Counts) -> None:
    urban = {key: number for key, number in some.items() if key[0] == "urban"}
    both = urban | {key: number for key, number in more.items() if key[0] == "rural"}
    early, late = satisfaction(urban), satisfaction(both)
    assert 0 <= early.low <= late.low <= late.high <= early.high <= 1
    assert early.reached in (None, late.reached)


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({}, None),
        ({"age": 17}, "不满 18 岁"),
        ({"months_resident": 5}, "居住不满 6 个月"),
        ({"seconds": 59}, "用时 59 秒"),
        ({"answers": {"overall": "very"}}, "没有答完：known"),
        ({"answers": {"overall": "very", "known": "yes"}}, "同一个位置"),
    ],
)
def test_bad_answers_are_told_why(what: dict[str, object], why: str | None) -> None:
    good: dict[str, object] = {
        "answers": {"overall": "fairly", "known": "yes"},
        "age": 18,
        "months_resident": 6,
        "seconds": 60,
    }
    found = screened_out(PLAN, **(good | what))  # type: ignore[arg-type]
    assert found is None if why is None else found is not None and why in found


def test_what_is_missing_of_a_quota_is_counted_stratum_by_stratum() -> None:
    assert short_of_quota(PLAN, {"urban": 8, "rural": 2}) == {"rural": 1}


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"strata": [{"code": "all", "label": "全部", "share": "0.9", "quota": 1}]}, "相加应为 1"),
        ({"strata": [{"code": "a", "label": "甲", "share": "0.5", "quota": 1}] * 2}, "层写了两次"),
        ({"questions": [PLAN.questions[0].model_dump()] * 2}, "问题写了两次"),
        (
            {"questions": [PLAN.questions[0].model_dump(), PLAN.questions[0].model_dump() | {"code": "again"}]},
            "指标写了两次",
        ),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused(what: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        plan_with(**what)
