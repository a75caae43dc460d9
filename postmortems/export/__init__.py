"""A postmortem on paper and as a file: one sheet of what it holds, written as Markdown, as a page, as a PDF."""

from postmortems.export.chapters import chapters_on_paper
from postmortems.export.markdown import write_markdown
from postmortems.export.sheet import Sheet, compile_sheet

__all__ = ["Sheet", "chapters_on_paper", "compile_sheet", "write_markdown"]
