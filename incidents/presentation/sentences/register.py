"""One sentence per verb of the timeline. It follows the actor's name: "Alice" "acknowledged it".

Apps above this one add sentences for their own verbs with ``sentence``; a verb nobody has registered is shown by its
name, so that nothing on a timeline is ever lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType

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
_of_models: dict[str, dict[str, Sentence]] = {}
"""Verb -> label of a model ("incidents.actionitem") -> what the verb says of it, where it says something else there."""


def sentence(
    verb: str, *, icon: str = "point-filled", tone: str = "", group: str = "human", of: str = ""
) -> Callable[[Writer], Writer]:
    """Decorator for a function ``event -> sentence``. An empty tone follows from whether a person acted.

    ``of``: the label of the model ("incidents.actionitem") whose events alone it speaks of; the others keep theirs.
    """

    def add(write: Writer) -> Writer:
        known = Sentence(write, icon, tone, group)
        if of:
            _of_models.setdefault(verb, {})[of] = known
        else:
            _sentences[verb] = known
        return write

    return add


def verbs_of(group: str) -> list[str]:
    """The verbs whose sentences belong to that filter chip."""
    return [verb for verb, known in _sentences.items() if known.group == group]


def sentence_of(event: Event) -> Sentence:
    if event.verb in _of_models:
        subject = ContentType.objects.get_for_id(event.subject_type_id)
        label = f"{subject.app_label}.{subject.model}"
        if label in _of_models[event.verb]:
            return _of_models[event.verb][label]
    if event.verb in _sentences:
        return _sentences[event.verb]
    is_page = event.verb.startswith(PAGING)
    return Sentence(_name, "bell" if is_page else "point-filled", "", "pages" if is_page else "human")


def _name(event: Event) -> str:
    """The verb itself, with whatever names the event carries."""
    found = [event.data.get(key) for key in ("target", "person", "people", "channel", "channels", "reference", "error")]
    texts = [listed(value) if isinstance(value, list) else str(value) for value in found if value]
    return ": ".join([event.verb.replace("_", " "), *([" · ".join(texts)] if texts else [])])
