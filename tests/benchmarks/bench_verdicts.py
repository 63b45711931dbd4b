"""How many verdicts a second one core gives, as a ratio to bare comparisons of decimals in the same run.

The bare limit is `Decimal(text) <= limit` for as many texts: reading and comparing a number, with no unit, category,
version of a standard, detection limit, reason or step. Needs no platform: `python -m tests.benchmarks.bench_verdicts`.
"""

import random
import time
from datetime import date
from decimal import Decimal

from services.sampling.food_categories.rules import Category, DateBasis
from services.sampling.limits.rules import Comparison, Limit, Requirement, RequirementForm, Standard
from services.sampling.verdicts.books import LimitBook
from services.sampling.verdicts.rules import Question, conclude
from shared.contracts.statutory_sampling import ItemVerdict

ITEMS, LIMITS, FOODS = 50_000, 500, 40
WANTED_RATIO = 0.001


def bench_verdicts() -> None:
    """Verdicts a second by a table of 20,000 invented limits, and by printed limits."""
    chance = random.Random(20260724)
    texts = [f"{chance.randint(0, 400) / 1000:.3f}" for _ in range(ITEMS)]
    book = _book()
    by_table = [
        Question(f"演示{chance.randrange(LIMITS)}", text, "mg/kg", lod="0.002", stated_verdict="合格项")
        for text in texts
    ]
    printed = [
        Question("别的项目", text, "mg/kg", lod="2", lod_unit="μg/kg", printed_limit="≤200", printed_limit_unit="μg/kg")
        for text in texts
    ]
    foods = [f"1.{chance.randrange(FOODS)}" for _ in range(ITEMS)]
    bare = _bare(texts)
    for name, questions in (("limit table", by_table), ("printed limit", printed)):
        begun = time.perf_counter()
        judgements = [
            book.judge(question, category_code=food, produced_on=date(2026, 7, 24))
            for question, food in zip(questions, foods, strict=True)
        ]
        speed = ITEMS / (time.perf_counter() - begun)
        conclude(judgements)
        failed = sum(one.verdict is ItemVerdict.UNQUALIFIED for one in judgements)
        print(f"{name}: {speed:,.0f} verdicts/s, {failed} failed; bare {bare:,.0f}/s; ratio {speed / bare:.4f}")
        assert speed / bare > WANTED_RATIO


def _bare(texts: list[str]) -> float:
    limit, begun = Decimal("0.2"), time.perf_counter()
    passed = sum(Decimal(text) <= limit for text in texts)
    assert 0 < passed < len(texts)
    return len(texts) / (time.perf_counter() - begun)


def _book() -> LimitBook:
    categories = [Category("1", None, 1, "演示大类", date_basis=DateBasis.PRODUCTION)]
    categories += [Category(f"1.{food}", "1", 2, f"演示{food}") for food in range(FOODS)]
    standard = Standard("GB 演示", "GB 演示", "演示标准（虚构）", date(2020, 1, 1), None, "演示", False)
    limits = [
        Limit(
            id=f"{item}/{food}",
            standard_code=standard.code,
            item=f"演示{item}",
            item_aliases=(),
            category_code=f"1.{food}",
            excluded_codes=frozenset(),
            link=None,
            requirement=Requirement(RequirementForm.MAXIMUM, maximum=Decimal("0.2")),
            unit="mg/kg",
            comparison=Comparison.WHOLE,
            expressed_as="",
            residue_definition="",
            valid_from=None,
            valid_to=None,
            source="演示依据（虚构）",
            verified=False,
        )
        for item in range(LIMITS)
        for food in range(FOODS)
    ]
    return LimitBook.of("bench", categories, [standard], limits)


if __name__ == "__main__":
    bench_verdicts()
