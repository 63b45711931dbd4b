"""What can go wrong with the record of a town office, as callers see it."""

from shared.http.problems import NotFound


class UnknownOfficeRecord(NotFound):
    slug, title = "unknown-office-record", "没有这份食安办建设记录"
