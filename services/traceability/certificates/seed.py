"""The shipped forms: 农产品质量安全承诺达标合格证管理办法, in force from 2026-02-01, known from summaries only."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.certificates.models import CertificateForm
from services.traceability.certificates.rules import FIELDS, IssuerRole
from shared.dated_rules.repository import seed_rules

SINCE = date(2026, 2, 1)
SOURCE = "农产品质量安全承诺达标合格证管理办法（农业农村部令2025年第4号）；据公开摘要整理，尚未与公布的式样逐字核对"

SHIPPED = {
    IssuerRole.PRODUCER: (
        "我承诺对生产销售的农产品未使用禁用的农药、兽药及其他化合物；使用的常规农药、兽药残留不超标；对承诺的真实性负责。"
    ),
    IssuerRole.PURCHASER: (
        "我承诺对收购销售的农产品，已收取并保存承诺达标合格证或者其他质量安全合格证明；"
        "收购后未使用禁用的农药、兽药及其他化合物；对承诺的真实性负责。"
    ),
}


async def seed_certificate_forms(session: AsyncSession) -> None:
    await seed_rules(
        session,
        CertificateForm,
        [{"role": role, "commitment": commitment} for role, commitment in SHIPPED.items()],
        fields=list(FIELDS),
        keep_months=6,
        valid_from=SINCE,
        source=SOURCE,
        verified=False,
    )
