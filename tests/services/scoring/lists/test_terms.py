"""The terms of a listing: appeal, publicity, repair after a year for food, lock after a star is taken away."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.scoring.lists.content import EntryRule, Removal
from services.scoring.lists.models import Listing, ListingState, appeal_end, barred_by
from services.scoring.lists.problems import ListingStepRefused
from services.scoring.lists.seed import shipped_lists

LISTS = dict(shipped_lists())
FOOD, MARKETS = LISTS["food-red-black"], LISTS["star-markets"]
BLACK, STAR = FOOD.entry("black"), MARKETS.entry("star_5")
PROPOSED = date(2026, 3, 1)
LAST = appeal_end(PROPOSED, FOOD)
ONE = timedelta(days=1)


def proposal(entry: EntryRule) -> Listing:
    return Listing(
        id=uuid4(),
        subject_id=uuid4(),
        entry=entry.code,
        entry_label=entry.label,
        favourable=entry.favourable,
        state=ListingState.PROPOSED,
        appeal_until=LAST,
        version=1,
    )


def listed(entry: EntryRule) -> Listing:
    listing = proposal(entry)
    listing.publish(entry, LAST + ONE)
    return listing


def refused(step: Callable[[], None], words: str) -> None:
    with pytest.raises(ListingStepRefused) as problem:
        step()
    assert words in str(problem.value.detail)


def test_nobody_is_listed_before_the_term_for_objections_is_over() -> None:
    listing = proposal(BLACK)
    refused(lambda: listing.publish(BLACK, LAST), "申诉期到 2026-03-16 为止")
    listing.publish(BLACK, LAST + ONE)
    assert (listing.starts_on, listing.ends_on) == (date(2026, 3, 17), date(2029, 3, 17))
    assert listing.runs_on(date(2029, 3, 16)) and not listing.runs_on(date(2029, 3, 17))


def test_an_objection_is_taken_once_and_in_time() -> None:
    listing = proposal(BLACK)
    refused(lambda: listing.take_appeal("演示理由", LAST + ONE), "申诉期到")
    listing.take_appeal("演示理由", LAST)
    refused(lambda: listing.publish(BLACK, LAST + ONE), "申诉中")
    listing.answer_appeal("复核无误", upheld=False, day=LAST)
    refused(lambda: listing.take_appeal("再申诉", LAST), "已经申诉过一次")
    listing.publish(BLACK, LAST)
    assert listing.state is ListingState.LISTED


def test_an_objection_that_is_upheld_keeps_the_subject_off_the_list() -> None:
    listing = proposal(BLACK)
    listing.take_appeal("演示理由", LAST)
    listing.answer_appeal("申诉成立", upheld=True, day=LAST)
    assert (listing.state, listing.left_on) == (ListingState.DROPPED, LAST)
    refused(lambda: listing.publish(BLACK, LAST + ONE), "不能公布")


def test_food_is_repaired_after_a_year_and_not_a_day_before() -> None:
    listing = listed(BLACK)
    refused(lambda: listing.repair(BLACK, "已改正", date(2027, 3, 16)), "自 2027-03-17 起")
    listing.repair(BLACK, "已改正", date(2027, 3, 17))
    assert listing.state is ListingState.REPAIRED
    refused(lambda: listing.repair(BLACK, "再修复", date(2027, 3, 18)), "没有可办的信用修复")
    star = listed(STAR)
    refused(lambda: star.repair(STAR, "演示", date(2027, 3, 18)), "没有可办的信用修复")


@pytest.mark.parametrize(("removal", "until"), [(Removal.DOWNGRADED, 2027), (Removal.REVOKED, 2028)])
def test_a_star_taken_away_locks_for_as_long_as_the_rule_says(removal: Removal, until: int) -> None:
    star = listed(STAR)
    star.take_away(STAR, removal, "演示事由", date(2026, 6, 1))
    assert star.locked_until == date(until, 6, 1)
    assert barred_by([star], date(until, 5, 31)) is not None
    assert barred_by([star], date(until, 6, 1)) is None


def test_who_is_on_the_black_list_gets_no_honour_until_it_is_over() -> None:
    black = listed(BLACK)
    assert barred_by([black], date(2026, 4, 1)) == "在“黑榜”期限内，到 2029-03-17 为止"
    assert barred_by([black], date(2029, 3, 17)) is None
    assert barred_by([listed(STAR), proposal(BLACK)], date(2026, 4, 1)) is None
    refused(lambda: black.take_away(BLACK, Removal.REVOKED, "演示", date(2026, 4, 1)), "没有可办的摘牌")
