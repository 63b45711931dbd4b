"""Which of several statements counts does not depend on the order in which rows come."""

from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.evaluation_scores.assembling import standing_statements
from services.scoring.evaluation_scores.models import Statement, StatementKind
from shared.contracts.evaluations import Stage

STAGES = [Stage.SELF, Stage.DESK, Stage.PANEL]


def statement(number: int, stage: Stage, points: str | None) -> Statement:
    content = None if points is None else {"points": points}
    return Statement(
        number=number, stage=stage, kind=StatementKind.MARK, code="A1", content=content, stated_by=UUID(int=1)
    )


SAID = st.lists(st.tuples(st.sampled_from(STAGES), st.none() | st.sampled_from(["1", "2", "3"])), max_size=8)


@given(said=SAID, up_to=st.integers(min_value=1, max_value=3), chance=st.randoms(use_true_random=False))
def test_the_last_word_of_the_latest_stage_counts(
    said: list[tuple[Stage, str | None]], up_to: int, chance: Random
) -> None:
    rows = [statement(number, stage, points) for number, (stage, points) in enumerate(said, 1)]
    chance.shuffle(rows)
    stages = STAGES[:up_to]
    expected = None
    for stage in stages:
        words = [points for place, points in said if place is stage]
        expected = words[-1] if words and words[-1] is not None else expected
    standing = standing_statements(stages, rows).get(("mark", "A1"))
    assert (standing.content if standing else None) == (None if expected is None else {"points": expected})
