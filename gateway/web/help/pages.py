"""The help pages: for whom, about what, one guide, and looking for words in all of them. Open to everybody."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from gateway.web.assets import FOREVER
from gateway.web.help.documents import PICTURES, Document, find, library
from gateway.web.help.topics import AUDIENCES, FOR_BUILDERS, GROUPS
from gateway.web.pages import render
from gateway.web.visitors import PerhapsVisitor
from shared.http.problems import NotFound

router = APIRouter(include_in_schema=False, prefix="/help")


@router.get("")
async def index(request: Request, _: PerhapsVisitor, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """All guides, by whom they are for and by what they are about; with `q`, where its words stand."""
    documents = await asyncio.to_thread(library)
    return render(
        request,
        "help/help.html",
        q=q.strip(),
        hits=await asyncio.to_thread(find, q, documents.values()),
        audiences=[(words, documents[name]) for name, words in AUDIENCES if name in documents],
        groups=[*_known(documents), ("其他", _unlisted(documents))],
    )


def _known(documents: Mapping[str, Document]) -> list[tuple[str, list[Document]]]:
    return [(title, [documents[name] for name in names if name in documents]) for title, names in GROUPS]


def _unlisted(documents: Mapping[str, Document]) -> list[Document]:
    """Guides that nobody has put into a group: found all the same. Decisions and reports are for who builds."""
    listed = FOR_BUILDERS | {name for _, names in GROUPS for name in names} | {name for name, _ in AUDIENCES}
    return [document for name, document in documents.items() if name not in listed and "/" not in name]


@router.get("/pictures/{name}")
async def picture(name: str, _: PerhapsVisitor) -> FileResponse:
    path = PICTURES / name
    if path.parent != PICTURES or not path.is_file():
        raise NotFound("没有这张图")
    return FileResponse(path, headers={"cache-control": FOREVER})


@router.get("/{name:path}")
async def guide(request: Request, name: str, _: PerhapsVisitor) -> Response:
    document = (await asyncio.to_thread(library)).get(name)
    if document is None:
        raise NotFound("没有这一页说明，请从帮助的目录里找")
    return render(request, "help/help_page.html", document=document)
