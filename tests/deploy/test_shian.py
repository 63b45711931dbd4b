"""The one command speaks on any Python 3, and one environment serves both to run and to develop."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pins(file: str) -> set[str]:
    return set(re.findall(r"^([\w.\-\[\]]+==[^\s;]+)", (ROOT / file).read_text(), re.MULTILINE))


def test_an_old_python_can_parse_it_and_so_gives_its_message() -> None:
    ast.parse((ROOT / "shian").read_text(), feature_version=(3, 6))


def test_help_names_every_command() -> None:
    answer = subprocess.run([sys.executable, "shian", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for command in ("up", "test", "check", "bench", "migrate", "demo", "token", "first-administrator"):
        assert f"./shian {command} " in answer.stdout


@pytest.mark.parametrize("program", ["token", "demo", "first-administrator"])
def test_the_options_of_a_command_are_told_before_there_is_a_platform(program: str, tmp_path: Path) -> None:
    asking = [sys.executable, "-m", "deploy.running", program, "--data", str(tmp_path / "none")]
    told = subprocess.run([*asking, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"./shian {program}" in told.stdout
    refused = subprocess.run(asking, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "还没有启动过平台" in refused.stderr


def test_an_unknown_command_is_refused() -> None:
    answer = subprocess.run([sys.executable, "shian", "start"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "没有这个命令：start" in answer.stderr


def test_the_development_environment_holds_everything_that_runs() -> None:
    assert pins("requirements.txt") <= pins("requirements-dev.txt")
    assert len(pins("requirements.txt")) > 20
