"""The catalogue of the synthetic bank: 25 solutions with both languages' names, and what they cost and produce.

Role: the fixed list that ledger, portfolio and reports draw on, and the writer of `catalogue.jsonl`.
Must not know: which solutions are planted in a report or finding.
"""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SampleSolution:
    """One solution: its names, what it is, who uses it, its towers with their share of its cost, and its output.

    `hant` is the name as traditional-Chinese reports write it; `annual` its cost in millions of dollars a year before
    the year is scaled to the bank's total.
    """

    id: str
    en: str
    zh: str
    hant: str
    aliases: tuple[str, ...]
    about: str
    about_zh: str
    units: tuple[str, ...]
    towers: dict[str, float]
    annual: float
    output: str
    outputs: float
    category: str

    def record(self) -> dict[str, Any]:
        """The solution as a line of the contract's catalogue."""
        return {
            "id": self.id,
            "names": {"en": self.en, "zh": self.zh},
            "aliases": list(self.aliases),
            "description": {"en": self.about, "zh": self.about_zh},
            "business_units": list(self.units),
            "towers": list(self.towers),
        }


SOLUTIONS = (
    SampleSolution(
        "sol-antifraud", "Fraud Analytics Platform", "反欺诈分析平台", "反欺詐分析平台",
        ("FAP", "Fraud Analytics", "反欺诈平台", "反欺诈分析"),
        "Scores card and transfer traffic with machine learning and holds suspicious payments for review.",
        "用机器学习对刷卡和转账逐笔打分，可疑交易先拦截再复核。",
        ("Payments", "Risk"), {"AI Compute": 0.45, "Compute": 0.2, "Database": 0.2, "Application": 0.15},
        64, "thousand scored transactions", 2_900_000, "Risk Scoring",
    ),
    SampleSolution(
        "sol-crm", "Customer Intelligence Platform", "客户智能平台", "客戶智能平台",
        ("CIP", "客智平台", "Customer Intelligence"),
        "Predicts customer needs and churn and proposes the next best offer to advisers and channels.",
        "预测客户需求与流失，向客户经理和渠道推荐下一步动作。",
        ("Retail Banking", "Wealth Management"), {"AI Compute": 0.35, "Database": 0.3, "Application": 0.35},
        22, "thousand recommendations", 96_000, "Customer Analytics",
    ),
    SampleSolution(
        "sol-profile", "Customer Profile Store", "客户画像数据库", "客戶畫像數據庫",
        ("CPS", "画像库", "Profile Store"),
        "One consolidated profile of every customer with tags, consent and household links.",
        "汇集每位客户的标签、授权和家庭关系的统一画像。",
        ("Retail Banking", "Corporate Banking"), {"Storage": 0.4, "Database": 0.45, "Compute": 0.15},
        28, "thousand profiles", 39_000, "Database",
    ),
    SampleSolution(
        "sol-archive", "Transaction Records Archive", "交易记录归档", "交易記錄歸檔",
        ("TRA", "归档库", "Records Archive"),
        "Keeps fifteen years of transaction records for retrieval, audit and litigation holds.",
        "保存十五年交易记录，供调阅、审计和诉讼保全。",
        ("Operations", "Finance"), {"Storage": 0.86, "Network": 0.06, "Compute": 0.08},
        62, "TB-month kept", 1_150_000, "Backup & Archive",
    ),
    SampleSolution(
        "sol-payments", "Payments Hub", "支付中台", "支付中台",
        ("PayHub", "支付枢纽"),
        "Routes, clears and settles domestic, cross-border and instant payments.",
        "境内外及实时支付的路由、清算与结算。",
        ("Payments",), {"Compute": 0.3, "Application": 0.35, "Database": 0.2, "Network": 0.15},
        150, "thousand payments", 1_420_000, "Treasury",
    ),
    SampleSolution(
        "sol-core", "Core Banking Ledger", "核心账务系统", "核心帳務系統",
        ("CBL", "核心系统", "Core Ledger"),
        "Accounts, deposits, loans and interest: the bank's books of record.",
        "账户、存款、贷款与计息，全行账务的正本。",
        ("Operations", "Finance", "Retail Banking"), {"Compute": 0.5, "Database": 0.25, "Application": 0.25},
        230, "thousand account-months", 168_000, "General Accounting & Reporting",
    ),
    SampleSolution(
        "sol-mobile", "Lantern Mobile Banking", "手机银行", "手機銀行",
        ("LMB", "Lantern app", "掌上银行"),
        "The mobile application for everyday banking, cards and investments.",
        "日常账户、银行卡与投资的移动应用。",
        ("Retail Banking",), {"Application": 0.55, "Compute": 0.2, "Network": 0.25},
        85, "thousand sessions", 1_900_000, "Customer Sales",
    ),
    SampleSolution(
        "sol-onboard", "Digital Onboarding Express", "线上开户系统", "線上開戶系統",
        ("DOX", "开户直通车"),
        "Opens accounts remotely with identity checks, document capture and electronic signature.",
        "远程核验身份、采集证件、电子签名的线上开户。",
        ("Retail Banking", "Corporate Banking"), {"Application": 0.5, "AI Compute": 0.2, "Security": 0.3},
        24, "applications", 2_600_000, "Customer Sales",
    ),
    SampleSolution(
        "sol-aml", "AML Monitor", "反洗钱监测系统", "反洗錢監測系統",
        ("AMLM", "反洗钱系统", "Anti-Money-Laundering Monitor"),
        "Screens customers and payments against sanctions lists and detects laundering patterns.",
        "筛查制裁名单，识别可疑资金往来模式。",
        ("Risk", "Operations"), {"Compute": 0.4, "Database": 0.35, "Security": 0.25},
        38, "thousand screened payments", 1_300_000, "Governance, Risk & Compliance",
    ),
    SampleSolution(
        "sol-credit", "Credit Decision Engine", "信贷决策引擎", "信貸決策引擎",
        ("CDE", "授信引擎"),
        "Decides consumer and small-business loan applications with scorecards and models.",
        "用评分卡和模型审批个人与小微贷款申请。",
        ("Retail Banking", "Risk"), {"AI Compute": 0.35, "Compute": 0.3, "Database": 0.35},
        30, "decisions", 7_800_000, "Risk Scoring",
    ),
    SampleSolution(
        "sol-collect", "Collections Assistant", "智能催收助手", "智能催收助手",
        ("iCollect", "催收助手"),
        "Chooses time, channel and plan for contacting customers in arrears.",
        "为逾期客户选择联系时间、渠道和还款方案。",
        ("Retail Banking", "Risk"), {"AI Compute": 0.4, "Application": 0.6},
        9, "cases worked", 5_200_000, "Customer Care",
    ),
    SampleSolution(
        "sol-contact", "Contact Centre Cloud", "云客服中心", "雲客服中心",
        ("CCC", "云客服"),
        "Voice, chat and callback routing for the bank's contact centres.",
        "客服中心的语音、在线会话与回拨调度。",
        ("Operations", "Retail Banking"), {"End User": 0.45, "Network": 0.25, "Application": 0.3},
        46, "thousand contacts", 61_000, "Customer Care",
    ),
    SampleSolution(
        "sol-bot", "Service Chat Assistant", "智能客服机器人", "智能客服機器人",
        ("SCA", "小灯助手"),
        "Answers customers' everyday questions in chat and hands over to a person when unsure.",
        "在线解答客户常见问题，拿不准时转人工。",
        ("Operations", "Retail Banking"), {"AI Compute": 0.7, "Application": 0.3},
        12, "thousand dialogues", 24_500, "Text Generation",
    ),
    SampleSolution(
        "sol-doc", "Document Intelligence Service", "单证智能识别", "單證智能識別",
        ("DocIQ", "单证识别"),
        "Reads contracts, invoices and trade documents and fills the fields of back-office systems.",
        "识读合同、发票和贸易单证，自动录入后台字段。",
        ("Operations", "Corporate Banking"), {"AI Compute": 0.6, "Storage": 0.15, "Application": 0.25},
        11, "thousand pages", 88_000, "Document Processing",
    ),
    SampleSolution(
        "sol-rpa", "Process Automation Factory", "流程自动化工厂", "流程自動化工廠",
        ("PAF", "自动化工厂"),
        "Software robots and workflow that take over repetitive back-office steps.",
        "用软件机器人和工作流接手后台重复操作。",
        ("Operations", "Finance"), {"Application": 0.6, "Compute": 0.4},
        14, "thousand robot hours", 2_900, "Intelligent Process Automation (IPA)",
    ),
    SampleSolution(
        "sol-treasury", "Liquidity Cockpit", "流动性管理驾驶舱", "流動性管理駕駛艙",
        ("LQC", "流动性驾驶舱"),
        "Intraday liquidity, funding forecasts and collateral in one view for treasury.",
        "日间流动性、资金预测与押品的统一视图。",
        ("Finance", "Markets"), {"Database": 0.4, "Compute": 0.35, "Application": 0.25},
        13, "positions", 410_000, "Treasury",
    ),
    SampleSolution(
        "sol-trade", "Trading and Pricing Platform", "交易定价平台", "交易定價平台",
        ("TPP", "定价平台"),
        "Electronic pricing, order routing and position keeping for rates, FX and equities.",
        "利率、外汇与股票的电子报价、下单与头寸管理。",
        ("Markets",), {"Compute": 0.45, "Network": 0.3, "Application": 0.25},
        110, "thousand orders", 118_000, "Decision Optimization",
    ),
    SampleSolution(
        "sol-wealth", "Wealth Adviser Workbench", "财富顾问工作台", "財富顧問工作台",
        ("WAW", "顾问工作台"),
        "Portfolios, suitability and proposals for advisers and private bankers.",
        "面向理财顾问的组合、适当性与方案生成。",
        ("Wealth Management",), {"Application": 0.6, "Database": 0.25, "End User": 0.15},
        18, "proposals", 640_000, "Sales Force & Channel Management",
    ),
    SampleSolution(
        "sol-tradefin", "Trade Finance Portal", "贸易融资门户", "貿易融資門戶",
        ("TFP", "贸融门户"),
        "Letters of credit, guarantees and supply-chain finance for corporate clients.",
        "对公客户的信用证、保函与供应链融资。",
        ("Corporate Banking",), {"Application": 0.6, "Database": 0.25, "Storage": 0.15},
        20, "instruments", 350_000, "Contract Management",
    ),
    SampleSolution(
        "sol-risk", "Market Risk Grid", "市场风险计算网格", "市場風險計算網格",
        ("MRG", "风险网格"),
        "Overnight and intraday revaluation, value-at-risk and stress tests for trading books.",
        "交易账簿的隔夜与日间重估、风险价值和压力测试。",
        ("Risk", "Markets"), {"Compute": 0.65, "Storage": 0.15, "Database": 0.2},
        76, "million revaluations", 41_000, "Risk Management",
    ),
    SampleSolution(
        "sol-report", "Regulatory Reporting Factory", "监管报送平台", "監管報送平台",
        ("RRF", "报送平台"),
        "Prepares, reconciles and files supervisory returns in every jurisdiction.",
        "编制、核对并报送各地监管报表。",
        ("Finance", "Risk"), {"Database": 0.5, "Compute": 0.3, "Application": 0.2},
        36, "returns filed", 5_400, "Governance, Risk & Compliance",
    ),
    SampleSolution(
        "sol-data", "Enterprise Data Lake", "企业数据湖", "企業數據湖",
        ("EDL", "数据湖"),
        "Shared raw and curated data with pipelines, lineage and self-service analytics.",
        "全行原始与加工数据、管道、血缘与自助分析。",
        ("Group Technology", "Risk", "Finance"), {"Storage": 0.4, "Database": 0.35, "Compute": 0.25},
        95, "thousand query hours", 3_300, "Data Management",
    ),
    SampleSolution(
        "sol-iam", "Identity Shield", "统一身份认证", "統一身份認證",
        ("IDS", "身份盾"),
        "Single sign-on, privileged access and customer authentication.",
        "单点登录、特权账号与客户认证。",
        ("Group Technology",), {"Security": 0.8, "Compute": 0.2},
        42, "thousand sign-ons", 980_000, "Identity & Access Management",
    ),
    SampleSolution(
        "sol-workplace", "Digital Workplace", "数字化办公平台", "數字化辦公平台",
        ("DWP", "办公平台"),
        "Desktops, collaboration, meeting rooms and the service desk for all staff.",
        "全员桌面、协作、会议室与服务台。",
        ("Group Technology", "Operations"), {"End User": 0.75, "Network": 0.15, "Security": 0.1},
        130, "user-months", 620_000, "Collaboration",
    ),
    SampleSolution(
        "sol-branch", "Branch Cash Forecasting", "网点现金预测", "網點現金預測",
        ("BCF", "现金预测"),
        "Forecasts cash needs of branches and machines and plans deliveries.",
        "预测网点和自助设备的现金需求并安排调运。",
        ("Retail Banking", "Operations"), {"AI Compute": 0.5, "Compute": 0.5},
        7, "device-months", 52_000, "Predictive Analytics",
    ),
)  # fmt: skip

BY_ID = {solution.id: solution for solution in SOLUTIONS}


def catalogue_text() -> str:
    """`catalogue.jsonl`: one solution a line."""
    return "".join(json.dumps(solution.record(), ensure_ascii=False) + "\n" for solution in SOLUTIONS)
