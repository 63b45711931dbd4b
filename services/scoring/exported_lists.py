"""Which lists of this service can be exported, and the columns of their files."""

from services.scoring.credit.grades.router import list_credit_accounts
from services.scoring.evaluations.router import list_evaluations
from services.scoring.lists.router import list_listings
from shared.exports.definition import Export

EXPORTS = (
    Export(
        "evaluations",
        "评价",
        list_evaluations,
        {
            "id": "编号",
            "title": "名称",
            "scheme_code": "细则代码",
            "scheme_number": "细则版次",
            "official": "正式文件全文录入",
            "region_code": "被评地区",
            "organiser_region_code": "组织评价的地区",
            "period": "时段",
            "state": "状态",
            "begun_at": "开始",
            "ended_at": "结束",
            "passed": "通过",
            "version": "版本",
        },
    ),
    Export(
        "credit-accounts",
        "信用等级",
        list_credit_accounts,
        {
            "business_id": "主体编号",
            "uscc": "统一社会信用代码",
            "region_code": "区划",
            "grade": "等级",
            "points": "得分",
            "as_of": "截至",
            "settled_until": "直接判定至",
            "rule_id": "分级办法编号",
            "version": "版本",
        },
    ),
    Export(
        "listings",
        "红黑榜",
        list_listings,
        {
            "id": "编号",
            "round_id": "批次编号",
            "code": "名单代码",
            "subject_id": "对象编号",
            "region_code": "区划",
            "entry_label": "列入情形",
            "favourable": "红榜",
            "evidence": "依据",
            "state": "状态",
            "appeal_until": "申诉截止",
            "starts_on": "列入之日",
            "ends_on": "期满之日",
            "left_on": "移出之日",
            "version": "版本",
        },
    ),
)
