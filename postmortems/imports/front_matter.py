"""The facts at the head of a file. Pure."""

import re
import tomllib
from datetime import UTC, date, datetime
from typing import Any

import yaml

_FENCED = re.compile(
    r"\A\ufeff?\s*(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<head>.*?)\r?\n(?P=fence)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, ten times as fast
_LONGEST = 50_000
# What people call it -> what we do. The first name that is there counts.
NAMES: dict[str, tuple[str, ...]] = {
    "reference": ("uuid", "id", "reference", "slug", "incident_id", "postmortem_id"),
    "title": ("title", "name", "subject", "标题"),
    "started": ("start_time", "started", "started_at", "start", "incident_start", "开始时间"),
    "ended": ("end_time", "ended", "ended_at", "end", "resolved_at", "incident_end", "结束时间"),
    "detected": ("detected", "detected_at", "detection_time", "发现时间"),
    "date": ("date", "incident_date", "日期"),
    "published": ("published", "published_at", "source_published_at", "publish_date", "发布时间"),
    "zone": ("timezone", "time_zone", "tz", "start_timezone", "时区"),
    "authors": ("authors", "author", "facilitator", "owner", "作者"),
    "severity": ("severity", "level", "priority", "sev", "级别"),
    "tags": ("tags", "keywords", "categories", "labels", "标签"),
    "incidents": ("incidents", "incident", "incident_ids", "tickets", "事件"),
    "summary": ("summary", "description", "摘要"),
    "status": ("status", "state", "状态"),
}


class FrontMatterError(ValueError):
    """There is front matter, but it cannot be read."""


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Facts (YAML between ``---``, TOML between ``+++``) and body. Raises FrontMatterError."""
    match = _FENCED.match(text)
    if match is None:
        return {}, text.removeprefix("\ufeff")
    if len(match["head"]) > _LONGEST:
        raise FrontMatterError("front matter is too long")
    try:
        if match["fence"] == "+++":
            facts: Any = tomllib.loads(match["head"].replace("\r\n", "\n"))
        else:
            if re.search(r"(?m)(?<=[:\-] )[&*]\w", match["head"]):
                raise FrontMatterError("anchors and aliases are not read")
            facts = yaml.load(match["head"], Loader=_LOADER)  # noqa: S506 (both are safe loaders)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError) as fault:
        if isinstance(fault, FrontMatterError):
            raise
        raise FrontMatterError(" ".join(str(fault).split())[:200]) from None
    if facts is None:
        facts = {}
    if not isinstance(facts, dict):
        return {}, text  # a rule, not front matter
    return {str(name): value for name, value in facts.items()}, text[match.end() :]


def pick(facts: dict[str, Any], name: str) -> Any:
    """The fact that we call ``name``, under whatever name it stands; None where it does not."""
    by_name = {re.sub(r"[\s-]+", "_", key.strip().lower()): value for key, value in facts.items()}
    return next((by_name[known] for known in NAMES[name] if by_name.get(known) not in (None, "", [], {})), None)


def as_texts(value: Any) -> list[str]:
    """A list, or a text with commas, as texts."""
    if value is None:
        return []
    parts = value if isinstance(value, list) else re.split(r"[,;，、]", str(value))
    return [text for part in parts if (text := _text(part))]


def as_moment(value: Any) -> datetime | None:
    """What YAML made of a moment; without a zone it is of UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else None


def as_plain(value: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(value, dict):
        return {str(key): as_plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set):
        return [as_plain(entry) for entry in value]
    if isinstance(value, float) and value != value:
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _text(part: Any) -> str:
    if isinstance(part, dict):
        part = part.get("name") or part.get("id") or next(iter(part.values()), "")
    return str(part).strip()
