"""What a new product comes with: the word lists. Data that a site changes."""

from typing import Any

from postmortems.models.wording import WordList
from postmortems.wording import SHIPPED


def install_wording(**_signal: Any) -> None:
    """Fill an empty table; called after every migration."""
    if not WordList.objects.exists():
        WordList.objects.bulk_create(
            WordList(purpose=purpose, language=language, words=words) for (purpose, language), words in SHIPPED.items()
        )
