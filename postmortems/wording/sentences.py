"""A text as sentences, English and Chinese."""

import re

# Abbreviations and numbers with a full stop inside are no ends.
_END = re.compile(
    r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\betc\.)[\"”’)\]]*\s+(?=[\"“(\[]?[A-Z0-9\u4e00-\u9fff])"
)
_CHINESE_END = re.compile(r"(?<=[。！？；])")


def split_sentences(text: str) -> list[str]:
    """Sentences in their order; a line break ends one too. What has no letter is none."""
    found = []
    for line in text.splitlines():
        for part in _CHINESE_END.split(line):
            found += [piece.strip() for piece in _END.split(part)]
    return [sentence for sentence in found if re.search(r"\w", sentence)]
