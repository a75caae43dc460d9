"""One sentence per verb of the timeline. It follows the actor's name: "Alice" "acknowledged it".

Apps above this one add sentences for their own verbs with ``sentence``; a verb nobody has registered is shown by its
name, so that nothing on a timeline is ever lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lifecycle.lists import listed
from lifecycle.models import Event

Writer = Callable[[Event], str]


@dataclass(frozen=True)
class Sentence:
    """``group`` is "human", "status", "pages" or "alerts": the filter chip it belongs to."""

    write: Writer
    icon: str
    tone: str
    group: str


PAGING = ("page", "notify", "deliver", "escalat", "call", "sms", "email")
"""How verbs begin that are about telling people, for those that nobody has registered."""
_sentences: dict[str, Sentence] = {}


def sentence(
    verb: str, *, icon: str = "point-filled", tone: str = "", group: str = "human"
) -> Callable[[Writer], Writer]:
    """Decorator for a function ``event -> sentence``. An empty tone follows from whether a person acted."""

    def add(write: Writer) -> Writer:
        _sentences[verb] = Sentence(write, icon, tone, group)
        return write

    return add


def verbs_of(group: str) -> list[str]:
    """The verbs whose sentences belong to that filter chip."""
    return [verb for verb, known in _sentences.items() if known.group == group]


def sentence_of(event: Event) -> Sentence:
    if event.verb in _sentences:
        return _sentences[event.verb]
    is_page = event.verb.startswith(PAGING)
    return Sentence(_name, "bell" if is_page else "point-filled", "", "pages" if is_page else "human")


def _name(event: Event) -> str:
    """The verb itself, with whatever names the event carries."""
    found = [event.data.get(key) for key in ("target", "person", "people", "channel", "channels", "reference", "error")]
    texts = [listed(value) if isinstance(value, list) else str(value) for value in found if value]
    return ": ".join([event.verb.replace("_", " "), *([" · ".join(texts)] if texts else [])])
