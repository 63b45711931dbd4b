"""Inclusion over 20,000 draws against the weights (chi-square), and how long a draw of a whole district takes.

A draw and its verification at 74,308 businesses and 300 inspectors, all from nothing but the algorithm, in seconds of
one core (a machine that does other things takes longer by the clock). Needs no
platform: `python -m tests.benchmarks.bench_random_draws`.
"""

import hashlib
import random
import time
from collections import Counter
from fractions import Fraction
from typing import Any

from services.inspection.random_draws.verifier import (
    FORMAT,
    canonical,
    commitment_of,
    draw_stratum,
    result_of,
    seed_of,
    sha256,
    sha256_of_text,
    verify,
)

ROUNDS, SIZE = 20_000, 6
WEIGHTS = (1, 2, 4, 8)
BUSINESSES, INSPECTORS, PERCENT = 74_308, 300, 5
KINDS = ("catering", "sales", "production")
CRITICAL = {3: 16.27, 39: 72.05}
"""Chi-square that 1 in 1,000 fair draws would exceed, by degrees of freedom."""


def bench_inclusion() -> None:
    """By groups of weights and by each business: observed against λ = size·weight/sum."""
    rows: list[dict[str, Any]] = [{"id": f"{number:04d}", "weight": WEIGHTS[number % 4]} for number in range(40)]
    total = sum(row["weight"] for row in rows)
    share = {row["id"]: Fraction(SIZE * row["weight"], total) for row in rows}
    drawn: Counter[str] = Counter()
    begun = time.process_time()
    for number in range(ROUNDS):
        seed = hashlib.sha256(f"bench {number}".encode()).digest()
        drawn.update(draw_stratum(seed, "A", rows, SIZE)["drawn"])
    seconds = time.process_time() - begun
    worst = max(abs(drawn[one] / ROUNDS - float(share[one])) for one in share)
    groups: Counter[int] = Counter()
    for row in rows:
        groups[row["weight"]] += drawn[row["id"]]
    by_group = sum(
        (groups[weight] - expected) ** 2 / expected
        for weight in WEIGHTS
        if (expected := ROUNDS * SIZE * weight * 10 / total)
    )
    # Of one draw of fixed size the counts are less scattered than independent ones: the bound is on the safe side.
    each = sum((drawn[one] - ROUNDS * float(part)) ** 2 / (ROUNDS * float(part)) for one, part in share.items())
    print(
        f"{ROUNDS:,} draws of {SIZE} in 40: chi-square {by_group:.2f} by weight (bound {CRITICAL[3]}), {each:.2f} by "
        f"business (bound {CRITICAL[39]}); greatest error of inclusion {worst:.4f}; {ROUNDS / seconds:,.0f} draws/s"
    )
    assert by_group < CRITICAL[3]
    assert each < CRITICAL[39]
    assert worst < 0.012


def bench_district() -> None:
    """Draw, spread of load, and verification of the published bundle."""
    chance = random.Random(20260724)
    subjects = [
        {
            "id": f"{number:08d}",
            "name": f"演示主体{number}（虚构）",
            "stratum": f"{'ABCD'[number % 4]}/{KINDS[number % 3]}",
            "weight": WEIGHTS[number % 4] * chance.choice(WEIGHTS),
            "grid": f"网格{number % 400}",
            "skills": [KINDS[number % 3]],
            "last_inspectors": [f"{chance.randrange(INSPECTORS):04d}"],
            "excluded": None if chance.random() < 0.9 else "停业",
        }
        for number in range(BUSINESSES)
    ]
    inspectors = [
        {
            "id": f"{number:04d}",
            "name": f"演示人员{number}（虚构）",
            "team": "市场监管",
            "skills": sorted(chance.sample(KINDS, 2 + number % 2)),
            "home_grids": [f"网格{number}"],
            "recused_from": [],
            "excluded": None if chance.random() < 0.95 else "不在岗",
        }
        for number in range(INSPECTORS)
    ]
    members = Counter(row["stratum"] for row in subjects if row["excluded"] is None)
    parameters = {
        "strata": [{"code": code, "size": -(-count * PERCENT // 100)} for code, count in sorted(members.items())],
        "teams": [{"code": "市场监管", "each": 2}],
        "load_slack": 1,
        "order_only": False,
    }
    entropy = {"mode": "witnesses", "nonce_sha256": [sha256_of_text("甲"), sha256_of_text("乙")]}
    begun = time.process_time()
    commitment = commitment_of(parameters, subjects, inspectors, "演示秘密", entropy)
    committed = time.process_time()
    reveal = {"secret": "演示秘密", "entropy": {"nonces": ["甲", "乙"]}}
    seed = seed_of(commitment, reveal)
    result = result_of(parameters, subjects, inspectors, seed)
    done = time.process_time()
    bundle = {
        "format": FORMAT,
        "parameters": parameters,
        "subjects": subjects,
        "inspectors": inspectors,
        "commitment": commitment,
        "commitment_sha256": sha256(commitment),
        "reveal": reveal,
        "seed": seed.hex(),
        "changes": [],
        "result": result,
    }
    size = len(canonical(bundle))
    started = time.process_time()
    assert verify(bundle) == []
    verified = time.process_time()
    load = Counter(one for place in result["assignments"] for one in place["inspectors"])
    short = sum(len(place["inspectors"]) < 2 for place in result["assignments"])
    print(
        f"{BUSINESSES:,} businesses, {INSPECTORS} inspectors: hashing {committed - begun:.1f} s, drawing "
        f"{len(result['assignments']):,} with two inspectors each {done - committed:.1f} s, verification "
        f"{verified - started:.1f} s; bundle {size / 1e6:.1f} MB; load {min(load.values())}–{max(load.values())}; "
        f"{short} short of inspectors"
    )
    assert short == 0


if __name__ == "__main__":
    bench_inclusion()
    bench_district()
