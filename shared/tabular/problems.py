"""What may be wrong with a table as a whole. Faults of single rows are results, not problems."""

from shared.http.problems import PayloadTooLarge, Problem


class TableUnreadable(Problem):
    slug, title, status = "table-unreadable", "文件读不出来", 422


class TableTooLarge(PayloadTooLarge):
    slug, title = "table-too-large", "表格超过了上限"


class HeaderUnclear(Problem):
    slug, title, status = "table-header-unclear", "表头对不上", 422
