"""What can go wrong with a publication, as callers see it."""

from shared.http.problems import Conflict, NotFound


class PublicationNotFound(NotFound):
    slug, title = "publication-not-found", "没有找到这张公布表"


class PublicationRowNotFound(NotFound):
    slug, title = "publication-row-not-found", "这张公布表里没有这一行"


class PublicationExists(Conflict):
    slug, title = "publication-exists", "已有同名同号的公布表"


class AlreadyPublished(Conflict):
    slug, title = "publication-published", "这张表已经公布"


class NotYetPublished(Conflict):
    slug, title = "publication-not-published", "这张表还没有公布"


class NotFitForPublication(Conflict):
    slug, title = "not-fit-for-publication", "现在还不能公布"


class RowCorrectedSince(Conflict):
    slug, title = "publication-row-corrected", "这一行已有更正"
