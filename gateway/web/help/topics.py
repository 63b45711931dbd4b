"""Which guide belongs to whom, to what, and to which page; and what each page is for, in a sentence."""

from dataclasses import dataclass

AUDIENCES = (
    ("for/officer", "执法检查、网格、核查处置"),
    ("for/market-operator", "市场开办者"),
    ("for/leader", "领导、食安办"),
    ("for/sampler", "抽样人员"),
    ("for/laboratory", "检验机构"),
    ("for/enterprise", "食品生产经营者、店家"),
    ("for/consumer", "消费者"),
    ("for/administrator", "管理员、审计"),
    ("for/developer", "外部系统的开发者"),
)
GROUPS = (
    (
        "快检与抽检",
        (
            *("rapid-tests", "whistle", "plans", "sampling", "apart", "reports", "verdicts", "disposals"),
            "publication",
        ),
    ),
    (
        "监督检查",
        (
            *("businesses", "risk-grades", "visits", "checklists", "corrections", "random-draws"),
            *("visit-priorities", "visit-plans", "terminal", "grid", "public-results"),
        ),
    ),
    (
        "追溯",
        (
            *("shop", "tickets", "certificates", "codes", "consumer", "traces", "trace-board", "recalls"),
            *("farm-inputs", "epcis"),
        ),
    ),
    (
        "评价",
        (
            *("evaluations", "scoring", "site-checks", "self-evaluation-report", "surveys", "assessments"),
            *("credit-and-lists", "index"),
        ),
    ),
    ("看数、期限、法规", ("command-centre", "figures", "clocks", "regions", "unverified-law", "pages")),
    (
        "账号、接入、可信",
        ("identity", "access", "audit", "api", "webhooks", "adapters", "federation", "exports", "glossary"),
    ),
    (
        "部署与运维",
        (
            *("operations/running", "operations/backup", "operations/upgrading"),
            *("operations/observability", "operations/settings"),
        ),
    ),
)


@dataclass(frozen=True)
class Topic:
    """What a page is for, and the guide that says more."""

    pages: str
    words: str
    guide: str


TOPICS = (
    Topic(
        "/regions",
        "看一个地区：各项指标、和上期比、下级排名；点数字看口径和背后的记录；目标、走势、晨报、导出。",
        "command-centre",
    ),
    Topic(
        "/federation", "各区县自己的平台合成一张：谁的数没有取到、合计、排名；点区县名到它自己的看板。", "federation"
    ),
    Topic("/rapid-tests", "上报快检文件：先试算，再上报；每行都有答复，退回的下载改正再传。", "rapid-tests"),
    Topic("/whistles", "一次疑似阳性从停售、复检窗口到监督抽检、办结；页面只列现在能办的步骤。", "whistle"),
    Topic("/samples", "全部样品和抽样单，筛选都在地址里，可以导出。", "sampling"),
    Topic("/sample-forms", "一张抽样单：随时暂存，断网可填，“完成抽样”时一次列出全部缺项。", "sampling"),
    Topic("/sampling-tasks", "要抽的样品，先到期的在前；点进去就是抽样单。", "sampling"),
    Topic("/sampling-plans", "年度计划、分配和进度：谁落后一目了然。", "plans"),
    Topic("/laboratories", "检验机构名册：资质、承检范围、承接区域，抽取时照它判断。", "sampling"),
    Topic("/laboratory", "检验机构的工作台：只见盲样编码，接收、填报、审核、批准。", "reports"),
    Topic("/reports", "已报送的检验报告：核对、确认，或退回更正。", "reports"),
    Topic("/disposals", "不合格（问题）样品的核查处置：送达、排查、处罚、整改、办结，各有期限。", "disposals"),
    Topic("/publications", "拟公布的抽检结果：逐行核对能不能公布，公布后只更正、不改动。", "publication"),
    Topic("/published-tables", "已经公布的抽检结果，任何人都能看、能下载。", "publication"),
    Topic("/visits", "今天的检查：跟进、复查、计划内的；断网也能填。", "visits"),
    Topic("/corrections", "责令改正：期限、提交、复查、销号，逾期的逐级督办。", "corrections"),
    Topic("/random-draws", "双随机：名单先公布哈希再抽，谁都能重算。", "random-draws"),
    Topic("/businesses", "一户一档：许可、人员、等级、检查与抽检的全部经历。", "businesses"),
    Topic("/my-business", "自己的等级、依据、怎样提高，要整改的，公布的结果。", "for/enterprise"),
    Topic("/grid", "网格责任人、线索、巡查、包保、培训。", "grid"),
    Topic("/traces", "一个批次从哪里来、到哪里去；召回和演练。", "trace-board"),
    Topic("/shop", "进货、卖货、扫码：一张票据双方都有了记录。", "shop"),
    Topic("/evaluations", "评价创建：逐条要点、材料、提分的路。", "evaluations"),
    Topic("/assessments", "评议考核的排名、一票否决、约谈。", "assessments"),
    Topic("/search", "按名称、编号、追溯码找记录；只找得到自己看得到的。", "pages"),
    Topic("/exports", "把一整个列表导成文件：与列表相同的权限和筛选，不含姓名、电话。", "exports"),
    Topic("/webhooks", "区域里发生的事签了名推给别的系统；送到没有、要不要补发，都看得到。", "webhooks"),
    Topic("/api-clients", "不经人操作的系统：给哪些范围、哪些区域，到哪一天，密钥用没用。", "identity"),
    Topic("/account", "口令、动态口令、代理、在哪里登录着。", "access"),
    Topic("/disclosures", "看全个人信息：写明为什么，每次都有记录。", "access"),
    Topic("/case-requests", "核查处置移送的涉嫌违法行为：期限内决定立案或不予立案，写明理由。", "disposals"),
    Topic("/recall-requests", "核查处置要求的召回：收到时已锁定批次，受理以后立项召回。", "disposals"),
    Topic("/objections", "对检验结论的异议：期限内受理、核查、答复，过程都留在核查处置里。", "disposals"),
    Topic("/retests", "一次复检：选机构、移交备份样品、登记结论，各有期限；复检结论是最终结论。", "disposals"),
    Topic("/assignment-draws", "谁去抽、送哪家检：按种子和名册抽取，人人可以重算。", "apart"),
    Topic("/samplers", "抽样人员名册：资格、在哪里抽、请假，抽取时照它判断。", "apart"),
    Topic("/form-uploads", "国家抽样单工作簿：逐行答复，有错的退回改正再传。", "sampling"),
    Topic("/result-uploads", "检验结果文件：一份样品整份收下或整份退回，随即判定。", "reports"),
    Topic("/sampling-caps", "同一对象一个季度至多抽几批次；分配方案照最近起作用的一条。", "plans"),
    Topic("/visit-plans", "同一户到期的事并成一次去办；排不下的写明缺什么。", "visit-plans"),
    Topic("/visit-priorities", "先去哪里：从历次检查里排先后，每一户写明为什么。", "visit-priorities"),
    Topic("/evaluation-tasks", "创建任务：谁牵头、什么时候到期、办到哪里；上报以后由他人核对。", "evaluations"),
    Topic("/self-reports", "自评报告：正文里的每个数都有出处，没有证据的句子标出来。", "self-evaluation-report"),
    Topic("/indices", "按季度给各地算一个数，并说明名次有多牢靠。", "index"),
    Topic("/satisfaction-surveys", "满意度调查：配额满到哪里，结果和抽样误差。", "surveys"),
    Topic("/target-plans", "规划目标：应了什么、到哪里了、到期能不能达到。", "assessments"),
    Topic("/lists", "红黑榜、星级：凭什么列入、到什么时候、能不能申诉和修复。", "credit-and-lists"),
    Topic("/credit", "信用分级：三个账户加权成分，记录不足的评不出。", "credit-and-lists"),
    Topic("/site-visits", "现场核查的一次打分：照要点逐项，两人签名。", "site-checks"),
)

FOR_BUILDERS = frozenset({"performance", "reliability"})
"""Reports that help finds, but does not list: they are for who builds the platform."""


def topic_for(path: str) -> Topic | None:
    """What the page at this address is for; None where it says so itself."""
    fitting = [one for one in TOPICS if path == one.pages or path.startswith(f"{one.pages}/")]
    return max(fitting, key=lambda one: len(one.pages), default=None)
