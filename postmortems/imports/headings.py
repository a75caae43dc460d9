"""Which part of a postmortem a heading announces, in the many shapes in which people write it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """``OTHER``: a heading that says nothing to us; its text is kept as it is."""

    SUMMARY = "summary"
    IMPACT = "impact"
    TIMELINE = "timeline"
    ISSUES = "issues"
    ACTIONS = "actions"
    WENT_WELL = "went-well"
    LESSONS = "lessons"
    DATE = "date"
    AUTHORS = "authors"
    SEVERITY = "severity"
    OTHER = "other"
    # Chapters that our own export alone has (postmortems/export/chapters.py).
    SESSIONS = "sessions"
    QUESTIONS = "questions"
    ARTICLE = "article"
    PARKED = "parked"


# In order: the first that fits decides.
_SHAPES: tuple[tuple[Part, str], ...] = (
    (Part.WENT_WELL, r"went well|went right|worked well|做得好|顺利|亮点"),
    (
        Part.ACTIONS,
        r"^actions?$|action items?|action plan|follow[- ]?ups?|next steps?|remediations?\b|recommendations?|to-?dos?$|"
        r"corrective|preventi(?:ve|on|ative)|long[- ]term mitigation|改进|整改|行动项|后续|待办|措施|^行动",
    ),
    (
        Part.ISSUES,
        r"went wrong|went badly|went poorly|didn'?t go well|did not go well|gone better|could be (?:better|improved)|"
        r"root[- ]causes?|causes?\b|contributing|triggers?\b|problems?\b|^issues?$|issues? (?:found|identified|list)|"
        r"process breakdown|diagnosis|5 ?whys?|five whys|原因|根因|问题(?!单)|不足|做得不好",
    ),
    (
        Part.TIMELINE,
        r"time ?line|chronolog|chain of events|sequence of events|^events?$|^(?:status )?updates?$|incident log|"
        r"时间线|时间轴|经过|过程|时间表",
    ),
    (Part.LESSONS, r"lessons?|learn(?:ed|t|ings?)|takeaways?|经验|教训|总结经验"),
    (Part.IMPACT, r"\bimpact\b|affected users|customer impact|影响"),
    (
        Part.SUMMARY,
        r"summary|overview|abstract|tl;?dr|brief|what happened|outage description|description|"
        r"概述|摘要|概要|简介|事件描述|^总结$",
    ),
    (Part.DATE, r"^(?:postmortem |incident )?dates?$|^日期$"),
    (Part.AUTHORS, r"^authors?$|^names?$|^owners?$|postmortem lead|^作者$|^撰写人$"),
    (Part.SEVERITY, r"^(?:incident )?severity$|^级别$|^等级$"),
)
_COMPILED = tuple((part, re.compile(pattern, re.IGNORECASE)) for part, pattern in _SHAPES)
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{3,})\s*$")
_BOLD = re.compile(r"^\*\*([^*]{2,80}?):?\*\*:?\s*$")


@dataclass
class Block:
    """A heading with what stands below it; level 0: what stands before the first heading."""

    level: int
    title: str
    part: Part
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")


def part_of(title: str) -> Part:
    """The part that a heading announces."""
    plain = re.sub(r"[*_`#:：]|\(s\)", "", title).strip()
    plain = re.sub(r"^\d+(?:\.\d+)*[.)、]?\s+", "", plain)
    return next((part for part, pattern in _COMPILED if pattern.search(plain)), Part.OTHER)


def split_blocks(body: str, chapters: Mapping[str, Part] | None = None) -> list[Block]:
    """The body cut at its headings (``#``, underlined, or a line of their own in bold); not inside fences.

    A deeper heading that announces nothing by itself stays within the block above, as a line of it. ``chapters``: what
    headings announce that a file of our own export names itself.
    """
    blocks, fence = [Block(0, "", Part.OTHER, [])], ""
    for line in _with_plain_headings(body.splitlines()):
        opened = _FENCE.match(line)
        if opened and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else opened[1]
        heading = None if fence else _HEADING.match(line)
        if heading is None:
            blocks[-1].lines.append(line)
            continue
        level, title = len(heading[1]), heading[2].strip()
        part = (chapters or {}).get(title) or part_of(title)
        above = blocks[-1]
        if part is Part.OTHER and above.level and level > above.level and not (above.level == 1 and len(blocks) == 2):
            above.lines.append(line)
        else:
            blocks.append(Block(level, title, part, []))
    return blocks


def _with_plain_headings(lines: list[str]) -> list[str]:
    """Underlined headings, and known words alone in bold, as ``#`` headings."""
    made: list[str] = []
    fence = ""
    for line in lines:
        opened = _FENCE.match(line)
        if opened and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else opened[1]
        before = made[-1].strip() if made else ""
        under, bold = _UNDERLINE.match(line), _BOLD.match(line.strip())
        is_title = bool(before) and not before.startswith(("|", "#", "-", "*", ">"))
        if not fence and under and is_title and (len(made) < 2 or not made[-2].strip()):
            made[-1] = f"{'#' if under[1].startswith('=') else '##'} {before}"
        elif not fence and bold and part_of(bold[1]) is not Part.OTHER:
            made.append(f"###### {bold[1]}")
        else:
            made.append(line)
    return made
