"""What may be wrong about a certificate."""

from shared.http.problems import Conflict, InvalidRequest, NotFound


class UnknownCertificate(NotFound):
    slug, title = "unknown-certificate", "没有这张证"


class CertificateIdReused(Conflict):
    slug, title = "certificate-id-reused", "这个编号已用于另一张证"


class CertificateRefused(InvalidRequest):
    slug, title = "certificate-refused", "证的内容有误"


class BatchHasCertificate(Conflict):
    slug, title = "batch-has-certificate", "这个批次已经开过承诺达标合格证"


class CertificateVoided(Conflict):
    slug, title = "certificate-voided", "这张证已经作废"
