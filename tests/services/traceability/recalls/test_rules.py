"""How much came back, what is still missing, and how a rehearsal went."""

import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.recalls import verifier
from services.traceability.recalls.models import Recall
from services.traceability.recalls.problems import RecallStepRefused
from services.traceability.recalls.rules import (
    AFTER,
    Line,
    NoticeFacts,
    Step,
    canonical,
    missing,
    recovery,
    rehearse,
    sha256,
)
from shared.contracts.traceability import RecallLevel, RecallState

AT = datetime(2026, 7, 24, tzinfo=UTC)
amounts = st.decimals(0, 1000, places=2)


def line(*, unit: str = "KGM", taken_in: str = "60", left: str | None = "5", sold: str = "55", **said: str) -> Line:
    stock, returned, destroyed = (Decimal(said[name]) if name in said else None for name in PARTS)
    return Line(
        "k", unit, Decimal(taken_in), None if left is None else Decimal(left), Decimal(sold), stock, returned, destroyed
    )


PARTS = ("stock", "returned", "destroyed")


def test_what_came_back_is_told_of_what_was_out_in_one_unit() -> None:
    lines = [line(stock="0", returned="5", destroyed="10"), line(unit="GRM", left="40000", sold="0", stock="40000")]
    [found] = recovery(lines)
    assert (found.unit, found.out, found.recovered, found.share) == ("KGM", *map(Decimal, ("100", "55", "55")))


def test_where_a_record_does_not_say_how_much_no_share_is_told() -> None:
    [found] = recovery([line(left=None, stock="5", returned="0", destroyed="0")])
    assert (found.out, found.recovered, found.share) == (None, Decimal(5), None)


def test_pieces_and_kilogrammes_are_told_apart() -> None:
    assert {one.unit for one in recovery([line(), line(unit="C62")])} == {"KGM", "C62"}


def take(recall: Recall, step: str) -> None:
    match step:
        case "grade":
            recall.grade(RecallLevel.TWO)
        case "notify":
            recall.notify(AT)
        case "extend":
            recall.extend()
        case "close":
            recall.close(at=AT, by_name="演示", note="完成")
        case _:
            recall.withdraw(at=AT, by_name="演示", because="有误")


@given(st.lists(st.tuples(amounts, amounts, amounts, amounts, amounts), min_size=1, max_size=5))
def test_nothing_is_lost_in_adding_up(rows: list[tuple[Decimal, ...]]) -> None:
    lines = [
        Line(f"k{n}", "KGM" if n % 2 else "GRM", left + sold, left, sold, stock, returned, destroyed)
        for n, (left, sold, stock, returned, destroyed) in enumerate(rows)
    ]
    [found] = recovery(lines)
    factor = {"KGM": Decimal(1000), "GRM": Decimal(1)}
    grams = sum(factor[one.unit] * sum(part for part in one[-3:] if part) for one in lines)
    assert found.recovered * factor[found.unit] == grams


def fact(**changed: object) -> NoticeFacts:
    values = {"holder_name": "演示店", "acknowledged": True, "evidence": 1}
    values |= {"lines": [line(stock="0", returned="5", destroyed="1")]} | changed
    return NoticeFacts(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"acknowledged": False}, "acknowledgement"),
        ({"lines": [line()]}, "report"),
        ({"lines": []}, "report"),
        ({"lines": [line(stock="1", returned="4", destroyed="0")]}, "stock"),
        ({"evidence": 0}, "evidence"),
    ],
)
def test_each_thing_that_is_missing_is_named(changed: dict[str, object], code: str) -> None:
    found = missing(level=RecallLevel.ONE, rehearsal=False, complete=True, notices=[fact(), fact(**changed)])
    assert [one.code for one in found] == [code]


def test_a_whole_recall_lacks_nothing_and_a_rehearsal_only_its_scope() -> None:
    assert missing(level=RecallLevel.ONE, rehearsal=False, complete=True, notices=[fact()]) == []
    assert [one.code for one in missing(level=None, rehearsal=False, complete=False, notices=[])] == ["scope", "level"]
    assert missing(level=None, rehearsal=True, complete=True, notices=[fact(acknowledged=False)]) == []


def test_a_rehearsal_is_scored_by_the_links_that_somebody_recorded() -> None:
    found = rehearse(AT, AT + timedelta(minutes=90), links=8, gaps=2)
    assert (found.minutes, found.score) == (Decimal("90.00"), Decimal("75.00"))
    assert rehearse(AT, AT, links=0, gaps=1).score == 0


def a_recall(*, rehearsal: bool = False) -> Recall:
    return Recall(rehearsal=rehearsal, state=RecallState.OPEN, level=None, notified_at=None, closed_at=None, version=1)


@given(
    steps=st.lists(st.sampled_from(["grade", "notify", "extend", "close", "withdraw"]), max_size=8), drill=st.booleans()
)
def test_whatever_is_tried_a_recall_only_takes_the_steps_of_its_state(steps: list[str], drill: bool) -> None:
    recall = a_recall(rehearsal=drill)
    for step in steps:
        before, level, version = recall.state, recall.level, recall.version
        allowed = {
            "grade": before in AFTER[Step.GRADED],
            "notify": before is RecallState.OPEN and level is not None and not drill,
            "extend": before in AFTER[Step.EXTENDED],
            "close": before is (RecallState.OPEN if drill else RecallState.NOTIFIED),
            "withdraw": before in AFTER[Step.WITHDRAWN],
        }[step]
        try:
            take(recall, step)
        except RecallStepRefused:
            assert not allowed
            assert (recall.state, recall.level, recall.version) == (before, level, version)
        else:
            assert allowed
            assert recall.version == version + 1
        assert (recall.closed_at is None) == (recall.state in (RecallState.OPEN, RecallState.NOTIFIED))


def test_the_hash_hangs_on_what_is_said_and_not_on_how_it_is_written() -> None:
    one, other = {"a": "1", "b": ["召回", "2"]}, {"b": ["召回", "2"], "a": "1"}
    assert sha256(one) == sha256(other) != sha256(one | {"a": "2"})
    assert canonical(one) == verifier.canonical(one)


def test_the_verifier_reads_nothing_that_is_no_bundle(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"{tmp_path}/no.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    assert verifier.main([path]) == 1
    assert verifier.main([f"{tmp_path}/missing.zip"]) == 2
    assert verifier.main([]) == 2
    assert "没有清单" in capsys.readouterr().out
