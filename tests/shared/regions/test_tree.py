"""The rules of codes and of the tree, without a database."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.regions import normalise_region_code
from shared.regions.sources import shipped_populations, shipped_regions
from shared.regions.tree import (
    Kind,
    Level,
    Region,
    TreeError,
    level_of,
    lineage,
    official_parent,
    own_code,
    parents_first,
    short_name,
)

REGIONS = {region.code: region for region in shipped_regions()}
HAISHU = "330203000000"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("330203", HAISHU),
        ("330203009", "330203009000"),
        ("330203009001", "330203009001"),
        (" 330203 ", HAISHU),
    ],
)
def test_codes_of_6_9_and_12_digits_become_12_digits(typed: str, stored: str) -> None:
    assert normalise_region_code(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "33", "3302", "33020", "3302030", "33020300000", "33020a", "３３０２０３", "000203"]
)
def test_every_other_code_is_refused_with_a_chinese_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match="区划代码"):
        normalise_region_code(typed)


@given(st.text(max_size=14))
def test_a_normalised_code_is_always_12_ascii_digits_or_refused(typed: str) -> None:
    try:
        code = normalise_region_code(typed)
    except ValueError:
        return
    assert len(code) == 12
    assert code.isascii()
    assert code.isdigit()
    assert normalise_region_code(code) == code


def test_the_five_jurisdictions_are_there_down_to_villages() -> None:
    def below(prefix: str, level: Level) -> int:
        found = [r for r in REGIONS.values() if r.code.startswith(prefix) and r.level is level]
        return sum(1 for region in found if region.kind is Kind.OFFICIAL and region.successor_code is None)

    counted = {
        name: (below(prefix, Level.STREET), below(prefix, Level.VILLAGE))
        for name, prefix in {
            "南海": "440605",
            "海曙": "330203",
            "鹤山": "440784",
            "阳江": "4417",
            "南通": "3206",
        }.items()
    }
    assert counted == {
        "南海": (7, 307),
        "海曙": (17, 280),
        "鹤山": (12, 141),
        "阳江": (63, 878),
        "南通": (136, 2005),
    }


def test_the_shipped_tree_is_a_tree_and_its_official_codes_agree_with_their_place() -> None:
    for region in parents_first(REGIONS.values()):
        if region.kind is Kind.OFFICIAL:
            assert level_of(region.code) is region.level
            assert official_parent(region.code) == region.parent_code
            assert "9" not in (region.code[6], region.code[9]), "there begins the scheme of own nodes"


def test_codes_out_of_use_point_to_what_follows_them_and_say_that_nobody_has_read_the_decree() -> None:
    gone = {region.name: region for region in REGIONS.values() if region.successor_code}
    assert REGIONS[gone["港闸区"].successor_code or ""].name == "崇川区"
    assert REGIONS[gone["海门市"].successor_code or ""].name == "海门区"
    assert not any(region.verified for region in gone.values())
    assert gone["海安县"].valid_to is None, "the day of the change is not known and must stay unknown"


def test_own_nodes_hang_below_their_city_with_codes_of_the_own_scheme() -> None:
    own = {region.name: region for region in REGIONS.values() if region.kind is Kind.OWN}
    assert own.keys() == {"海陵试验区", "阳江高新区"}
    for number, region in enumerate(sorted(own.values(), key=lambda region: region.code), start=1):
        assert region.parent_code is not None
        assert REGIONS[region.parent_code].name == "阳江市"
        assert region.code == own_code(region.parent_code, Level.COUNTY, number)


@given(
    parent=st.sampled_from(sorted(code for code, region in REGIONS.items() if region.level in (2, 3, 4))),
    level=st.sampled_from([Level.STREET, Level.VILLAGE]),
    number=st.integers(1, 99),
)
def test_an_own_code_is_never_an_official_one(parent: str, level: Level, number: int) -> None:
    code = own_code(parent, level, number)
    assert "9" in (code[6], code[9])
    assert len(code) == 12
    assert code not in REGIONS or REGIONS[code].kind is Kind.OWN


@pytest.mark.parametrize("number", [0, 100])
def test_own_numbers_end_at_99(number: int) -> None:
    with pytest.raises(ValueError, match="1 到 99"):
        own_code(HAISHU, Level.STREET, number)


@pytest.mark.parametrize(
    ("name", "level", "short"),
    [
        ("海曙区", 3, "海曙"),
        ("石碶街道", 4, "石碶"),
        ("新疆维吾尔自治区", 1, "新疆"),
        ("万安社区居委会", 5, "万安"),
        ("东村", 5, "东村"),
        ("南通经济技术开发区", 3, "南通经济技术开发"),
        ("广东省江门监狱", 4, "广东省江门监狱"),
    ],
)
def test_short_names_for_tiles(name: str, level: int, short: str) -> None:
    assert short_name(name, level) == short


def test_lineage_names_all_above() -> None:
    assert lineage(["330203009001"]) == {
        "330000000000",
        "330200000000",
        "330203000000",
        "330203009000",
        "330203009001",
    }


def broken(**change: object) -> list[Region]:
    return [*REGIONS.values(), replace(REGIONS[HAISHU], **{"code": "330299000000", **change})]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        (broken(code=HAISHU), "出现两次"),
        (broken(parent_code="339900000000"), "不在名单中"),
        (broken(parent_code=None), "没有上级"),
        (broken(parent_code="330203009000"), "不比它高一级"),
        (broken(successor_code="339900000000"), "承继"),
    ],
)
def test_what_is_no_tree_is_refused_with_the_code(regions: list[Region], words: str) -> None:
    with pytest.raises(TreeError, match=words):
        parents_first(regions)


def test_only_stated_populations_are_shipped() -> None:
    assert [(p.code, p.year, p.persons, p.verified) for p in shipped_populations()] == [(HAISHU, 2021, 1053000, False)]
