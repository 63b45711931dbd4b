"""The signature of a request's body: checked over the bytes as they came, before anything is made of them."""

from typing import Annotated

from fastapi import Depends, Header, Request

from services.sampling.devices.service import DeviceSignatureRefused, Signed, check_signature
from shared.database import Session
from shared.http.problems import FieldError


async def _signed_body(
    request: Request,
    session: Session,
    content_digest: Annotated[
        str | None, Header(max_length=200, description="正文的摘要 sha-256=:…:（RFC 9530）；签名时必填")
    ] = None,
    signature_input: Annotated[
        str | None, Header(max_length=500, description="签的是什么、用哪把密钥（RFC 9421），见快检仪接入")
    ] = None,
    signature: Annotated[str | None, Header(max_length=500, description="仪器的签名，Ed25519")] = None,
) -> Signed | None:
    """None where the request is not signed. Raises `DeviceSignatureRefused`."""
    headers = {"Content-Digest": content_digest, "Signature-Input": signature_input, "Signature": signature}
    if signature_input is None and signature is None:
        return None
    if content_digest is None or signature_input is None or signature is None:
        missing = [name for name, value in headers.items() if value is None]
        raise DeviceSignatureRefused(
            f"签名要三个请求头，缺少 {'、'.join(missing)}",
            errors=[FieldError(pointer=f"#header/{name}", message="缺少，请补上", code="missing") for name in missing],
        )
    return await check_signature(session, await request.body(), content_digest, signature_input, signature)


SignedBody = Annotated[Signed | None, Depends(_signed_body)]
"""Declare after the actor: who may not call learns nothing about signatures."""
