"""What tense, mood and negation say of a sentence, whatever it is about: a fact was and has its hour, a plan is in the
imperative or the future, an issue explains or denies. English and Chinese; words of a trade are in the lists.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The phase that a sentence belongs to."""

    FACT = "fact"
    ISSUE = "issue"
    ACTION = "action"


@dataclass(frozen=True)
class Sign:
    """``weight`` in favour of ``kind`` where the pattern is found, once a sentence."""

    kind: Kind
    weight: int
    pattern: re.Pattern[str]


def _sign(kind: Kind, weight: int, pattern: str) -> Sign:
    return Sign(kind, weight, re.compile(pattern, re.IGNORECASE))


# What is changed for good, against what is done about an incident that goes on.
_CHANGE = (
    r"(?:add|address|adopt|adjust|assess|audit|automat|build|chang|consolidat|creat|design|develop|document|enhanc|establish|evaluat|expand|"
    r"explor|extend|harden|implement|improv|increas|introduc|invest|migrat|modif|optimi[sz]|prioriti[sz]|redesign|"
    r"reduc|refactor|refin|remov|replac|review|revis|rework|simplif|standardi[sz]|streamlin|strengthen|tighten|train|"
    r"tun|updat|upgrad)"
)
_WORKS = (
    r"(?:investigat|work|monitor|see|rollback|roll|mitigat|recover|restor|continu|try|observ|experienc|apply|deploy|"
    r"diagnos|engag|rout|redirect|failing|restart|wait)"
)
_REPAIR = r"(?:a |the |an )?(?:\w+ )?(?:fix|fixes|hotfix|patch|mitigations?|workaround|rollback)\b"
_USERS = r"(?:customers?|users?|clients?|merchants?|tenants?|requests?|calls|projects|subset of \w+)"
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"

SIGNS = (
    # -- the indicative of what was, with its hour
    _sign(
        Kind.FACT,
        4,
        r"^\W*(?:between|from|at|on|by|until|since|around|"
        r"as of)\b[^.]{0,25}?(?:\d\d?:\d\d|\d\s?[ap]m)",
    ),
    _sign(
        Kind.FACT,
        2,
        rf"^\W*(?:between|from|on|as of)\b.{{0,12}}\b(?:\d\d? {_MONTHS}|{_MONTHS} \d\d?|"
        r"\d{4}-\d\d)",
    ),
    _sign(
        Kind.FACT,
        3,
        r"^\W*(?:investigating|identified|monitoring|resolved|mitigated|update|"
        r"recovered)\s*[-–—:]",
    ),
    _sign(
        Kind.FACT,
        2,
        r"\b(?:is|are|was|were|has been|have been|been|now|fully) (?:now |fully |"
        r"since )*(?:resolved|restored|mitigated|recovered|fixed|rolled back|reverted|"
        r"healthy|operational|stable)\b",
    ),
    _sign(
        Kind.FACT,
        2,
        r"\b(?:we|team|teams|engineers?|operators?|on-?call)(?: \w+)? (?:then |also |"
        r"immediately |manually |automatically )?(?:\w+ed|began|took|found|saw|ran|sent|"
        r"turned|shut|brought|made)\b",
    ),
    _sign(
        Kind.FACT,
        1,
        r"\b(?:was|were) (?:then |manually |automatically )*(?:\w+ed|shut down|taken|"
        r"brought)\b",
    ),
    _sign(
        Kind.FACT,
        1,
        r"\b(?:then|afterwards|subsequently|meanwhile|immediately|shortly after|once|"
        r"after|during)\b",
    ),
    # -- what customers lived through
    _sign(
        Kind.FACT,
        3,
        rf"\b{_USERS}\b.{{0,80}}?\b(?:experienc|see|saw|observ|encounter|receiv|may|might|"
        r"were unable|could not|couldn't|affected|impacted)",
    ),
    _sign(
        Kind.FACT,
        2,
        r"\b(?:impacted|affected|experienced)\b.{0,60}\b(?:users?|customers?|services?|"
        r"requests?|regions?|subset|resources)\b",
    ),
    # -- the state of affairs while it goes on
    _sign(
        Kind.FACT,
        3,
        r"\b(?:we|engineers|team|teams)(?:'re| are| is| continues?|"
        rf" continue to)?\b.{{0,25}}\b{_WORKS}(?:e|ing|ting)?\b(?!.{{0,20}}\b(?:ways|why|"
        r"how)\b)",
    ),
    _sign(
        Kind.FACT,
        2,
        r"\b(?:currently|right now|at this time|so far|underway|under way|aware of|"
        r"aware that|in progress)\b",
    ),
    _sign(
        Kind.FACT,
        3,
        r"\b(?:identified|implemented|deployed|applied|released|found|prepared|tested|"
        rf"deploying|testing|implementing|rolled out|rolling out) {_REPAIR}",
    ),
    _sign(
        Kind.FACT,
        4,
        r"\b(?:will|shall|to) (?:\w+ )?(?:provide|share|post|send|give|"
        r"be)\b.{0,30}\b(?:updates?|updated|details|information|comms)\b",
    ),
    _sign(Kind.FACT, 4, r"\b(?:will|continue to|continuing to|keep|to) (?:\w+ )?monitor(?:ing)?\b(?! for)"),
    _sign(
        Kind.FACT,
        4,
        r"\b(?:will|expect|should|intend|going to)\b.{0,80}\b(?:shortly|soon|tomorrow|"
        r"today|tonight|within|in the next|next update|next \d+|\d+[ -]?(?:minutes?|"
        r"hours?)|by \d\d?:\d\d|once the|in approximately)\b",
    ),
    _sign(
        Kind.FACT,
        2,
        r"\b(?:next update|no further (?:action|updates?|impact)|no (?:new|"
        r"other) \w+ (?:will|should|are)|no data (?:loss|was lost)|no (?:known )?workaround|apologi[sz]e|thank you|"
        r"this incident)\b",
    ),
    # -- explaining and denying
    _sign(
        Kind.ISSUE,
        2,
        r"\b(?:which|that|this|these|it|and|thereby)(?: in turn| then| also| would| has|"
        r" have)? (?:caus|led|lead|meant|result|prevent|trigger|expos|induc|creat|"
        r"overload|exhaust)(?:s|ed|ing|e|es)?\b",
    ),
    _sign(Kind.ISSUE, 2, r"\b(?:leading|resulting|causing|preventing|forcing|leaving)\b"),
    _sign(
        Kind.ISSUE,
        3,
        r"\b(?:(?:root|underlying|primary|main)? ?(?:cause|trigger|reason) (?:was|is|of|has)|"
        r"underlying (?:issue|problem)|"
        r"contributing factor|(?:a|the|significant|main|key) factor)",
    ),
    _sign(Kind.ISSUE, 1, r"\b(?:did not|didn't|had not|hadn't) \w+"),
    _sign(
        Kind.ISSUE,
        1,
        r"\b(?:did not|didn't|do not|don't|does not|doesn't|was not|wasn't|were not|"
        r"weren't|had not|hadn't|is not|are not|never|cannot|could not|couldn't|not|"
        r"nobody|no one|without|neither)\b",
    ),
    _sign(
        Kind.ISSUE,
        2,
        r"\b(?:no|lack of|lacked|lacks|lacking|missing|absence of|insufficient\w*|"
        r"inadequate\w*) \w+",
    ),
    _sign(
        Kind.ISSUE,
        1,
        r"\btoo (?:few|late|long|slow\w*|high|low|many|much|small|large|short|early|"
        r"broad\w*|aggressive\w*)",
    ),
    _sign(
        Kind.ISSUE,
        1,
        r"\b(?:unclear|manual|unexpected\w*|incorrect\w*|unintended\w*|"
        r"inadvertent\w*|undocumented)\b",
    ),
    _sign(
        Kind.ISSUE,
        1,
        r"^\W*(?:when|if|because|since|although|while|as a result|normally|typically|"
        r"by default|under)\b",
    ),
    _sign(
        Kind.ISSUE,
        1,
        r"\b(?:since (?:the|it|they|our|no|this)|"
        r"designed to|intended to|supposed to|expected to|meant to|responsible for|"
        r"relies on|depends on)\b",
    ),
    # -- imperative, future, purpose
    _sign(
        Kind.ACTION,
        3,
        r"\b(?:we|team|teams|engineers|they)\b.{0,25}?(?:'re|are|is|'ll|will|plan(?:s|"
        r"ned)? to|to)(?: be| also| already| currently| further| now|"
        rf" in the process of)* {_CHANGE}(?:e|ing|y|ying|ning)?\b(?! {_REPAIR})",
    ),
    _sign(
        Kind.ACTION,
        2,
        r"\b(?:will|'ll|shall|must|plans? to|planned|planning|intends? to|going to|"
        r"aims? to|committed to|needs? to be|ought to|should (?:not )?(?:be|"
        r"have an?))\b(?! (?:have|resolved|fixed|now|affected))",
    ),
    _sign(
        Kind.ACTION,
        3,
        r"\b(?:investigat|explor|look|evaluat|study)\w*(?: into)? (?:why|how|whether|ways|"
        r"options)\b",
    ),
    _sign(
        Kind.ACTION,
        2,
        r"\b(?:ways|opportunit\w+|steps|work|plans?|effort\w*|project|initiative|"
        r"measures?) (?:to|towards|for|that will)\b",
    ),
    _sign(Kind.ACTION, 3, rf"\bwork(?:ing)? (?:on|to|towards) {_CHANGE}(?:e|ing|ning|y|ying)?\b(?! {_REPAIR})"),
    _sign(
        Kind.ACTION,
        3,
        r"\b(?:prevent|avoid|reduce|minimi[sz]e|against|lower)\w*\b.{0,50}\b(?:recurrence|"
        r"recurring|reoccur\w*|again|similar|future|repeat|likelihood|risk|class of|"
        r"type of|this from)\b",
    ),
    _sign(
        Kind.ACTION,
        1,
        r"\b(?:to|better) (?:prevent|avoid|reduce|minimi[sz]e|ensure|improve|protect|"
        r"detect|help)\b",
    ),
    _sign(
        Kind.ACTION,
        3,
        r"\b(?:in the (?:future|coming|longer)|going forward|long(?:er)?[- ]term|"
        r"by (?:the )?(?:end of|mid|q[1-4])|next (?:month|quarter|year|week)|"
        r"in the meantime|over the (?:next|coming) (?:weeks|months))",
    ),
    _sign(
        Kind.ACTION,
        3,
        r"^\W*(?:better|more|earlier|faster|stricter|clearer|regular)\b(?!.*\b(?:was|were|is|are|have|had)\b)",
    ),
    _sign(
        Kind.ACTION,
        3,
        r"\b(?:has|have) (?:already |since |also |"
        rf"now )*(?:been )?{_CHANGE}ed\b(?! {_REPAIR})",
    ),
    _sign(
        Kind.ACTION,
        2,
        r"^\W*(?:additionally|furthermore|finally|similarly|in addition|"
        r"long(?:er)? term)\b",
    ),
    # -- Chinese
    _sign(
        Kind.FACT,
        3,
        r"(?:已|已经)(?:恢复|回滚|重启|修复|解决|切换|通知|上报|确认)|正在(?:排查|处理|"
        r"恢复|定位|调查|修复)",
    ),
    _sign(Kind.FACT, 2, r"^\W*(?:于|自|从|截至|当日|次日)?\s*\d{1,2}\s?[点时:：月]"),
    _sign(
        Kind.ISSUE,
        2,
        r"没有|未(?!来)|缺(?:少|乏|失)|不(?:足|够|清|明|及时|完善|到位)|无(?:法|人|告警|"
        r"监控|预案)|(?:过|太)(?:慢|晚|久|长|短|低|高)",
    ),
    _sign(Kind.ISSUE, 2, r"(?:依赖|靠)人工|(?:从而|进而|使得|致使|以致)"),
    _sign(
        Kind.ACTION,
        2,
        r"(?:将|会|要|应当?|须|需要?|计划|拟)(?:在|对|把|于)?.{0,12}?(?:增加|新增|改进|"
        r"完善|优化|建立|升级|加强|引入|补充|梳理|调整)",
    ),
    _sign(Kind.ACTION, 2, r"(?:避免|防止|杜绝|降低).{0,12}(?:再次|再|类似|重复|风险)"),
)

_HAPPENED = re.compile(
    r"\b(?:was|were|had|did|been|has|have|will|would|we|our|i|customers?|users?|you|they|now)\b|\w{3}ed\b|\d:\d\d|'ve|'re",
    re.IGNORECASE,
)
_PRESENT = re.compile(r"\b(?:is|are|can|does|do|\w{2,}[a-z](?<!ss)s)\b \w+", re.IGNORECASE)


def describes(text: str) -> bool:
    """The simple present without anybody, any hour or anything that happened: how something works. An explanation."""
    return len(text.split()) > 5 and not _HAPPENED.search(text) and _PRESENT.search(text) is not None


def weigh_grammar(text: str) -> dict[Kind, int]:
    """Kind -> weight. Never negative."""
    weights = dict.fromkeys(Kind, 0)
    for sign in SIGNS:
        if sign.pattern.search(text):
            weights[sign.kind] += sign.weight
    if describes(text):
        weights[Kind.ISSUE] += 1
    return weights
