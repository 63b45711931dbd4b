"""What can go wrong with ratings, as callers see it."""

from shared.http.problems import Conflict, NotFound


class UnknownRating(NotFound):
    slug, title = "unknown-catering-rating", "没有找到这次量化分级"


class RatingWithdrawn(Conflict):
    slug, title = "catering-rating-withdrawn", "这次量化分级已经撤销"
