"""The examples of the guides work as they stand: copied into a shell, in order, against the running platform."""

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from shared.contracts.codes import Role
from tests.gateway.web.platform import DISTRICT, Market

GUIDES = Path(__file__).resolve().parents[3] / "docs" / "guide"
RUN = ["api.md", "trace-board.md", "unverified-law.md"]
"""Guides whose examples need none of the demo's own records."""
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASKS = re.compile(r"curl(?!.*openapi\.json)")
"""What asks the platform; its whole description takes long to make and is tested with the contracts."""
TOKEN = re.compile(r"\./shian token --role (\w+) --region (\d+)")

# Without `set -e` in the midst of a pipe, and without curl's silence about refusals, an example could fail unseen.
BEFORE = """
set -euo pipefail
curl() { command curl --fail-with-body --silent --show-error "$@"; }
"""


@pytest.mark.skipif(shutil.which("curl") is None, reason="没有 curl，指南里的例子没有照跑")
@pytest.mark.parametrize("guide", RUN)
async def test_the_examples_of_a_guide_work(market: Market, guide: str, tmp_path: Path) -> None:
    blocks = [block for block in SHELL.findall((GUIDES / guide).read_text(encoding="utf-8")) if ASKS.search(block)]
    assert blocks
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", market.address)
    for role, region in set(TOKEN.findall(script)):
        assert region == DISTRICT[:6], "there are tokens of the platform's one district"
        token = market.caller(Role(role)).headers["Authorization"].removeprefix("Bearer ")
        script = script.replace(f"./shian token --role {role} --region {region}", f"echo {token}")
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", BEFORE + script),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, said.decode()[-2000:]
    if guide == "api.md":
        assert said.decode().count('"accepted":1') == 2, "sent again, the answer is the same"
