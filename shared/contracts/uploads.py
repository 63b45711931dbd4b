"""Words of files on their way in: what a sender is told of his upload."""

from enum import StrEnum


class UploadState(StrEnum):
    """Where an uploaded file stands."""

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

    @property
    def is_under_way(self) -> bool:
        """Whether a job is to take the file in, or does so now."""
        return self in (UploadState.RECEIVED, UploadState.RUNNING)
