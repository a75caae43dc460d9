"""Tells facts from talk about causes and faults, by their wording. A hint, never a verdict: it can be overridden.

Two lists, English and Chinese. Words that facts need as well ("failed", "error", 奇怪) are left out on purpose.
"""

import re

CAUSE_WORDS = (
    "because",
    "cause",
    "caused",
    "causes",
    "causing",
    "root cause",
    "due to",
    "owing to",
    "as a result of",
    "resulted from",
    "the reason",
    "reason was",
)
FAULT_WORDS = (
    "fault of",
    "at fault",
    "his fault",
    "her fault",
    "their fault",
    "our fault",
    "'s fault",
    "to blame",
    "blame",
    "blamed",
    "mistake",
    "mistakenly",
    "careless",
    "carelessly",
    "carelessness",
    "negligence",
    "negligent",
    "sloppy",
    "incompetent",
    "forgot",
    "forgot to",
    "human error",
    "operator error",
)
HINDSIGHT_WORDS = (
    "should have",
    "should've",
    "shouldn't have",
    "should not have",
    "could have",
    "could've",
    "would have",
    "ought to have",
    "if only",
)
CHINESE_WORDS = (
    "因为",
    "由于",
    "原因",
    "根因",
    "导致",
    "造成",
    "引起",
    "引发",
    "责任",
    "过错",
    "过失",
    "失误",
    "疏忽",
    "疏漏",
    "粗心",
    "大意",
    "忘记",
    "忘了",
    "怪他",
    "怪她",
    "都怪",
    "归咎",
    "人为错误",
    "应该",
    "本应",
    "本该",
    "早该",
    "不该",
    "本可以",
    "要是",
)
_ENGLISH = sorted({*CAUSE_WORDS, *FAULT_WORDS, *HINDSIGHT_WORDS}, key=len, reverse=True)
_PATTERN = re.compile(
    r"(?:(?<![a-z])|(?='))(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in _ENGLISH) + r")(?![a-z])"
    "|" + "|".join(sorted(CHINESE_WORDS, key=len, reverse=True)),
    re.IGNORECASE,
)


def suspicious_words(text: str) -> list[str]:
    """The words of ``text`` that speak of cause, fault or hindsight, each once, in their order; none: a fact."""
    plain = text.replace("’", "'")
    found = (" ".join(match.group().lower().split()) for match in _PATTERN.finditer(plain))
    return list(dict.fromkeys(found))
