"""What can go wrong with a file, as callers see it."""

from shared.http.problems import Conflict, NotFound, PayloadTooLarge, Problem, TooManyRequests


class AttachmentNotFound(NotFound):
    slug, title = "attachment-not-found", "没有找到这个附件"


class AttachmentRefused(Problem):
    slug, title, status = "attachment-refused", "附件不能收下", 422


class AttachmentTooLarge(PayloadTooLarge):
    slug, title = "attachment-too-large", "附件过大"


class ChunkOutOfPlace(Conflict):
    """The chunk begins after the end of what has come; `received` says where to go on."""

    slug, title = "attachment-chunk-out-of-place", "前面的部分还没有收到"


class TooManyUnfinished(TooManyRequests):
    slug, title = "attachment-too-many-unfinished", "没有传完的附件太多"
