"""What the way through the gateway costs: requests per second against the service itself, and the median time it adds.

Both ways are driven in turns in one run, over eight connections each and then over 32, so that whatever else the
machine does strikes both alike.
"""

import asyncio
import os
import statistics
import time
from dataclasses import dataclass, field

import aiohttp

from gateway.identity.demo_token import demo_token
from gateway.settings import Settings
from shared.contracts.codes import Role

CONNECTIONS = (8, 32)
ROUNDS = 6
ROUND_SECONDS = 2.0
WANTED_RATIO = 0.25
PATH = "/v1/regions/330203000000"
"""A read with a token and one query: about the lightest thing a service really does."""


@dataclass
class Measured:
    """The times of all answered requests of one way, in seconds, and how long it was driven."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    @property
    def median_ms(self) -> float:
        return statistics.median(self.times) * 1000


async def drive(http: aiohttp.ClientSession, url: str, connections: int, seconds: float, into: Measured) -> None:
    """Ask `url` again and again over so many connections. Anything but a 200 ends the benchmark."""
    end = time.perf_counter() + seconds

    async def one() -> None:
        while (begun := time.perf_counter()) < end:
            async with http.get(url) as answer:
                await answer.read()
                assert answer.status == 200, f"{url} answered {answer.status}"
            into.times.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    into.seconds += time.perf_counter() - begun


async def compare(direct: str, through: str, token: str, connections: int) -> tuple[Measured, Measured]:
    """Both ways in turns, after a warming round that does not count."""
    results = Measured(), Measured()
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {token}"}) as http:
        for counted in [False] + [True] * ROUNDS:
            for url, result in zip((direct, through), results, strict=True):
                await drive(http, url, connections, ROUND_SECONDS, result if counted else Measured())
    return results


def report(direct: Measured, through: Measured, connections: int) -> float:
    """Print both ways and return the ratio of their requests per second."""
    ratio = through.per_second / direct.per_second
    for name, result in (("直接访问服务", direct), ("经网关", through)):
        print(f"{name}：{result.per_second:,.0f} 次/秒，中位 {result.median_ms:.2f} ms")
    added = through.median_ms - direct.median_ms
    print(f"网关与直接之比 {ratio:.2f}（目标 ≥ {WANTED_RATIO}），中位多用 {added:.2f} ms，{connections} 个连接")
    return ratio


def bench_requests_through_the_gateway() -> None:
    token = demo_token(Settings(), Role.INSPECTOR, "330203")
    direct = os.environ["SHIAN_SAMPLING_URL"] + PATH
    through = f"{os.environ['SHIAN_GATEWAY_URL']}/api/sampling{PATH}"
    for connections in CONNECTIONS:
        ways = asyncio.run(compare(direct, through, token, connections))
        assert report(*ways, connections) >= WANTED_RATIO
