"""The one error of the client. Its words may be shown to anybody: they tell nothing about the inside of a network."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSED = _("This address may not be called, or its name is not known.")
"""One sentence for both, so that nobody can find out which internal names there are."""
MALFORMED = _("This is not a complete web address that begins with https:// or http://, without a user name in it.")
UNREACHABLE = _("The server cannot be reached.")
TIMEOUT = _("The server did not answer in time.")
CERTIFICATE = _("The server's certificate is not valid for this address.")
TOO_LARGE = _("The server's answer is too large.")
GARBLED = _("The server did not answer as a web server does.")
UNSENDABLE = _("The request holds characters that cannot be sent.")


class OutboundError(Exception):
    """The call was refused, or brought no answer. ``permanent``: trying again the same way is useless.

    ``was_sent``: the request may have reached the server, so a repeat may be a second one.
    """

    def __init__(self, text: str | Promise, *, code: str = "", permanent: bool = False, was_sent: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.permanent = permanent
        self.was_sent = was_sent

    def __str__(self) -> str:
        return str(self.args[0])
