"""Invented detail for trying the platform out: markets, stalls, sellers and a month of rapid tests. None of it is real.

Every name says 虚构 or 演示. The same installation day gives the same data, so that loading twice makes nothing twice.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from stdnum.cn import uscc

from shared.times import SHANGHAI

DAYS = 30
TESTS_A_DAY = 14
MAKER = "演示仪器厂（虚构）"
COLUMNS = (
    *("检测点", "摊位号", "销售者", "样品名称", "食品类别", "批号", "产地", "进货数量", "留存数量", "数量单位"),
    *("检测项目", "检测方法", "检测值", "检测值单位", "判定结果", "试剂批号", "仪器厂商", "仪器编号", "仪器记录号"),
    *("检测人", "检测时间"),
)


@dataclass(frozen=True, slots=True)
class Stall:
    number: str
    seller: str
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """One invented market of a jurisdiction."""

    code: str
    name: str
    region_code: str
    kind: str
    stalls: tuple[Stall, ...]

    @property
    def device_serial(self) -> str:
        return f"DEMO-{self.code}"


@dataclass(frozen=True, slots=True)
class _Line:
    """What a kind of stall sells and what is tested there. `positive` in 10,000."""

    name: str
    category: str
    products: tuple[str, ...]
    item: str
    method: str
    positive: int


_LINES = (
    _Line("蔬菜", "蔬菜", ("韭菜", "菠菜", "豇豆", "芹菜", "上海青", "辣椒"), "农药残留", "酶抑制率法", 60),
    _Line("水产", "水产品", ("草鱼", "鲈鱼", "牛蛙", "黄鳝"), "孔雀石绿", "胶体金免疫层析法", 40),
    _Line("畜肉", "畜禽肉", ("猪肉", "牛肉", "羊肉"), "克伦特罗", "胶体金免疫层析法", 8),
    _Line("干货", "干制品", ("腐竹", "银耳", "黄花菜"), "吊白块", "比色法", 30),
)
_KINDS = (("wholesale_market", "批发市场"), ("farmers_market", "农贸市场"), ("farmers_market", "菜市场"))
_FAMILY = "甲乙丙丁戊己庚辛壬癸"


def markets(place: str, town_codes: list[tuple[str, str]]) -> list[Market]:
    """One market a town: `town_codes` are codes and names of the towns."""
    return [_market(place, index, code, town) for index, (code, town) in enumerate(town_codes)]


def _market(place: str, index: int, code: str, town: str) -> Market:
    kind, word = _KINDS[index % len(_KINDS)]
    stalls = tuple(
        Stall(
            f"{'ABCD'[number % 4]}-{number // 4 + 1:02d}",
            f"演示{_LINES[number % 4].name}{_FAMILY[number // 4]}档（虚构）",
            _LINES[number % 4].products,
        )
        for number in range(20)
    )
    return Market(f"DEMO-{code[:9]}", f"演示{place}{town}{word}（虚构）", code, kind, stalls)


def demo_uscc(region_code: str, number: int) -> str:
    """A code with a right check digit whose body begins DEM, so that nobody takes it for a real one."""
    body = f"91{region_code[:6]}DEM{number:06d}"
    return body + str(uscc.calc_check_digit(body))


def rapid_tests(market: Market, today: date) -> Iterator[list[str]]:
    """Rows of `COLUMNS` for the month up to yesterday: one in some 300 suspect positive, a few broken readings."""
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        random = Random(f"{market.code} {day}")  # noqa: S311 (repeatable demo, not a secret)
        for number in range(TESTS_A_DAY + random.randint(-4, 4)):
            yield _row(market, day, number, random)


def _row(market: Market, day: date, number: int, random: Random) -> list[str]:
    index = random.randrange(len(market.stalls))
    stall, line = market.stalls[index], _LINES[index % 4]
    tested = datetime.combine(day, time(5, 30), SHANGHAI) + timedelta(minutes=12 * number + random.randrange(10))
    positive = random.randrange(10_000) < line.positive
    bought = random.randint(8, 120)
    if line.method == "酶抑制率法":
        inhibition = random.uniform(52, 88) if positive else random.triangular(-6, 42, 9)
        broken = random.randrange(400) == 0
        value, unit, printed = (f"{118.4 if broken else inhibition:.1f}", "%", "")
    else:
        value, unit, printed = "", "", "阳性" if positive else "阴性"
    return [
        *(market.code, stall.number, stall.seller, random.choice(stall.products), line.category),
        *(f"{market.code[5:]}-{day:%m%d}-{stall.number}", "虚构产地", str(bought), str(round(bought * 0.7, 1)), "公斤"),
        *(line.item, line.method, value, unit, printed, f"DEMO-R{day.month}"),
        *(MAKER, market.device_serial, f"{day:%Y%m%d}-{number:03d}", "演示检测员", f"{tested:%Y-%m-%d %H:%M}"),
    ]


def rapid_test_file(market: Market, today: date) -> bytes:
    """The month as a market's computer would save it: a CSV file in GB18030."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(rapid_tests(market, today))
    return out.getvalue().encode("gb18030")
