"""Opening an uploaded file: what it is, is read from its bytes and not from its name."""

from collections.abc import Sequence
from pathlib import Path

from shared.tabular.csv_tables import open_csv
from shared.tabular.headers import Column
from shared.tabular.limits import TableLimits
from shared.tabular.problems import TableTooLarge, TableUnreadable
from shared.tabular.tables import Table
from shared.tabular.xlsx_tables import open_xlsx

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")
_MEND = "请在表格软件里打开，另存为 .xlsx 或「CSV UTF-8」再传"


def open_table(
    path: Path, columns: Sequence[Column], limits: TableLimits | None = None, *, sheet: str | None = None
) -> Table:
    """The table in `path`, its header found by `columns`. Blocking: call it from a thread in async code.

    Raises `TableUnreadable` and `TableTooLarge`, each saying how to mend it.
    """
    limits = limits or TableLimits()
    size = path.stat().st_size
    if size == 0:
        raise TableUnreadable("文件是空的，请放入表头和数据后再传")
    if size > limits.max_bytes:
        raise TableTooLarge(
            f"文件有 {size // 1024 // 1024} MB，最多 {limits.max_bytes // 1024 // 1024} MB，请分成几份再传"
        )
    with path.open("rb") as file:
        beginning = file.read(512)
    if beginning.startswith(_ZIP):
        return open_xlsx(path, columns, limits, sheet)
    if beginning.startswith(_OLE):
        raise TableUnreadable(
            "文件有密码，请去掉密码后再传" if _is_encrypted(path) else f"这是旧版 Excel 文件（.xls）。{_MEND}"
        )
    if beginning.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP):
        raise TableUnreadable(f"文件名像表格，内容其实是网页（HTML 或 XML）。{_MEND}")
    if beginning.startswith(b"%PDF"):
        raise TableUnreadable("这是 PDF，不是表格，请传 .xlsx 或 CSV")
    return open_csv(path, columns, limits)


def _is_encrypted(path: Path) -> bool:
    """An encrypted .xlsx is an OLE file with a stream of this name."""
    mark = "EncryptedPackage".encode("utf-16-le")
    tail = b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            if mark in tail + block:
                return True
            tail = block[-len(mark) :]
    return False
