"""The division tree as plain values: levels, parents, short names, and the checks a list of regions must pass.

Official codes (GB/T 2260, 统计用区划代码和城乡划分代码编制规则) are read in groups of 2-2-2-3-3 digits: province,
city, county, street, village. Own nodes (开发区, 网格 …) have no official code; theirs is their parent's code with a 9
and a number from 01 to 99 in the street group, or in the village group for own nodes of village level. The statistics
bureau begins those groups with 0-5 (checked over all 41,352 streets and 620,573 villages of the 2023 edition), so an
own code never meets an official one:

    own county or street below a city      4417 00 9NN 000      海陵试验区 441700901000
    own street below a county              3302 03 9NN 000
    own grid cell below a street           3302 03 001 9NN
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

GROUPS = ((0, 2), (2, 4), (4, 6), (6, 9), (9, 12))

# Longest first: 「社区居委会」 must be cut before 「居委会」. A name is never cut below two characters.
SUFFIXES: dict[int, tuple[str, ...]] = {
    1: ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"),
    2: ("地区", "市", "盟"),
    3: ("区", "县", "市", "旗"),
    4: ("街道办事处", "街道", "镇", "乡"),
    5: ("社区居民委员会", "社区居委会", "村民委员会", "居民委员会", "社区", "村委会", "居委会", "村"),
}


class Level(IntEnum):
    """The five levels of the tree."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    STREET = 4
    VILLAGE = 5

    @property
    def label(self) -> str:
        """The level's Chinese name."""
        return ("省级", "地级", "县级", "乡级", "村级")[self - 1]


class Kind(StrEnum):
    """Where a region's code comes from."""

    OFFICIAL = "official"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Region:
    """One node. `valid_from` is the first day of the code, `valid_to` the first day it is no longer used; None is
    unknown or open.

    A region with a successor is no longer current, even when the day of the change is not known.
    """

    code: str
    name: str
    level: Level
    parent_code: str | None
    kind: Kind
    valid_from: date | None
    valid_to: date | None
    successor_code: str | None
    source: str
    source_version: str
    verified: bool


class TreeError(ValueError):
    """A list of regions that is not a tree; the message is Chinese and names the codes."""


def level_of(code: str) -> Level:
    """Return the level an official 12-digit code stands for: its last group that is not all zeros."""
    return Level(max(index for index, (start, end) in enumerate(GROUPS, start=1) if int(code[start:end])))


def official_parent(code: str) -> str | None:
    """Return the code one filled group up (`330203009001` → `330203009000`), None for a province."""
    filled = [end for start, end in GROUPS if int(code[start:end])]
    return None if len(filled) < 2 else code[: filled[-2]].ljust(12, "0")


def own_code(parent: str, level: Level, number: int) -> str:
    """Return the code of the `number`-th own node (1-99) of a level below a parent; raises ValueError outside 1-99."""
    if not 1 <= number <= 99:
        raise ValueError(f"自设节点序号 {number} 应在 1 到 99 之间")
    return f"{own_prefix(parent, level)}{number:02d}".ljust(12, "0")


def own_prefix(parent: str, level: Level) -> str:
    """Return what the codes of own nodes of a level below a parent begin with; two digits of number follow."""
    return parent[: 9 if level is Level.VILLAGE else 6] + "9"


def short_name(name: str, level: int) -> str:
    """Return the name as it is said on a dashboard tile: 海曙区 → 海曙, 石碶街道 → 石碶; never shorter than two
    characters.
    """
    for suffix in SUFFIXES[level]:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name[: -len(suffix)]
    return name


def parents_first(regions: Iterable[Region]) -> list[Region]:
    """Return the regions so that each parent stands before its children, refusing what is no tree.

    Raises TreeError when a code occurs twice, a parent or a successor is missing, or a child's level is not below its
    parent's (which also rules out circles).
    """
    by_code: dict[str, Region] = {}
    for region in regions:
        if region.code in by_code:
            raise TreeError(f"区划代码 {region.code} 出现两次：{by_code[region.code].name}、{region.name}，请删去一行")
        by_code[region.code] = region
    for region in by_code.values():
        _check_links(region, by_code)
    return sorted(by_code.values(), key=lambda region: (region.level, region.code))


def lineage(codes: Iterable[str]) -> set[str]:
    """Return the official codes of the given regions and of all that stand above them."""
    found: set[str] = set()
    for code in codes:
        step: str | None = code
        while step is not None:
            found.add(step)
            step = official_parent(step)
    return found


def _check_links(region: Region, by_code: dict[str, Region]) -> None:
    if region.parent_code is not None:
        parent = by_code.get(region.parent_code)
        if parent is None:
            raise TreeError(f"{region.name}（{region.code}）的上级 {region.parent_code} 不在名单中，请补上这一行")
        if parent.level >= region.level:
            raise TreeError(f"{region.name}（{region.code}）的上级 {parent.name} 不比它高一级，请检查上级代码")
    elif region.level != Level.PROVINCE:
        raise TreeError(f"{region.name}（{region.code}）没有上级，只有省级可以没有上级")
    if region.successor_code is not None and region.successor_code not in by_code:
        raise TreeError(f"{region.name}（{region.code}）的承继代码 {region.successor_code} 不在名单中，请补上这一行")
