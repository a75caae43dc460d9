"""The one error of the sources. Its words are for people and hold no secret."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

UNREACHABLE = gettext_lazy("The source cannot be reached.")
TIMEOUT = gettext_lazy("The source did not answer in time.")
REFUSED = gettext_lazy("The source does not let us in: check the user and the password.")


class SourceError(Exception):
    """The source gave no answer that can be used. ``permanent``: asking the same again is useless.

    ``tries``: after so many of it in a row the interval is left as a gap; None where it is waited for.
    """

    def __init__(self, text: str | Promise, *, permanent: bool = False, tries: int | None = None) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.tries = tries

    def __str__(self) -> str:
        return str(self.args[0])


def package_missing(package: str, extra: str) -> SourceError:
    sentence = _("The Python package %(package)s is not installed: pip install 'mainstay[%(extra)s]' brings it.")
    return SourceError(sentence % {"package": package, "extra": extra}, permanent=True)


def asked_in_vain() -> SourceError:
    return SourceError(_("A source of this kind answers no query of any columns."), permanent=True)


def too_many_rows(cap: int) -> SourceError:
    sentence = _("The answer has more than %(count)d rows. Count by fewer dimensions, or raise the limit.")
    return SourceError(sentence % {"count": cap}, permanent=True, tries=1)


def too_large() -> SourceError:
    return SourceError(_("The answer is too large. Count by fewer dimensions."), permanent=True, tries=1)


def timed_out() -> SourceError:
    return SourceError(TIMEOUT, tries=5)


def refused_by_source(error: object, secret: str = "") -> SourceError:
    """What the server said of the question, in its own words: the first line, without the password."""
    text = " ".join(str(error).split("\n")[0].split())
    if secret:
        text = text.replace(secret, "***")
    clean = "".join(letter if letter.isprintable() else "�" for letter in text)
    return SourceError(_("The source refuses the question: %(words)s") % {"words": clean[:300]}, permanent=True)
