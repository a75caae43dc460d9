"""The word lists of the hints, as a site edits them."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from postmortems.wording import FaultyWordError, parse_words
from postmortems.wording.lists import Purpose

PURPOSES = {
    Purpose.REFUSED: _("Cause, fault and hindsight: not taken into a timeline"),
    Purpose.FACT: _("Signs of a fact"),
    Purpose.ISSUE: _("Signs of an issue"),
    Purpose.ACTION: _("Signs of an action"),
    Purpose.OPENING: _("Words that a plan begins with"),
    Purpose.EXCUSE: _("A person given as the cause"),
    Purpose.BLAME: _("Words that blame beside a name"),
}


def check_words(text: str) -> None:
    """Refuse a list with an entry that cannot be used; say which line it is."""
    try:
        parse_words(text)
    except FaultyWordError as fault:
        reason = _now("Line %(line)s cannot be used: %(text)s") % {"line": fault.line, "text": fault.text}
        raise ValidationError(reason) from None


class WordList(models.Model):
    """One list: what it is for, and in which language. How a line is read: postmortems/wording/lists.py."""

    purpose = models.CharField(
        _("purpose"), max_length=10, choices=[(key.value, label) for key, label in PURPOSES.items()]
    )
    language = models.CharField(_("language"), max_length=10, choices=[("en", _("English")), ("zh", _("Chinese"))])
    words = models.TextField(_("words"), blank=True, max_length=50_000, validators=[check_words])

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("word list")
        verbose_name_plural = _("word lists")
        constraints: ClassVar = [models.UniqueConstraint(fields=["purpose", "language"], name="one_word_list_each")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.get_language_display()})"

    def get_absolute_url(self) -> str:
        return reverse("postmortems:settings-words", args=[self.purpose, self.language])

    @property
    def count(self) -> int:
        return len(parse_words(self.words))
