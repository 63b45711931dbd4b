"""What changed between two reports: numbers by name, sentences by section."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.self_reports.differences import differences
from tests.services.scoring.self_reports.making import note_of, report_of

TEXTS = st.lists(st.sampled_from(["甲。", "乙。", "丙。", "丁。"]), max_size=6)


def test_a_number_that_moved_says_by_how_much() -> None:
    before = report_of("甲。", notes=(note_of(1, "tests", "400"), note_of(2, "gone", "1")))
    after = report_of("甲。", notes=(note_of(1, "new", "7"), note_of(2, "tests", "412")))
    found = differences(before, after)
    assert [(one.name, one.before, one.after, one.change) for one in found.numbers] == [
        ("new", None, "7家", None),
        ("tests", "400家", "412家", Decimal(12)),
        ("gone", "1家", None, None),
    ]
    assert found.sentences == []


def test_another_unit_is_no_change_of_so_much() -> None:
    [found] = differences(
        report_of(notes=(note_of(1, "a", "5"),)), report_of(notes=(note_of(1, "a", "6", "户"),))
    ).numbers
    assert (found.before, found.after, found.change) == ("5家", "6户", None)


def test_a_section_that_is_new_stands_against_nothing() -> None:
    found = differences(report_of("甲。"), report_of("甲。", heading="二、亮点"))
    assert [(one.heading, one.before, one.after) for one in found.sentences] == [
        ("二、亮点", [], ["甲。"]),
        ("一、情况", ["甲。"], []),
    ]


@given(before=TEXTS, after=TEXTS)
def test_what_is_told_turns_the_one_into_the_other(before: list[str], after: list[str]) -> None:
    found = differences(report_of(*before), report_of(*after)).sentences
    assert (found == []) == (before == after)
    removed = [text for one in found for text in one.before]
    added = [text for one in found for text in one.after]
    assert sorted(before + added) == sorted(after + removed)
