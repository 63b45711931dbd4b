"""Words of the import of results. Pure."""

from enum import StrEnum


class UploadState(StrEnum):
    """Where a file of results stands."""

    RECEIVED = "received"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            "received": "已收到，待处理",
            "running": "处理中",
            "done": "已处理完",
            "failed": "文件无法处理",
            "cancelled": "已取消",
        }[self]
