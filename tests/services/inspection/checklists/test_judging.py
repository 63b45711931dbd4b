"""The verdict: by which counts, with which steps; nothing that nobody has checked is ever a pass."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.checklists.content import (
    Answer,
    ComprehensiveRule,
    Content,
    Finding,
    InspectionKind,
    Item,
    Subject,
)
from services.inspection.checklists.rules import Judgement, applicable_items, judge
from shared.contracts.inspection import BusinessKind
from tests.services.inspection.checklists.lists import (
    CATERING_2016,
    CATERING_2022,
    EXTRAS,
    GRADES,
    ON_A_BUSY_MACHINE,
    PRODUCTION_2016,
    all_passed,
    answer,
    content_of,
    item,
)

RESTAURANT = Subject(kind=BusinessKind.CATERING, scopes=(), profile="large")
KITCHEN = Subject(kind=BusinessKind.CATERING, scopes=("central_kitchen",), profile="central")
CANTEEN = Subject(kind=BusinessKind.CANTEEN, scopes=())
STALL = Subject(kind=BusinessKind.STALL)
CATERING = CATERING_2016.content


def restaurant(key_failures: int, general_passed: int, general_failed: int) -> Judgement:
    """Judge a restaurant with so many key items failed (the rest passed) and so many general items of each sort."""
    items = applicable_items(CATERING, RESTAURANT)
    keys, general = [one for one in items if one.key], [one for one in items if not one.key]
    answers = [
        answer(one.number, Finding.FAILED if index < key_failures else Finding.PASSED) for index, one in enumerate(keys)
    ]
    for index, one in enumerate(general[: general_passed + general_failed]):
        answers.append(answer(one.number, Finding.PASSED if index < general_passed else Finding.FAILED))
    return judge(answers, CATERING, RESTAURANT)


@pytest.mark.parametrize(
    ("key_failures", "passed", "failed", "verdict"),
    [
        (0, 22, 0, "符合"),
        (0, 21, 1, "基本符合"),
        (0, 7, 3, "基本符合"),  # exactly 70 %
        (0, 14, 6, "基本符合"),
        (0, 15, 7, "不符合"),  # 68.18 %
        (0, 13, 6, "不符合"),  # 68.42 %
        (0, 9, 4, "不符合"),  # 69.23 %
        (0, 0, 22, "不符合"),
        (1, 22, 0, "基本符合"),  # the case of which the document says nothing
        (1, 21, 1, "基本符合"),
        (1, 7, 3, "基本符合"),
        (1, 9, 4, "不符合"),
        (2, 22, 0, "不符合"),
        (2, 7, 3, "不符合"),
        (7, 22, 0, "不符合"),
        (7, 0, 22, "不符合"),
    ],
)
def test_boundaries_of_the_catering_list_of_2016(key_failures: int, passed: int, failed: int, verdict: str) -> None:
    assert restaurant(key_failures, passed, failed).verdict == verdict


def test_the_undefined_boundary_says_that_it_was_decided_here() -> None:
    decided, defined = restaurant(1, 22, 0), restaurant(1, 21, 1)
    assert any("原文未规定此种情形，本表决定" in step for step in decided.steps)
    assert not any("原文未规定" in step for step in defined.steps)
    assert CATERING.verdict.decisions[0].decision == "定为「基本符合」"


def test_the_steps_show_the_reckoning_in_words() -> None:
    judged = restaurant(1, 20, 2)
    assert judged.steps[0] == "适用 29 项，另有 1 项不适用于该主体"
    assert "重点项：7 项，合格 6，不合格 1，合理缺项 0，未查或无法判定 0；不合格：3.1" in judged.steps
    assert "一般项合格率 = 20 ÷ 22 = 90.91%" in judged.steps
    assert "按判定规则为「基本符合」" in judged.steps
    assert judged.handling == "书面限期整改"


@pytest.mark.parametrize(("keys", "general", "said"), [(3, 7, True), (2, 7, False), (3, 6, False), (7, 22, True)])
def test_a_check_of_drawn_items_needs_three_key_and_seven_general_ones(keys: int, general: int, said: bool) -> None:
    items = applicable_items(CATERING, RESTAURANT)
    drawn = [one for one in items if one.key][:keys] + [one for one in items if not one.key][:general]
    judged = judge(all_passed(drawn), CATERING, RESTAURANT)
    assert judged.verdict == ("符合" if said else None)


def test_items_said_not_applicable_do_not_make_up_the_least_number() -> None:
    items = applicable_items(CATERING, RESTAURANT)
    keys, general = [one for one in items if one.key][:3], [one for one in items if not one.key]
    left_out = [answer(one.number, Finding.NOT_APPLICABLE, reason="没有此类场所") for one in general if one.na_allowed]
    checked = all_passed([one for one in general if not one.na_allowed][:6])
    judged = judge([*all_passed(keys), *left_out, *checked], CATERING, RESTAURANT)
    assert judged.verdict is None
    assert "不能判定：一般项至少检查 7 项，现有 6 项" in judged.steps


def test_reasonably_not_applicable_is_outside_of_the_rate() -> None:
    items = applicable_items(CATERING, RESTAURANT)
    left_out = {"2.2", "2.3", "5.2", "5.4", "6.3", "7.3", "7.4", "8.1", "9.1", "9.2"}
    answers = [
        answer(one.number, Finding.NOT_APPLICABLE, reason="没有此类场所")
        if one.number in left_out
        else answer(one.number, Finding.FAILED if one.number in {"1.1", "2.1", "4.3", "4.4"} else Finding.PASSED)
        for one in items
    ]
    judged = judge(answers, CATERING, RESTAURANT)
    assert (judged.general.not_applicable, judged.general.checked) == (10, 12)
    assert "一般项合格率 = 8 ÷ 12 = 66.67%" in judged.steps
    assert judged.verdict == "不符合"


@pytest.mark.parametrize("scopes", [(), None])
def test_an_item_for_central_kitchens_is_put_to_them_and_to_whom_nobody_knows(scopes: tuple[str, ...] | None) -> None:
    numbers = {one.number for one in applicable_items(CATERING, RESTAURANT.model_copy(update={"scopes": scopes}))}
    assert ("7.5" in numbers) is (scopes is None)
    assert "7.5" in {one.number for one in applicable_items(CATERING, KITCHEN)}


def test_producers_of_additives_have_three_items_more() -> None:
    content = PRODUCTION_2016.content
    plain = applicable_items(content, Subject(kind=BusinessKind.PRODUCTION, scopes=()))
    additives = applicable_items(content, Subject(kind=BusinessKind.PRODUCTION, scopes=("food_additive",)))
    assert (len(plain), sum(one.key for one in plain)) == (51, 21)
    assert [one.number for one in additives if one not in plain] == ["9.1", "9.2", "9.3"]


@pytest.mark.parametrize("file", [PRODUCTION_2016, CATERING_2022], ids=["production-2016", "catering-2022"])
def test_without_a_rule_of_verdict_the_officers_decide(file: Any) -> None:
    content: Content = file.content
    assert isinstance(content.verdict, ComprehensiveRule)
    subject = Subject(kind=file.checklist.kinds[0], scopes=())
    judged = judge(all_passed(applicable_items(content, subject)), content, subject)
    assert (judged.verdict, judged.at_best) == (None, None)
    assert any("由检查人员综合判定" in step for step in judged.steps)
    assert judged.handling == content.verdict.handling


def test_no_verdict_comes_from_a_part_of_a_list() -> None:
    whole = content_of()
    part = whole.model_copy(update={"complete": False})
    answers = all_passed(whole.items)
    assert judge(answers, whole, STALL).verdict == "符合"
    judged = judge(answers, part, STALL)
    assert (judged.verdict, judged.at_best) == (None, None)
    assert "不能判定：本版要点表只收入 4 项，不能据此作出结论" in judged.steps


def test_under_the_rule_of_2021_every_item_is_checked_but_by_flying_inspections() -> None:
    content = content_of()
    answers = all_passed(content.items)[:3]
    assert judge(answers, content, STALL).verdict is None
    assert judge(answers, content, STALL, kind=InspectionKind.SYSTEM).verdict is None
    assert judge(answers, content, STALL, kind=InspectionKind.FLIGHT).verdict == "符合"
    assert judge([], content, STALL, kind=InspectionKind.FLIGHT).verdict is None


def test_an_item_that_failed_last_time_must_be_checked_even_by_a_flying_inspection() -> None:
    content = content_of()
    answers = all_passed(content.items)[:3]
    judged = judge(answers, content, STALL, kind=InspectionKind.FLIGHT, required=["4"])
    assert judged.verdict is None
    assert "不能判定：本次必查的 4 尚无结果" in judged.steps


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (answer("1", Finding.NOT_APPLICABLE, reason="没有"), "not_applicable"),
        (answer("3", Finding.NOT_APPLICABLE), "reason"),
        (answer("3", Finding.NOT_APPLICABLE, reason="  "), "reason"),
        (answer("5", Finding.PASSED), "photo"),
    ],
)
def test_an_answer_that_lacks_something_counts_for_nothing_and_is_said(wrong: Answer, code: str) -> None:
    content = content_of(
        item("1", key=True), item("2"), item("3", na_allowed=True), item("4"), item("5", photo_required=True)
    )
    answers = [one for one in all_passed(content.items) if one.number != wrong.number]
    judged = judge([*answers, wrong], content, STALL)
    assert (judged.verdict, judged.open) == (None, (wrong.number,))
    assert [(fault.number, fault.code) for fault in judged.faults] == [(wrong.number, code)]


def test_a_failure_without_its_photo_is_still_a_failure() -> None:
    content = content_of(item("1", key=True, photo_required=True), item("2"))
    judged = judge([answer("1", Finding.FAILED), answer("2")], content, STALL)
    assert (judged.verdict, judged.failed) == ("不符合", ("1",))
    assert [fault.code for fault in judged.faults] == ["photo"]


@pytest.mark.parametrize(
    ("one", "other", "counts", "verdict"),
    [
        (Finding.PASSED, Finding.FAILED, "failed", "不符合"),
        (Finding.UNKNOWN, Finding.FAILED, "failed", "不符合"),
        (Finding.PASSED, Finding.UNKNOWN, "open", None),
    ],
)
def test_of_two_answers_to_one_item_a_failure_counts_and_else_none(
    one: Finding, other: Finding, counts: str, verdict: str | None
) -> None:
    content = content_of(item("1", key=True), item("2"))
    judged = judge([answer("1", one), answer("1", other), answer("2")], content, STALL)
    assert (getattr(judged, counts), judged.verdict) == (("1",), verdict)
    assert [fault.code for fault in judged.faults] == ["contradiction"]


def test_a_business_with_fewer_items_than_the_least_number_is_checked_for_all_it_has() -> None:
    content = content_of(
        item("1", key=True),
        *(item(str(number), na_allowed=True) for number in range(2, 6)),
        extent={"kind": "minimum", "key": 1, "general": 3, "source": "演示"},
    )
    left_out = [answer(number, Finding.NOT_APPLICABLE, reason="没有此类场所") for number in ("3", "4", "5")]
    assert judge([answer("1"), answer("2"), *left_out], content, STALL).verdict == "符合"
    assert judge([answer("1"), answer("2"), *left_out[1:]], content, STALL).verdict is None
    assert judge([answer("2"), *left_out], content, STALL).verdict is None


def test_answers_to_other_items_are_not_lost_silently() -> None:
    content = content_of(
        item("1", key=True), item("2"), item("3", scopes=["cold"]), scopes=[{"code": "cold", "label": "冷食"}]
    )
    judged = judge([*all_passed(content.items), answer("9")], content, Subject(kind=BusinessKind.STALL, scopes=()))
    assert judged.verdict == "符合"
    assert [(fault.number, fault.code) for fault in judged.faults] == [("3", "not_for_subject"), ("9", "unknown_item")]


def test_too_many_items_said_not_applicable_leave_no_verdict() -> None:
    rule = content_of().verdict.model_copy(update={"max_share_not_applicable": Decimal("0.25")})
    loose = content_of(*(item(str(number), na_allowed=number > 1, key=number == 1) for number in range(1, 5)))
    strict = loose.model_copy(update={"verdict": rule})
    one = [*all_passed(loose.items)[:3], answer("4", Finding.NOT_APPLICABLE, reason="没有")]
    two = [*all_passed(loose.items)[:2], *(answer(n, Finding.NOT_APPLICABLE, reason="没有") for n in ("3", "4"))]
    assert (judge(one, strict, STALL).verdict, judge(two, strict, STALL).verdict) == ("符合", None)
    assert judge(two, loose, STALL).verdict == "符合"


# Points


@pytest.mark.parametrize(
    ("subject", "total"),
    [
        (RESTAURANT, "100"),
        (RESTAURANT.model_copy(update={"profile": "small"}), "100"),
        (KITCHEN, "100"),
        (CANTEEN, "100"),
    ],
)
def test_the_points_of_each_sort_of_business_make_a_hundred(subject: Subject, total: str) -> None:
    judged = judge(all_passed(applicable_items(CATERING, subject)), CATERING, subject, extras=EXTRAS)
    assert judged.score is not None
    assert (str(judged.score.due), str(judged.score.normalised), judged.score.band) == (total, "100.0", "优秀")


def test_points_are_a_share_of_what_applies() -> None:
    items = applicable_items(CATERING, RESTAURANT)
    answers = [
        answer(one.number, Finding.NOT_APPLICABLE, reason="没有专间")
        if one.number in {"7.3", "8.1"}
        else answer(one.number)
        for one in items
        if one.number != "3.1"
    ]
    judged = judge([*answers, answer("3.1", Finding.FAILED)], CATERING, RESTAURANT, extras=EXTRAS)
    assert judged.score is not None
    assert (judged.score.got, judged.score.due) == (Decimal(86), Decimal(92))
    assert (judged.score.normalised, judged.score.band) == (Decimal("93.5"), "优秀")  # 93.478…


@pytest.mark.parametrize(
    ("lost", "normalised", "band"),
    [
        ("10", "90.0", "优秀"),
        ("10.04", "90.0", "优秀"),
        ("10.06", "89.9", "良好"),
        ("25", "75.0", "良好"),
        ("25.1", "74.9", "一般"),
        ("40", "60.0", "一般"),
        ("40.1", "59.9", "整改"),
        ("100", "0.0", "整改"),
    ],
)
def test_grades_begin_at_their_bound(lost: str, normalised: str, band: str) -> None:
    content = content_of(
        item("1", key=True, points={"all": str(Decimal(100) - Decimal(lost))}),
        item("2", points={"all": lost}),
        scoring=GRADES | {"profiles": [{"code": "all", "label": "全部"}], "extras": []},
    )
    score = judge([answer("1"), answer("2", Finding.FAILED)], content, STALL).score
    assert score is not None
    assert (str(score.normalised), score.band) == (normalised, band)


def test_no_points_before_everything_that_has_some_is_answered() -> None:
    items = applicable_items(CATERING, RESTAURANT)
    whole = all_passed(items)
    assert judge(whole, CATERING, RESTAURANT, extras={"advanced_management": Decimal(5)}).score is None
    assert judge(whole[1:], CATERING, RESTAURANT, extras=EXTRAS).score is None
    assert judge(whole, CATERING, RESTAURANT, extras=EXTRAS | {"effective_process": Decimal(6)}).score is None
    nobody_knows_which = RESTAURANT.model_copy(update={"profile": None})
    assert judge(whole, CATERING, nobody_knows_which, extras=EXTRAS).score is None


# Properties, of the shipped list that reckons a rate and of one that counts

COUNTED = content_of(
    *(item(str(n), key=n < 4, na_allowed=n % 3 == 0, photo_required=n == 5) for n in range(1, 9)),
    extent={"kind": "minimum", "key": 1, "general": 2, "source": "演示"},
)
LISTS = [(CATERING, RESTAURANT), (COUNTED, STALL)]
LABELS = ["符合", "基本符合", "不符合"]


@st.composite
def inspections(draw: st.DrawFn) -> tuple[Content, Subject, list[Answer], list[str]]:
    """A list, whom it is applied to, answers to it (several to one item, some to none), and what must be checked."""
    content, subject = draw(st.sampled_from(LISTS))
    numbers = st.sampled_from([one.number for one in content.items])
    findings = st.sampled_from([Finding.PASSED] * 6 + [*Finding])
    made = st.builds(
        Answer, number=numbers, finding=findings, reason=st.sampled_from(["", "没有"]), photos=st.integers(0, 1)
    )
    mostly = draw(st.booleans())
    whole = all_passed(content.items) if mostly else []
    replaced = {one.number: one for one in draw(st.lists(made, max_size=12))}
    answers = [replaced.pop(one.number, one) for one in whole] + list(replaced.values())
    answers += draw(st.lists(made, max_size=3))
    return content, subject, answers, draw(st.lists(numbers, max_size=2))


def rank(verdict: str | None) -> int:
    """How bad a verdict is; to say none is never worse than any."""
    return LABELS.index(verdict) if verdict else len(LABELS)


def with_finding(one: Answer, finding: Finding) -> Answer:
    return one.model_copy(update={"finding": finding})


@ON_A_BUSY_MACHINE
@given(inspections(), st.data())
def test_turning_a_pass_into_a_failure_never_improves_anything(
    inspection: tuple[Content, Subject, list[Answer], list[str]], data: st.DataObject
) -> None:
    content, subject, answers, required = inspection
    before = judge(answers, content, subject, required=required, extras=EXTRAS)
    passed = [index for index, one in enumerate(answers) if one.finding is Finding.PASSED]
    if before.verdict is None or not passed:
        return
    index = data.draw(st.sampled_from(passed))
    worse = [*answers[:index], with_finding(answers[index], Finding.FAILED), *answers[index + 1 :]]
    after = judge(worse, content, subject, required=required, extras=EXTRAS)
    assert rank(after.verdict) >= rank(before.verdict)
    assert rank(after.at_best) >= rank(before.at_best)
    if before.score and after.score:
        assert after.score.normalised <= before.score.normalised


@ON_A_BUSY_MACHINE
@given(inspections(), st.randoms(use_true_random=False))
def test_the_order_of_answers_says_nothing(
    inspection: tuple[Content, Subject, list[Answer], list[str]], random: Any
) -> None:
    content, subject, answers, required = inspection
    shuffled = list(answers)
    random.shuffle(shuffled)
    judged = judge(answers, content, subject, required=required, extras=EXTRAS)
    assert judge(shuffled, content, subject, required=list(reversed(required)), extras=EXTRAS) == judged
    assert judge([*answers, *shuffled], content, subject, required=required, extras=EXTRAS) == judged


@ON_A_BUSY_MACHINE
@given(inspections(), st.data())
def test_what_nobody_has_checked_is_never_passed(
    inspection: tuple[Content, Subject, list[Answer], list[str]], data: st.DataObject
) -> None:
    """Taking a pass away, or making it unknown, takes it out of the passes and never improves the verdict."""
    content, subject, answers, required = inspection
    items: dict[str, Item] = {one.number: one for one in applicable_items(content, subject)}
    passed = [one for one in answers if one.finding is Finding.PASSED and one.number in items]
    before = judge(answers, content, subject, required=required, extras=EXTRAS)
    assert before.key.passed + before.general.passed <= len({one.number for one in passed})
    if not passed:
        return
    gone = data.draw(st.sampled_from(passed)).number
    rest = [one for one in answers if one.number != gone]
    for changed in (rest, [*rest, answer(gone, Finding.UNKNOWN)]):
        after = judge(changed, content, subject, required=required, extras=EXTRAS)
        assert gone in after.open
        assert after.key.passed + after.general.passed <= before.key.passed + before.general.passed
        if before.verdict and gone not in before.failed:
            assert rank(after.verdict) >= rank(before.verdict)


@ON_A_BUSY_MACHINE
@given(inspections())
def test_a_verdict_is_never_better_than_what_is_still_possible(
    inspection: tuple[Content, Subject, list[Answer], list[str]],
) -> None:
    content, subject, answers, required = inspection
    judged = judge(answers, content, subject, required=required)
    if judged.verdict:
        assert rank(judged.verdict) >= rank(judged.at_best)
        assert not set(required) & set(judged.open)


@ON_A_BUSY_MACHINE
@given(inspections())
def test_every_applicable_item_is_counted_once(
    inspection: tuple[Content, Subject, list[Answer], list[str]],
) -> None:
    content, subject, answers, _ = inspection
    judged = judge(answers, content, subject)
    assert judged.key.total + judged.general.total == len(applicable_items(content, subject))
    assert len(judged.failed) == judged.key.failed + judged.general.failed
    assert len(judged.open) == judged.key.open + judged.general.open
