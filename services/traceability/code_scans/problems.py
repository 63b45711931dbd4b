"""What can go wrong with scans and findings."""

from shared.http.problems import Conflict, NotFound


class NothingScanned(NotFound):
    slug, title = "nothing-scanned", "这不是本平台登记的码"


class UnknownFinding(NotFound):
    slug, title = "unknown-code-finding", "没有这条异常"


class FindingSettled(Conflict):
    slug, title = "code-finding-settled", "这条异常已经核查"
