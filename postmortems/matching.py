"""Lessons that may help with an incident: those of postmortems whose words are like its own."""

from dataclasses import dataclass

from catalog.models import Person
from incidents.models import Incident
from incidents.models.text_index import Matches
from postmortems.models import Lesson
from problems.presentation import percent
from problems.recurrence.likeness import Face, likeness, sought_words
from problems.services.matching import face_of

MOST_COMPARED = 60
LEAST = 0.3
"""Lower than for incidents: an article tells the same in other words."""


@dataclass(frozen=True)
class LessonMatch:
    lesson: Lesson
    figure: int
    """Percent."""


def lessons_for(incident: Incident, *, person: Person, most: int = 3) -> list[LessonMatch]:
    """The lessons that the person may read, the most alike first; a title compared with a title, a service with a
    service. At most three queries."""
    face = face_of(incident)
    seen = Lesson.objects.visible_to(person).select_related("postmortem")
    keys = list(seen.filter(postmortem__incidents__service=face.service).values_list("pk", flat=True)[:MOST_COMPARED])
    if query := " | ".join(f"'{word}':AB" for word in sought_words(face)):
        keys += seen.filter(Matches(query)).values_list("pk", flat=True)[:MOST_COMPARED]
    rows = seen.filter(pk__in=set(keys)).prefetch_related("postmortem__incidents")
    compared = [(_likeness(face, lesson), lesson) for lesson in rows]
    chosen = sorted((pair for pair in compared if pair[0] >= LEAST), key=lambda pair: (-pair[0], -pair[1].pk))
    return [LessonMatch(lesson, percent(figure)) for figure, lesson in chosen[:most]]


def _likeness(face: Face, lesson: Lesson) -> float:
    """The best over its incidents: each says the service and category, the article the words."""
    text = f"{lesson.summary}\n{lesson.learned}"
    tags = frozenset(lesson.tags)
    incidents = list(lesson.postmortem.incidents.all())
    faces = [Face(lesson.postmortem.title, text, each.service_id, each.category_id, tags) for each in incidents]
    titles = [Face(each.title, "", each.service_id, each.category_id, tags) for each in incidents]
    alone = Face(lesson.postmortem.title, text, tags=tags)
    return max(likeness(face, other).figure for other in [*faces, *titles, alone])
