"""Splitting, mixing and repacking neither make goods nor lose them; slaughter has its papers; yields have bands."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.productions.rules import (
    Band,
    Bands,
    PaperKind,
    ProductionKind,
    Shape,
    outside,
    sums,
    wrongs,
    yield_percent,
)
from services.traceability.units.goods import Amount, amount

WEIGHTS = st.decimals(Decimal("0.001"), Decimal(1000), places=3).map(lambda number: Amount(number, "kg"))
KEEPING = st.sampled_from([ProductionKind.SPLIT, ProductionKind.MIX, ProductionKind.REPACK])


def shape(kind: ProductionKind, inputs: list[Amount], outputs: list[Amount], losses: list[Amount]) -> Shape:
    return Shape(kind, inputs, outputs, losses, [frozenset()] * len(inputs), [frozenset()] * len(outputs))


def shares(whole: Amount, cuts: list[int]) -> list[Amount]:
    """The whole cut into parts that add up to it to the last gram."""
    total, parts, left = sum(cuts), [], whole.quantity
    for cut in cuts[:-1]:
        part = (whole.quantity * cut / total).quantize(Decimal("0.0001"))
        parts.append(Amount(part, whole.unit))
        left -= part
    return [*parts, Amount(left, whole.unit)]


CUTS = st.lists(st.integers(1, 50), min_size=2, max_size=6)


@given(WEIGHTS, CUTS)
def test_a_split_whose_parts_add_up_can_be(whole: Amount, cuts: list[int]) -> None:
    *outputs, loss = shares(whole, [*cuts, 1])
    assert wrongs(shape(ProductionKind.SPLIT, [whole], outputs, [loss])) == []


@given(WEIGHTS, CUTS)
def test_a_mixture_weighs_what_went_into_it(whole: Amount, cuts: list[int]) -> None:
    assert wrongs(shape(ProductionKind.MIX, shares(whole, cuts), [whole], [])) == []


@given(KEEPING, st.lists(WEIGHTS, min_size=1, max_size=5), st.lists(WEIGHTS, min_size=1, max_size=5), WEIGHTS)
def test_whatever_is_accepted_is_conserved(
    kind: ProductionKind, inputs: list[Amount], outputs: list[Amount], loss: Amount
) -> None:
    for losses in ([], [loss]):
        found = wrongs(shape(kind, inputs, outputs, losses))
        differs = sums(inputs) != sums([*outputs, *losses])
        assert ("not_conserved" in {one.code for one in found}) is differs


@given(st.integers(1, 500))
def test_it_does_not_matter_in_which_unit_the_parts_were_weighed(pounds: int) -> None:
    whole, half = amount(Decimal(pounds), "公斤"), amount(Decimal(pounds), "斤")
    assert wrongs(shape(ProductionKind.SPLIT, [whole], [half, half], [])) == []
    grams = amount(Decimal(pounds) * 1000, "克")
    assert wrongs(shape(ProductionKind.REPACK, [whole], [grams], [])) == []


def test_pieces_are_not_set_against_weights() -> None:
    found = wrongs(shape(ProductionKind.REPACK, [Amount(Decimal(10), "kg")], [Amount(Decimal(20), "盒")], []))
    assert {one.code for one in found} == {"not_conserved"}
    assert len(found) == 2


def test_making_may_weigh_what_it_weighs() -> None:
    made = shape(ProductionKind.MAKE, [Amount(Decimal(100), "kg")], [Amount(Decimal(250), "kg")], [])
    assert wrongs(made) == []
    assert yield_percent(made) == Decimal("250.00")


@pytest.mark.parametrize(("percent", "is_outside"), [("64.99", True), ("65", False), ("82", False), ("82.01", True)])
def test_a_yield_is_held_to_its_band(percent: str, *, is_outside: bool) -> None:
    assert outside(Decimal(percent), Band(Decimal(65), Decimal(82))) is is_outside


def test_what_was_not_weighed_has_no_yield() -> None:
    heads = shape(ProductionKind.SLAUGHTER, [Amount(Decimal(2), "头")], [Amount(Decimal(150), "kg")], [])
    assert yield_percent(heads) is None
    assert outside(None, Band(Decimal(1), Decimal(2))) is False


def test_a_process_is_held_to_its_own_band_before_its_product_is_and_that_before_all_others() -> None:
    all_others, of_noodles, of_steaming = (Band(Decimal(least), Decimal(105)) for least in (20, 30, 40))
    bands = Bands({("", ""): all_others, ("", "noodles"): of_noodles, ("steaming", ""): of_steaming})
    assert bands.of("steaming", "noodles") is of_steaming
    assert bands.of("something else", "noodles") is bands.of("", "noodles") is bands.of(None, "noodles") is of_noodles
    assert bands.of(None, "ducks") is bands.of(None, None) is all_others
    assert Bands({}).of("steaming", None) is None
    assert outside(Decimal(1), None) is False, "where nobody has said what is usual nothing is unusual"


@pytest.mark.parametrize(
    ("papers_in", "papers_out", "pointers"),
    [
        ([PaperKind.QUARANTINE], [PaperKind.MEAT_INSPECTION], []),
        ([], [PaperKind.MEAT_INSPECTION], ["/inputs/0/certificates"]),
        ([PaperKind.MEAT_INSPECTION], [], ["/inputs/0/certificates", "/outputs/0/certificates"]),
    ],
)
def test_a_slaughter_needs_quarantine_before_and_inspection_after(
    papers_in: list[str], papers_out: list[str], pointers: list[str]
) -> None:
    pig, pork = Amount(Decimal(110), "kg"), Amount(Decimal(80), "kg")
    killed = Shape(ProductionKind.SLAUGHTER, [pig], [pork], [], [frozenset(papers_in)], [frozenset(papers_out)])
    assert [one.pointer for one in wrongs(killed)] == pointers


SHAPES: list[tuple[ProductionKind, int, int, Callable[[str], bool]]] = [
    (ProductionKind.SPLIT, 2, 2, "split_shape".__eq__),
    (ProductionKind.SPLIT, 1, 1, "split_shape".__eq__),
    (ProductionKind.MIX, 1, 1, "mix_shape".__eq__),
    (ProductionKind.MIX, 2, 2, "mix_shape".__eq__),
]


@pytest.mark.parametrize(("kind", "ins", "outs", "is_it"), SHAPES)
def test_a_split_has_one_origin_and_a_mixture_one_result(
    kind: ProductionKind, ins: int, outs: int, is_it: Callable[[str], bool]
) -> None:
    one = Amount(Decimal(ins * outs), "kg")
    parts = shape(kind, [Amount(one.quantity / ins, "kg")] * ins, [Amount(one.quantity / outs, "kg")] * outs, [])
    assert [is_it(found.code) for found in wrongs(parts)] == [True]
