"""抽样、检验、核查处置分离: what may stand beside each other for one sample, for every history of parts."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.sampling.separation.rules import Part, clash
from shared.contracts.statutory_sampling import Duty

few_ids = st.integers(1, 4).map(lambda number: UUID(int=number))
parts = st.builds(Part, st.sampled_from(Duty), few_ids, st.none() | few_ids)


def taken_in_turn(wanted: list[Part]) -> list[Part]:
    """What is on record after everybody has tried to take his part, one after the other."""
    present: list[Part] = []
    for part in wanted:
        if clash(present, part) is None:
            present.append(part)
    return present


@given(st.lists(parts, max_size=12))
def test_nobody_has_two_duties_and_no_house_tests_what_it_sampled_or_handles(wanted: list[Part]) -> None:
    present = taken_in_turn(wanted)
    for one in present:
        for other in present:
            if one.duty is not other.duty:
                assert one.user_id != other.user_id
                if Duty.LABORATORY in (one.duty, other.duty) and one.organisation_id is not None:
                    assert one.organisation_id != other.organisation_id


@given(st.lists(parts, max_size=12), parts)
def test_a_part_is_refused_only_for_another_duty_of_the_same_person_or_house(wanted: list[Part], part: Part) -> None:
    present = taken_in_turn(wanted)
    found = clash(present, part)
    if found is not None:
        assert found in present
        assert found.duty is not part.duty
        assert found.user_id == part.user_id or found.organisation_id == part.organisation_id


@given(parts, parts)
def test_who_comes_first_does_not_matter(one: Part, other: Part) -> None:
    assert (clash([one], other) is None) == (clash([other], one) is None)


@given(st.lists(parts, max_size=12), parts)
def test_the_same_part_may_be_taken_again(wanted: list[Part], part: Part) -> None:
    present = taken_in_turn(wanted)
    if clash(present, part) is None:
        assert clash([*present, part], part) is None


@given(few_ids, few_ids, few_ids)
def test_samplers_and_case_handlers_may_be_persons_of_one_bureau(sampler: UUID, handler: UUID, bureau: UUID) -> None:
    clashing = clash([Part(Duty.SAMPLER, sampler, bureau)], Part(Duty.CASE_HANDLER, handler, bureau))
    assert (clashing is not None) == (sampler == handler)
