"""The words of an HTML mail. It is never rendered: what people see of it is plain text.

A scanner of our own: the standard library's parser takes minutes over some broken pages of a few hundred kilobytes.
"""

import re
from html import unescape

LONGEST = 256 * 1024
BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer",
     "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
     "table", "tr", "ul"]
)  # fmt: skip
SILENT = frozenset(["head", "script", "style", "template", "title", "noscript", "svg", "math", "object", "iframe"])

_MARKUP = re.compile(
    r"""<(?:(?P<comment>!--)|(?P<end>/?)(?P<tag>[a-zA-Z][\w:-]{0,30}+)"""
    r"""(?:"[^"]{0,4000}+"|'[^']{0,4000}+'|[^"'<>]){0,4000}+>"""
    r"""|[!?][^<>]{0,4000}+>)"""
)


def text_of_html(html: str) -> str:
    """Plain text with a line for each block; what stands in a quotation is marked by ``> ``."""
    reader, text = _Reader(), html[:LONGEST]
    position = end = 0
    while found := _MARKUP.search(text, end):
        reader.read(text[position : found.start()])
        end = found.end()
        if found["comment"]:
            closed = text.find("-->", end)
            end = closed + 3 if closed >= 0 else len(text)
        elif found["tag"]:
            (reader.end if found["end"] else reader.start)(found["tag"].lower())
        position = end
    reader.read(text[position:])
    return reader.text()


class _Reader:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""
        self.quotes = 0
        self.silent: list[str] = []

    def start(self, tag: str) -> None:
        if self.silent or tag in SILENT:
            if tag in SILENT:
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

    def end(self, tag: str) -> None:
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

    def read(self, data: str) -> None:
        if self.silent or not data:
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", unescape(data))
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
