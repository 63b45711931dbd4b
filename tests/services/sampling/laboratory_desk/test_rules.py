"""No shown text names anybody, however the name is written into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sampling.laboratory_desk.rules import (
    HIDDEN,
    names_in,
    sent_quantity,
    storage_in_words,
    trade_names_of,
    without_names,
)
from services.sampling.laboratory_desk.trade_names import BEHIND

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


REGIONS = ("浙江省", "浙江", "宁波市", "宁波", "海曙区", "海曙")


@pytest.mark.parametrize(
    ("business", "text", "shown"),
    [
        ("宁波张三丰豆制品有限公司", "张三丰豆制品豆腐", "□豆制品豆腐"),
        ("浙江省宁波市海曙区张三丰豆制品有限公司第二分店", "张三丰特供", "□特供"),
        ("张三丰（宁波）食品股份有限公司", "张·三 丰豆腐", "□豆腐"),
        ("宁波李记卤味店", "李 记卤牛肉", "□卤牛肉"),
        ("宁波李记卤味店", "李-记卤牛肉", "□卤牛肉"),
        ("宁波李记卤味店", "李\u200b记卤牛肉", "□卤牛肉"),
        ("海曙李豆腐店", "李豆腐", "□"),
        ("海曙金面包店", "金面包", "□"),
        ("海曙堂食品有限公司", "海曙堂豆腐", "□豆腐"),
        ("张三丰宁波食品有限公司", "张三丰豆腐", "□豆腐"),
        ("张三丰宁波天一店", "张三丰豆腐", "□豆腐"),
        ("张三丰一店", "张三丰豆腐", "□豆腐"),
        ("张三丰B店", "张三丰豆腐", "□豆腐"),
        ("天下第一豆腐店", "天下第一豆腐", "□豆腐"),
        ("A12摊位张三丰", "张三丰豆腐", "□豆腐"),
        ("豆腐摊张三丰", "张三丰豆腐", "□豆腐"),
        ("张三丰豆腐·中山路店", "张三丰豆腐", "□豆腐"),
        ("农贸市场12号摊", "农贸市场豆腐 12 块", "农贸市场豆腐 12 块"),
        ("宁波年糕店", "宁波年糕", "宁波年糕"),
        ("ＺＳＦ食品厂", "zsf 豆腐", "□ 豆腐"),
        ("宁波豆腐店", "豆腐", "豆腐"),
        ("海曙年糕食品厂", "慈城年糕", "慈城年糕"),
        ("宁波草鱼商行", "草鱼", "草鱼"),
    ],
)
def test_the_name_by_which_people_know_a_business_is_hidden_and_food_is_not(
    business: str, text: str, shown: str
) -> None:
    assert without_names(text, trade_names_of([business], REGIONS, {"草鱼"})) == shown


@given(
    st.sampled_from(("", "宁波", "宁波市海曙区", "浙江省")),
    st.text(alphabet="张三丰李记顺隆祥甬", min_size=2, max_size=4),
    st.lists(st.sampled_from(BEHIND), min_size=1, max_size=3),
    st.lists(st.sampled_from(("", " ", "·", "-", "－", "\u200b", "\u3000", ".")), min_size=4, max_size=4),
)
def test_no_spelling_of_the_name_of_a_business_is_left(
    region: str, name: str, behind: list[str], between: list[str]
) -> None:
    written = "".join(sign + gap for sign, gap in zip(name, between, strict=False))
    shown = without_names(f"特供{written}卤牛肉", trade_names_of([f"{region}{name}{''.join(behind)}"], REGIONS, ()))
    assert name not in "".join(letter for letter in shown if letter.isalnum())
    assert shown.startswith("特供") and shown.endswith("卤牛肉")


@given(
    st.sampled_from(("", "宁波", "宁波市海曙区", "A12", "3号")),
    st.sampled_from(("", *BEHIND)),
    st.text(alphabet="张三丰李记顺隆祥甬堂", min_size=2, max_size=4),
    st.sampled_from(("", "宁波", "海曙", "宁波天一", "（宁波）", "·")),
    st.lists(st.sampled_from(BEHIND), max_size=2),
    st.sampled_from(("", "一店", "第二分店", "B店", "2号店", "（中山路店）")),
)
def test_a_name_is_hidden_wherever_it_stands_among_places_trades_and_branches(
    place: str, trade: str, name: str, region: str, behind: list[str], branch: str
) -> None:
    business = f"{place}{trade}{name}{region}{''.join(behind)}{branch}"
    shown = without_names(f"特供{name}卤牛肉", trade_names_of([business], REGIONS, ()))
    assert name not in shown, business
    assert shown.endswith("卤牛肉")


@given(
    st.sampled_from(REGIONS),
    st.lists(st.sampled_from(BEHIND), max_size=3),
    st.sampled_from(("", "第二分店", "12号摊")),
)
def test_places_and_trades_alone_name_nobody(region: str, behind: list[str], branch: str) -> None:
    hidden = trade_names_of([f"{region}{''.join(behind)}{branch}"], REGIONS, ())
    assert without_names("豆腐", hidden) == "豆腐"
    assert hidden.isdisjoint(REGIONS)
