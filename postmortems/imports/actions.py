"""Action items and issues, written as tables, lists, boxes or paragraphs. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from postmortems.imports.headings import Block
from postmortems.imports.moments import Context, read_moment, resolve
from postmortems.imports.tables import Item, Table, is_row, read_item, read_table, strip_marks

_OWNER = re.compile(
    r"[(\[（【]?\s*\b(?:owner|assignee|assigned to|who|responsible|dri|负责人|责任人)\s*[:：=]"
    r"\s*@?(?P<name>[^,;()\[\]（）【】|。，；]+)"
    r"\s*[)\]）】]?|(?:负责人|责任人)\s*[:：=]?\s*@?(?P<zh>[^,;()\[\]（）【】|。，；\s]+)|(?<![\w.])@(?P<at>[\w.-]*\w)",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"[(\[（【]?\s*(?:\b(?:due(?: date| on| by)?|deadline|eta|by|before|target)|截止(?:日期)?|期限|到期)\s*[:：=]?\s*",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:done|complete[d]?|closed|finished|fixed|shipped|resolved|verified)\b|完成|关闭|已验证", re.IGNORECASE
)
_NOT_DONE = re.compile(r"\bnot\b|\bin progress\b|未|进行中", re.IGNORECASE)


@dataclass(frozen=True)
class Action:
    """``is_done``: None where the source does not say. ``issues``: the numbers of those it answers, where it says."""

    text: str
    owner: str = ""
    due_on: date | None = None
    type: str = ""
    status: str = ""
    is_done: bool | None = None
    issues: tuple[int, ...] = ()


@dataclass(frozen=True)
class Issue:
    text: str
    kind: str = ""
    seen_at: str = ""
    pass_number: int = 1
    no_action_reason: str = ""


def read_actions(block: Block, context: Context) -> tuple[list[Action], list[str]]:
    """The actions of a block, and the lines that are none."""
    tables, items, rest = _gather(block)
    found = [action for table in tables for action in _of_table(table, context)]
    found += [_of_item(item, context) for item in items]
    if not found:
        lines = [line for paragraph in _paragraphs(rest) for line in _whole_lines(paragraph)]
        found = [_of_item(Item(line, None, 0), context) for line in lines if not line.endswith((":", "："))]
        rest = [line for line in lines if line.endswith((":", "："))]
    return found, rest


def read_issues(block: Block) -> tuple[list[Issue], list[str]]:
    """The issues of a block: rows, points of a list, else paragraphs; and the lines that are none."""
    tables, items, rest = _gather(block)
    found = [issue for table in tables for issue in _issues_of(table)]
    found += [Issue(item.text) for item in items]
    paragraphs = _paragraphs(rest)
    if not found or all(not paragraph.rstrip().endswith((":", "：")) for paragraph in paragraphs):
        return [*(Issue(paragraph) for paragraph in paragraphs), *found], []
    return found, rest


def _gather(block: Block) -> tuple[list[Table], list[Item], list[str]]:
    """Tables, points of lists (with the lines that go on with them), and other lines."""
    tables: list[Table] = []
    items: list[Item] = []
    rest: list[str] = []
    rows: list[str] = []
    is_open = False
    for line in [*block.lines, ""]:
        if is_row(line):
            rows.append(line)
            continue
        if rows and (table := read_table(rows)):
            tables.append(table)
        rows = []
        item = read_item(line)
        if item and item.depth >= 2 and items and is_open and item.is_done is None:
            items[-1] = _longer(items[-1], f"- {item.text}")
        elif item:
            items.append(item)
        elif line.strip() and is_open and line[:1].isspace():
            items[-1] = _longer(items[-1], line.strip())
        else:
            rest.append(line)
        is_open = bool(item) or (is_open and bool(line.strip()))
    return tables, [Item(strip_marks(item.text), item.is_done, item.depth) for item in items], rest


def _longer(item: Item, line: str) -> Item:
    return Item(f"{item.text}\n{line}", item.is_done, item.depth)


def _paragraphs(lines: list[str]) -> list[str]:
    whole = re.split(r"\n\s*\n", "\n".join(lines))
    return [text for paragraph in whole if (text := strip_marks(paragraph.strip())) and re.search(r"\w", text)]


def _whole_lines(paragraph: str) -> list[str]:
    """The lines of a paragraph; one that was wrapped in the middle of a sentence is put together."""
    made: list[str] = []
    for line in paragraph.splitlines():
        is_wrapped = made and not made[-1].rstrip().endswith((".", "!", "?", ":", "。", "！", "：", "；", ";"))
        if is_wrapped:
            made[-1] = f"{made[-1]} {line.strip()}"
        else:
            made.append(line.strip())
    return made


def _of_table(table: Table, context: Context) -> list[Action]:
    text = table.column("action", "task", "item", "description", "what", "todo", "行动", "措施", "任务", "内容", "事项")
    columns = {
        "owner": table.column("owner", "assignee", "who", "responsible", "dri", "负责人", "责任人"),
        "due": table.column("due", "deadline", "eta", "date", "target", "截止", "期限", "完成时间", "到期"),
        "type": table.column("type", "kind", "category", "类型", "类别"),
        "status": table.column("status", "state", "done", "状态"),
        "issues": table.column("issues", "answers", "问题"),
    }
    if text is None:
        text = next((place for place in range(len(table.head)) if place not in columns.values()), 0)
    found = []
    for row in table.rows:
        cells = {
            name: row[place].strip() if place is not None and place != text else "" for name, place in columns.items()
        }
        if not re.search(r"\w", row[text]):
            continue
        box = read_item(f"- {row[text]}")
        action = _of_item(box or Item(row[text], None, 0), context)
        status = cells["status"]
        numbers = tuple(int(number) for number in re.findall(r"\d{1,6}", cells["issues"]))
        found.append(
            Action(
                text=action.text,
                owner=strip_marks(cells["owner"]).lstrip("@") or action.owner,
                due_on=_date(cells["due"], context) or action.due_on,
                type=cells["type"],
                status=status,
                is_done=_is_done(status) if status else action.is_done,
                issues=numbers,
            )
        )
    return found


def _of_item(item: Item, context: Context) -> Action:
    """A point of a list. Owner and due date are read where they are said, and stay in the text."""
    owner = _OWNER.search(item.text)
    name = next((name.strip() for name in owner.groups() if name), "") if owner else ""
    due = None
    for match in _DUE.finditer(item.text):
        due = due or _date(item.text[match.end() :], context)
    return Action(item.text.strip(), owner=name, due_on=due, is_done=item.is_done)


def _is_done(status: str) -> bool:
    return bool(_DONE.search(status)) and not _NOT_DONE.search(status)


def _date(text: str, context: Context) -> date | None:
    found = read_moment(strip_marks(text))
    moment = resolve(found, context) if found and found.has_day else None
    return moment.date() if moment else None


def _issues_of(table: Table) -> list[Issue]:
    text = table.column("issue", "problem", "what", "description", "cause", "finding", "问题", "原因", "描述")
    kind, seen = (
        table.column("kind", "type", "category", "类型", "类别", "种类"),
        table.column("seen", "entry", "看到", "出现", "见于"),
    )
    passes, reason = (
        table.column("pass", "轮", "遍"),
        table.column("why nothing", "no action", "为何", "为什么", "不处理"),
    )
    text = 0 if text is None else text

    def cell(row: list[str], place: int | None) -> str:
        return row[place].strip() if place is not None and place != text else ""

    return [
        Issue(
            row[text].strip(),
            kind=cell(row, kind),
            seen_at=cell(row, seen),
            pass_number=int(cell(row, passes)) if cell(row, passes).isdecimal() else 1,
            no_action_reason=cell(row, reason),
        )
        for row in table.rows
        if re.search(r"\w", row[text])
    ]
