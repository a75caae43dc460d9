"""The words of an HTML mail. It is never rendered: what people see of it is plain text."""

import re
from html import unescape
from html.parser import HTMLParser

LONGEST = 256 * 1024
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
SILENT = frozenset(["head", "script", "style", "template", "title", "noscript", "svg", "math", "object", "iframe"])
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


def text_of_html(html: str) -> str:
    """Plain text with a line for each block; what stands in a quotation is marked by ``> ``."""
    reader = _Reader()
    try:
        reader.feed(html[:LONGEST])
        reader.close()
    except Exception:  # the parser of the standard library gives up on some broken declarations
        return " ".join(unescape(re.sub(r"<[^<>]*>", " ", html[:LONGEST])).split())
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line = ""
        self.quotes = 0
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.silent or tag in SILENT:
            if tag in SILENT and tag not in _VOID:
                self.silent.append(tag)
            return
        if tag == "br":
            self._end_line()
        elif tag in BLOCKS:
            self._end_block(tag)
        if tag == "blockquote":
            self.quotes += 1
        elif tag == "li":
            self.line = "- "
        elif tag == "td" and self.line:
            self.line += " "

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            if tag in self.silent:
                del self.silent[self.silent.index(tag) :]
            elif tag in ("body", "html") or (tag == "head"):
                self.silent.clear()
            return
        if tag in BLOCKS:
            self._end_block(tag)
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        self.line += words.lstrip(" ") if not self.line or self.line.endswith(" ") else words

    def _end_line(self) -> None:
        marks = "> " * min(self.quotes, 5)
        self.lines.append((marks + self.line.rstrip()).rstrip())
        self.line = ""

    def _end_block(self, tag: str) -> None:
        if self.line.strip():
            self._end_line()
        if tag in ("p", "blockquote") and self.lines and self.lines[-1]:
            self.lines.append("")

    def text(self) -> str:
        if self.line.strip():
            self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip()
