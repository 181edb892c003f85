"""Words of the reports in three languages: what a solution handles, how a business unit is called.

Role: the text behind the name slots of the prose.
Must not know: the prose itself.
"""

from service.sample.solutions import BY_ID

LANGUAGES = ("en", "zh-Hans", "zh-Hant")

THINGS = {
    "sol-antifraud": ("alerts", "预警", "預警"),
    "sol-crm": ("recommendations", "推荐", "推薦"),
    "sol-onboard": ("applications", "开户申请", "開戶申請"),
    "sol-aml": ("screening hits", "筛查命中", "篩查命中"),
    "sol-credit": ("loan applications", "贷款申请", "貸款申請"),
    "sol-collect": ("arrears cases", "逾期案件", "逾期個案"),
    "sol-bot": ("dialogues", "会话", "對話"),
    "sol-doc": ("documents", "单证", "單證"),
    "sol-rpa": ("back-office cases", "后台工单", "後台工單"),
    "sol-treasury": ("funding positions", "资金头寸", "資金頭寸"),
    "sol-wealth": ("proposals", "理财方案", "理財方案"),
    "sol-tradefin": ("letters of credit", "信用证", "信用證"),
    "sol-branch": ("cash deliveries", "现金调运", "現金調運"),
}
UNITS = {
    "Retail Banking": ("Retail Banking", "零售银行部", "零售銀行部"),
    "Payments": ("Payments", "支付业务部", "支付業務部"),
    "Corporate Banking": ("Corporate Banking", "公司银行部", "企業銀行部"),
    "Markets": ("Markets", "金融市场部", "金融市場部"),
    "Wealth Management": ("Wealth Management", "财富管理部", "財富管理部"),
    "Risk": ("Risk", "风险管理部", "風險管理部"),
    "Operations": ("Operations", "运营部", "營運部"),
    "Finance": ("Finance", "财务部", "財務部"),
    "Group Technology": ("Group Technology", "集团科技部", "集團科技部"),
}


def word(solution_id: str, slot: str, language: str) -> str:
    """Text of a name slot: the name, the short name (`~`), what it handles (`.thing`), its business unit (`.bu`)."""
    solution = BY_ID[solution_id]
    column = LANGUAGES.index(language)
    if slot.endswith(".thing"):
        return THINGS[solution_id][column]
    if slot.endswith(".bu"):
        return UNITS[solution.units[0]][column]
    if slot.endswith("~"):
        han = [alias for alias in solution.aliases if "\u4e00" <= alias[0] <= "\u9fff"]
        return han[0] if language == "zh-Hans" and han else solution.aliases[0]
    return (solution.en, solution.zh, solution.hant)[column]
