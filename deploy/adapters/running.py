"""How an adapter runs: its configuration, its command line, and what it does when it cannot send."""

import argparse
import sys
import time
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path
from typing import Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.adapters.journal import Journal, Outcome
from deploy.adapters.platform import NotAdmitted, TryAgain
from shared.http.validation_messages import explain

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 2.0, 300.0


class Configuration(BaseModel):
    """What every adapter is told. Paths are taken from the folder of the configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    journal: Path
    every_seconds: float = Field(default=10, gt=0)

    @classmethod
    def read(cls, file: Path) -> Self:
        """From a TOML file. Raises `SystemExit` with what is to be mended, and where."""
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
            return cls.model_validate(content).beside(file.resolve().parent)
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise SystemExit(f"读不了配置 {file}：{error}") from error
        except ValidationError as error:
            wrong = "\n".join(f"  {'.'.join(map(str, each['loc']))}：{explain(each)}" for each in error.errors())
            raise SystemExit(f"配置 {file} 需要改正：\n{wrong}") from error

    def beside(self, folder: Path) -> Self:
        """The same with its paths made absolute."""
        return self.model_copy(update={"journal": folder / self.journal})


Own = TypeVar("Own", bound=Configuration)


class Step(Protocol):
    """One round: take in what is new, send what is waiting. Raises `TryAgain`, `NotAdmitted`."""

    def __call__(self, journal: Journal, /) -> None: ...


def _closed(_: Configuration) -> AbstractContextManager[None]:
    return nullcontext()


def run_adapter(
    kind: type[Own],
    explanation: str,
    prepare: Callable[[Own], Step],
    ways_in: Callable[[Own], AbstractContextManager[None]] = _closed,
) -> int:
    """The program: rounds until it is ended, or one (`--once`); `--status` says how many records stand where.

    `ways_in` are open while it runs round after round.
    """
    parser = argparse.ArgumentParser(description=explanation)
    parser.add_argument("configuration", type=Path, help="配置文件（TOML）")
    parser.add_argument("--once", action="store_true", help="只做一轮；还有没发出的，退出码为 1")
    parser.add_argument("--status", action="store_true", help="只说明各有多少条，以及退回的原因")
    parser.add_argument("--retry-rejected", action="store_true", help="退回的再送一次：登记、权限补好以后用")
    chosen = parser.parse_args()
    configuration = kind.read(chosen.configuration)
    with Journal(configuration.journal) as journal:
        if chosen.status:
            print(report(journal))
            return 0
        if chosen.retry_rejected:
            journal.retry_rejected()
        step = prepare(configuration)
        if chosen.once:
            _rounds(step, journal, configuration.every_seconds, most=1)
            print(report(journal))
            return 1 if journal.counts()[Outcome.TO_SEND] else 0
        with ways_in(configuration):
            _rounds(step, journal, configuration.every_seconds)
    return 0


def _rounds(step: Step, journal: Journal, every_seconds: float, most: int | None = None) -> None:
    """Round after round, `most` of them or for ever; longer pauses while nothing can be sent."""
    wait = FIRST_WAIT_SECONDS
    for done in count(1):
        try:
            step(journal)
            pause, wait = every_seconds, FIRST_WAIT_SECONDS
        except TryAgain as reason:
            pause, wait = reason.after_seconds or wait, min(wait * 2, LONGEST_WAIT_SECONDS)
            print(f"没有发出，{pause:.0f} 秒后再试：{reason}", file=sys.stderr, flush=True)
        except NotAdmitted as reason:
            pause = LONGEST_WAIT_SECONDS
            print(f"对方不接受本程序，请检查地址、密钥、范围与辖区：{reason}", file=sys.stderr, flush=True)
        if done == most:
            return
        time.sleep(pause)


def report(journal: Journal) -> str:
    """How many records stand where, and why some were refused."""
    lines = [f"{outcome.label} {count}" for outcome, count in journal.counts().items()]
    lines += [
        f"退回 {refused.entry.origin}：{'；'.join(_reasons(refused.answer))}"
        for refused in journal.entries(Outcome.REJECTED)
    ]
    return "\n".join(lines)


def _reasons(answer: dict[str, object] | None) -> list[str]:
    errors = (answer or {}).get("errors")
    said = (
        [str(error.get("message", "")) for error in errors if isinstance(error, dict)]
        if isinstance(errors, list)
        else []
    )
    return said or [str((answer or {}).get("title", "没有写明原因"))]
