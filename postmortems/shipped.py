"""What a new product comes with: the word lists. Data that a site changes."""

from typing import Any

from lifecycle.models import Event
from postmortems.models.wording import WordList
from postmortems.wording import SHIPPED


def install_wording(**_signal: Any) -> None:
    """Fill an empty table; renew the lists that nobody has edited. Called after every migration."""
    rows = {(row.purpose, row.language): row for row in WordList.objects.all()}
    WordList.objects.bulk_create(
        WordList(purpose=purpose, language=language, words=words)
        for (purpose, language), words in SHIPPED.items()
        if not rows
    )
    for key, row in rows.items():
        if row.words != SHIPPED.get(key, row.words) and not Event.objects.about(row).exists():
            WordList.objects.filter(pk=row.pk).update(words=SHIPPED[key])
