"""The evidence bundle of a recall: the same recall gives the same bytes, so its digest may stand on paper."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from services.traceability.recalls import verifier
from services.traceability.recalls.models import Recall
from services.traceability.recalls.rules import canonical
from services.traceability.recalls.views import recall_detail

DOS_EPOCH = (1980, 1, 1, 0, 0, 0)
_READ_ME = (
    "召回证据包。核验：python3 verifier.py 本文件.zip，只用 Python 标准库，不需要联网。\n"
    "recall.json 召回的登记、通知与答复；history.json 经过；scopes/ 冻结的召回范围；events/ 事件原文，"
    "文件名是其 SHA-256。\n"
)


def pack(recall: Recall, events: Iterable[str]) -> bytes:
    """The ZIP. `events` are the texts of those events of its scopes that the caller may read. Blocking."""
    files = {
        "README.txt": _READ_ME.encode(),
        "verifier.py": Path(verifier.__file__).read_bytes(),
        "recall.json": canonical(recall_detail(recall).model_dump(mode="json", exclude={"entries"})),
        "history.json": canonical([_entry(entry) for entry in recall.entries]),
        **{f"scopes/{scope.number}.json": canonical(scope.body) for scope in recall.scopes},
        **{f"events/{verifier.digest(text.encode())}.json": text.encode() for text in events},
    }
    manifest = {
        "format": verifier.FORMAT,
        "recall_id": str(recall.id),
        "files": {name: verifier.digest(content) for name, content in files.items()},
    }
    return _zip({verifier.MANIFEST: canonical(manifest), **files})


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, DOS_EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def digest_of(bundle: bytes) -> str:
    """The digest of a bundle's manifest, which binds the rest."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return verifier.digest(archive.read(verifier.MANIFEST))


def _entry(entry: Any) -> dict[str, Any]:
    return {
        "step": entry.step.value,
        "label": entry.step.label,
        "at": entry.at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "says": entry.says,
        "detail": entry.detail,
        "notice_id": str(entry.notice_id) if entry.notice_id else None,
        "actor_id": str(entry.actor_id) if entry.actor_id else None,
        "actor_name": entry.actor_name,
    }
