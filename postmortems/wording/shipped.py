"""The lists that a new product comes with: words/PURPOSE.LANGUAGE.txt. A site edits its own (settings of postmortems).

Words that facts need as well ("failed", "error", 奇怪) are no ground to refuse one: they are left out of "refused".
"""

from pathlib import Path

from postmortems.wording.lists import Purpose, compile_lists

LANGUAGES = ("en", "zh")
_WORDS = Path(__file__).parent / "words"

SHIPPED: dict[tuple[str, str], str] = {
    (purpose.value, language): (_WORDS / f"{purpose.value}.{language}.txt").read_text(encoding="utf-8")
    for purpose in Purpose
    for language in LANGUAGES
}
SHIPPED_LISTS = compile_lists((purpose, text) for (purpose, _language), text in SHIPPED.items())
