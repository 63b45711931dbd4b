"""However often certificates are mixed and reissued, the first ones are found again, all of them and no other."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.traceability.certificates.rules import WORDS, Root, Source, missing, not_named, roots


@st.composite
def _histories(draw: st.DrawFn) -> tuple[dict[UUID, list[Source]], dict[UUID, frozenset[Root]]]:
    """Certificates made one after the other, each from none or some of the earlier and of papers from outside; and by
    a reckoning of its own, what each stems from.
    """
    sources_of: dict[UUID, list[Source]] = {}
    stems: dict[UUID, frozenset[Root]] = {}
    for number in range(1, draw(st.integers(2, 12))):
        own = UUID(int=number)
        chosen = draw(st.sets(st.sampled_from(sorted(stems)), max_size=4)) if stems else set()
        papers = draw(st.sets(st.sampled_from(["P1", "P2", "P3"]), max_size=2))
        if chosen or papers:
            sources_of[own] = [Source(one, f"N{one.int}") for one in sorted(chosen)]
            sources_of[own] += [Source(None, paper) for paper in sorted(papers)]
            stems[own] = frozenset().union(*(stems[one] for one in chosen), {Root(None, paper) for paper in papers})
        else:
            stems[own] = frozenset({Root(own, f"N{number}")})
    return sources_of, stems


@given(_histories())
def test_a_reissued_certificate_keeps_its_sources(
    history: tuple[dict[UUID, list[Source]], dict[UUID, frozenset[Root]]],
) -> None:
    sources_of, stems = history
    for own, expected in stems.items():
        assert roots([Source(own, f"N{own.int}")], sources_of) == expected


@given(st.lists(st.sampled_from(["A", "B", "C", "D"]), unique=True), st.sets(st.sampled_from(["A", "B", "C", "D"])))
def test_no_certificate_of_what_went_in_may_be_left_out(came: list[str], named: set[str]) -> None:
    papers = [{"kind": WORDS, "number": number} for number in came] + [{"kind": "检验报告", "number": "X"}]
    left_out = not_named(papers, [Source(None, number) for number in named])
    assert set(left_out) == set(came) - named


def test_a_source_may_be_named_by_its_id_alone() -> None:
    own = UUID(int=7)
    papers = [{"kind": WORDS, "number": "HGZ1", "id": str(own)}]
    assert not_named(papers, [Source(own, "另写的号")]) == []


def test_an_empty_field_is_missing() -> None:
    assert missing(["origin", "contact"], {"origin": "", "contact": "0574"}) == ["origin"]
