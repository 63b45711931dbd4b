"""The command on files as they come: other columns, other dates, other words for a problem, and faults in them."""

import csv
import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.priority import main
from deploy.units import ROOT
from tests.services.inspection.visit_priority.histories import CHANCES, chance_only, telling

HEADER = ["Inspection ID", "DBA Name", "License #", "Facility Type", "Inspection Date", "Results", "Violations", "Who"]
LAYOUT = [
    *("--business", "License #", "--date", "Inspection Date", "--date-format", "%m/%d/%Y", "--result", "Results"),
    *("--found", "Fail", "--clean", "Pass", "Pass w/ Conditions", "--word", "Facility Type", "--inspector", "Who"),
]


def foreign(path: Path, rows: Sequence[Any] | None = None) -> Path:
    """An invented history in the shape in which Chicago publishes its own, odd rows included."""
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number, one in enumerate(telling() if rows is None else rows):
            clean = chance.choice(["Pass", "Pass w/ Conditions"])
            told = '1. 演示，虚构\n| 2. “引号”, "quoted"' if one.found else ""
            kind, who = one.known["卖什么"], one.inspectors[0]
            result = "Fail" if one.found else clean
            writer.writerow([number, "演示（虚构）", one.business, kind, f"{one.on:%m/%d/%Y}", result, told, who])
        writer.writerow([0, "演示（虚构）", "演示主体000", "", "01/05/2024", "Out of Business", "", ""])
    return path


@dataclass
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def call(*arguments: object) -> Done:
        code = main([str(argument) for argument in arguments])
        return Done(code, *capsys.readouterr())

    return call


def test_a_foreign_file_is_learnt_from_and_measured(tmp_path: Path) -> None:
    """As somebody runs it who has only the program."""
    file, out = foreign(tmp_path / "history.csv"), tmp_path / "out.json"
    command = [sys.executable, "-m", "deploy.priority", str(file), *LAYOUT, "--json", str(out), "--top", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["method"] == "scorecard"
    orders = told["comparison"]["orders"]
    assert float(orders["scorecard"]["share_in_first_half"]) > float(orders["usual"]["share_in_first_half"])
    assert float(orders["scorecard"]["days_earlier"]) > float(orders["scorecard"]["margin"])
    assert told["results"]["Out of Business"] == 1
    assert "Out of Business 1 次（不计）" in done.stdout
    assert told["scorecard_sha256"] in done.stdout
    assert next(iter(CHANCES)) in done.stdout
    assert "Who" not in json.dumps(told["scorecard"])


def test_the_same_file_gives_the_same_answer(tmp_path: Path, run: Callable[..., Done]) -> None:
    file, first, second = foreign(tmp_path / "history.csv"), tmp_path / "1.json", tmp_path / "2.json"
    assert run(file, *LAYOUT, "--json", first).out == run(file, *LAYOUT, "--json", second).out
    assert first.read_bytes() == second.read_bytes()


def test_no_gain_is_claimed_of_a_history_of_chance(tmp_path: Path, run: Callable[..., Done]) -> None:
    assert "采用：规则" in run(foreign(tmp_path / "history.csv", chance_only(2)), *LAYOUT).out


def test_faults_are_told_by_row_and_column_and_may_be_left_out(tmp_path: Path, run: Callable[..., Done]) -> None:
    file = foreign(tmp_path / "history.csv", telling(businesses=20))
    with file.open("a", encoding="utf-8", newline="") as more:
        for business, on in (("", "13/45/2024"), ("x", "")):
            csv.writer(more).writerow([1, "", business, "", on, "Pass", "", ""])
    refused = run(file, *LAYOUT)
    assert (refused.code, refused.out) == (2, "")
    assert "「Inspection Date」日期应写成 %m/%d/%Y，原文「13/45/2024」" in refused.err
    assert "「License #」必填" in refused.err
    assert "有 2 行有误" in refused.err
    taken = run(file, *LAYOUT, "--leave-out-faulty")
    assert taken.code == 0
    assert "有误而没有计入的行：2" in taken.out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--word", "Who"], "「Who」派了两种用处；检查人员和检查结果不能当作检查前已知的情况"),
        (["--word", "Results"], "「Results」派了两种用处"),
        (["--word", "Weather"], "没有「Weather」；有的列是：Inspection ID"),
        (["--found", "有问题", "--clean", "无问题"], "「Results」一列里有：Fail、Out of Business、Pass"),
        (["--found", "Fail", "Pass"], "「Pass」不能既算有问题又算无问题"),
        (["--date-format", "%Y%m%d"], "行有误"),
    ],
)
def test_what_is_told_wrong_is_said(tmp_path: Path, run: Callable[..., Done], change: list[str], said: str) -> None:
    done = run(foreign(tmp_path / "history.csv", telling(businesses=20)), *LAYOUT, *change)
    assert (done.code, said in done.err) == (2, True), done.err


def test_a_file_that_is_no_table_is_refused(tmp_path: Path, run: Callable[..., Done]) -> None:
    file = tmp_path / "history.csv"
    for content in (b"", b"%PDF-1.7", b"\xff\xfe\x00\xd8", "主体,日期,结果\n甲,2024-01-01,没写过的\n".encode()):
        file.write_bytes(content)
        done = run(file)
        assert (done.code, done.out) == (2, ""), done.err
    assert "打不开" in run(tmp_path / "nowhere.csv").err


def test_a_year_mistyped_and_a_folder_that_is_not_there_are_said(tmp_path: Path, run: Callable[..., Done]) -> None:
    file = tmp_path / "history.csv"
    file.write_text("主体,日期,结果\n甲,2024-01-01,有问题\n乙,9999-12-31,无问题\n")
    done = run(file)
    assert (done.code, "第 3 行「日期」不像是检查的日期" in done.err) == (2, True)
    done = run(file, "--leave-out-faulty", "--measured-from", "2030-01-01", "--json", tmp_path / "nowhere" / "out.json")
    assert (done.code, "写不了" in done.err) == (2, True)
    assert "采用：规则" in done.out
