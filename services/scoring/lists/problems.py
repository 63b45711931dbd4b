"""What can go wrong with lists, as callers see it."""

from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound


class UnknownList(NotFound):
    slug, title = "unknown-list", "没有这个榜单的办法"


class UnknownListRound(NotFound):
    slug, title = "unknown-list-round", "没有这次评定"


class UnknownListing(NotFound):
    slug, title = "unknown-listing", "没有这条列榜记录"


class ListingStepRefused(Conflict):
    slug, title = "listing-step-refused", "这条列榜记录现在不能这样办理"


def refused_at(pointer: str, message: str, code: str) -> InvalidRequest:
    """What was sent cannot be, with its place."""
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
