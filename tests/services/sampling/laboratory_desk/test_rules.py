"""No shown text names anybody, however the name is written into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.laboratory_desk.rules import HIDDEN, names_in, sent_quantity, storage_in_words, without_names

words = st.text(alphabet="演示海山食品酱油牌ABcd12 -·（）Ａｂ", max_size=12)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("演示牌酱油", "□酱油"),
        ("演 示 牌酱油", "□酱油"),
        ("ＹＡＮＳＨＩ酱油（yan-shi）", "□酱油（□）"),
        ("酱油", "酱油"),
        ("演示酱油，演示出品", "□酱油，□出品"),
    ],
)
def test_trade_marks_are_hidden_however_they_are_written(text: str, shown: str) -> None:
    form = {"goods": {"trade_mark": "演示牌（图形）+YanShi"}}
    assert without_names(text, names_in(form)) == shown


@given(words, st.lists(words, max_size=4))
def test_what_is_left_holds_none_of_the_names(text: str, names: list[str]) -> None:
    def plain(words: str) -> str:
        return "".join(letter for letter in words.casefold() if letter.isalnum())

    shown = without_names(text, names)
    for stretch in shown.split(HIDDEN):
        for name in names:
            if len(plain(name)) > 1:
                assert plain(name) not in plain(stretch)


@given(words)
def test_without_names_in_it_a_text_stays_as_it_is(text: str) -> None:
    assert without_names(text, ["无关的名称", "", "海"]) == text


def test_figures_and_kinds_of_places_are_no_names() -> None:
    form = {"basics": {"place": "农贸市场 A-12"}, "goods": {"trade_mark": "图形"}}
    assert without_names("农贸市场式图形糕点 500g×12", names_in(form)) == "农贸市场式图形糕点 500g×12"


def test_the_laboratory_is_sent_what_was_taken_less_the_backup() -> None:
    assert sent_quantity({"quantity": "3.0", "backup_quantity": "1.5", "quantity_unit": "kg"}) == "1.5 kg"
    assert sent_quantity({"quantity": "2"}) == "2"
    assert sent_quantity({}) is None
    assert storage_in_words({"storage": "冷藏", "storage_temperature": "4 ℃"}) == "冷藏，4 ℃"
    assert storage_in_words({}) is None
