"""Signatures of drand quicknet are checked without a network and without a library; two rounds that everybody knows."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.inspection.random_draws import beacon
from services.inspection.random_draws.beacon import GENESIS, PERIOD, QUICKNET, NotOfTheBeacon, check, time_of

SIGNATURES = {
    1000: "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    657413: "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
}


@pytest.mark.parametrize(("number", "signature"), SIGNATURES.items())
def test_a_published_signature_is_of_its_round_and_of_no_other(number: int, signature: str) -> None:
    check(number, signature)
    with pytest.raises(NotOfTheBeacon, match="不是这一轮"):
        check(number + 1, signature)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "zz" * 48,
        "ab" * 48,
        "00" * 48,
        "c0" + "00" * 47,  # the point at infinity, a signature of everything by a key of nought
        SIGNATURES[1000][:-2],
        SIGNATURES[1000] + "00",
        "80" + "00" * 46 + "04",  # on the curve, of another order
    ],
)
def test_what_is_no_point_of_the_right_order_is_refused(signature: str) -> None:
    with pytest.raises(NotOfTheBeacon, match=r"曲线|子群|十六进制"):
        check(1000, signature)


def test_the_other_point_with_the_same_x_is_not_the_signature() -> None:
    other = f"{int(SIGNATURES[1000], 16) ^ (1 << 381):096x}"
    with pytest.raises(NotOfTheBeacon, match="不是这一轮"):
        check(1000, other)


def test_a_round_comes_when_its_number_says() -> None:
    assert time_of(1) == datetime.fromtimestamp(GENESIS, UTC)
    assert time_of(21) - time_of(1) == timedelta(seconds=20 * PERIOD)


def published(**change: Any) -> dict[str, Any]:
    entropy = {"mode": "beacon", "name": QUICKNET, "round": 1000, "not_before": "2023-08-23T23:50:00+08:00"} | change
    told = {"round": 1000, "signature": SIGNATURES[1000]}
    return {"commitment": {"entropy": entropy}, "reveal": {"entropy": told}}


@pytest.mark.parametrize(
    ("bundle", "code", "said"),
    [
        (published(), 0, "相符"),
        (published(round=1001), 1, "不是这一轮"),
        (published(not_before="2023-08-24T23:50:00+08:00"), 1, "早于承诺"),
        (published(name="演示信标（虚构）"), 2, "没有可核对的"),
        ({"commitment": {}}, 2, "读不懂"),
    ],
)
def test_the_file_runs_by_itself(tmp_path: Path, bundle: dict[str, Any], code: int, said: str) -> None:
    script, file = tmp_path / "beacon.py", tmp_path / "draw.json"
    script.write_bytes(Path(beacon.__file__).read_bytes())
    file.write_text(json.dumps(bundle), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(script), str(file)]
    done = subprocess.run(command, capture_output=True, check=False, env={"PYTHONUTF8": "1"})
    assert (done.returncode, said in done.stdout.decode()) == (code, True), done.stdout.decode()
