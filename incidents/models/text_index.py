"""PostgreSQL's full-text types as expressions, over texts of incidents.search that no parser of PostgreSQL reads."""

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, F, FloatField, Func, IntegerField, TextField, Value


class Vector(Func):
    """A text that ``incidents.search.vector_of`` wrote, as a tsvector."""

    template = "%(expressions)s::tsvector"
    output_field = SearchVectorField()

    def __init__(self, text: str) -> None:
        super().__init__(Value(text, output_field=TextField()))


class Query(Func):
    """A text that ``incidents.search.query_of`` wrote, as a tsquery."""

    template = "%(expressions)s::tsquery"
    output_field: Any = TextField()

    def __init__(self, text: str) -> None:
        super().__init__(Value(text, output_field=TextField()))


class Appended(Func):
    """A tsvector with the words of another after its own."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = SearchVectorField()


class WordCount(Func):
    """How many different words a tsvector has."""

    function = "length"
    output_field = IntegerField()


class Matches(Func):
    """Whether ``Incident.search`` has what the query asks for; answered by the GIN index."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()
    conditional = True

    def __init__(self, query: str) -> None:
        super().__init__(F("search"), Query(query))


class Relevance(Func):
    """How well ``Incident.search`` matches: the title counts most."""

    function = "ts_rank"
    output_field = FloatField()

    def __init__(self, query: str) -> None:
        super().__init__(F("search"), Query(query))
