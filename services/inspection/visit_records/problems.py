"""What can go wrong with a visit record, as callers see it."""

from shared.http.problems import Conflict, NotFound, PayloadTooLarge


class UnknownVisitRecord(NotFound):
    slug, title = "visit-record-not-found", "没有找到这次检查的记录"


class VisitRecordDiffers(Conflict):
    """Another beginning holds under this id. What was sent is kept beside it; both are shown."""

    slug, title = "visit-record-differs", "平台上这个编号的记录与这次上传的不同"


class VisitRecordTooLarge(PayloadTooLarge):
    slug, title = "visit-record-too-large", "检查记录过大"


class NotYetPublishable(Conflict):
    slug, title = "visit-result-not-formed", "检查结果还没有形成"


class AlreadyPublished(Conflict):
    slug, title = "visit-result-published", "这个结果已经公布"
