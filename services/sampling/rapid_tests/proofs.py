"""Proofs that records came from their device: kept with the submission, and checked again for whoever asks."""

import base64
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.devices import signatures
from services.sampling.devices.service import Signed
from services.sampling.rapid_tests import repository
from services.sampling.rapid_tests.models import RapidTest, SubmissionSignature
from services.sampling.rapid_tests.schemas import SignatureRead
from shared.http.problems import NotFound


class SignatureNotFound(NotFound):
    slug, title = "rapid-test-signature-not-found", "这条快检记录没有仪器的签名"


def proof_of(submission_id: UUID, signed: Signed) -> SubmissionSignature:
    """The signature of a submission, to be kept with it."""
    return SubmissionSignature(
        submission_id=submission_id,
        device_key_id=signed.key_id,
        content_digest=signed.content_digest,
        signature_input=signed.signature_input,
        signature=signed.signature,
    )


async def signature_of(session: AsyncSession, test: RapidTest) -> SignatureRead:
    """The device's signature of a rapid test, checked again. Raises `SignatureNotFound`."""
    found = await repository.signature_of(session, test.submission_id) if test.submission_id else None
    if found is None:
        raise SignatureNotFound("由人录入、由文件上报、经更正的，以及仪器登记密钥以前的，都没有签名")
    proof, key = found
    label, params, _ = signatures.read_input(proof.signature_input)
    signature = signatures.read_signature(label, proof.signature)
    return SignatureRead(
        submission_id=proof.submission_id,
        device_id=key.device_id,
        device_key_id=key.id,
        public_key=base64.b64encode(key.public_key).decode(),
        content_digest=proof.content_digest,
        signature_input=proof.signature_input,
        signature=proof.signature,
        holds=signatures.holds(key.public_key, proof.content_digest, params, signature),
    )
