"""What an incident is found by: words, their beginnings, Chinese, numbers; and who may search what."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Person, Role
from incidents import services
from incidents.models import Incident
from incidents.search import MOST_WORDS, query_of, vector_of, words_of
from tests.factories import make_incident, make_person, make_service

CUT = {
    "Card success falls": ["card", "success", "falls"],
    "PG-3 at 10.0.0.1, ERR_TIMEOUT": ["pg", "3", "at", "10", "0", "0", "1", "err", "timeout"],
    "支付接口": ["支付", "付接", "接口", "口"],
    "支": ["支"],
    "API网关502": ["api", "网关", "关", "502"],
    "ＡＢＣ Straße": ["abc", "strasse"],
    "データ": ["デー", "ータ", "タ"],
    "' & | ! : * \\ \x00 \ud800": [],
    "a" * 100: ["a" * 40],
}


@pytest.mark.parametrize("text", CUT)
def test_a_text_is_cut_into_words(text: str) -> None:
    assert list(words_of(text)) == CUT[text]


def test_a_word_has_the_weight_of_where_it_comes_first() -> None:
    assert vector_of([("A", ["Card"]), ("C", ["card 支付"])]) == "'card':1A '支付':2C '付':3C"


def test_the_last_word_may_go_on_and_every_word_must_be_there() -> None:
    assert query_of("card paym") == "'card' & 'paym':*"
    assert query_of("支付接口") == "'支付' & '付接' & '接口'"
    assert query_of("支") == "'支':*"
    assert query_of("card", weights="AB") == "'card':*AB"
    assert query_of(" -- ;") == ""


@pytest.mark.django_db
@given(st.text(max_size=300))
def test_postgresql_reads_whatever_is_written_for_it(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector, %s::tsquery", [vector_of([("A", [text])]), query_of(text)])


@pytest.mark.django_db
@given(st.text(alphabet="ab1 支付接口故障-", min_size=1, max_size=30), st.data())
def test_any_part_of_two_letters_of_a_chinese_text_finds_it(text: str, data: st.DataObject) -> None:
    runs = re.findall("[支付接口故障]+", text)
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    start = data.draw(st.integers(0, len(run) - 1))
    part = run[start : data.draw(st.integers(start + 1, len(run)))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector_of([("A", [text])]), query_of(part)])
        assert cursor.fetchone() == (True,)


# --- In the list ------------------------------------------------------------------------------------------


def found(person: Person, query: str, tab: str = "all") -> set[int]:
    client = Client()
    client.force_login(person)
    listed = client.get("/incidents/", {"q": query, "tab": tab}).content.decode()
    return set(map(int, re.findall(r'id="incident-(\d+)"', listed)))


@pytest.fixture
def engineer(db: None) -> Person:
    return make_person(name="Alice Zhang")


@pytest.fixture
def incident(engineer: Person) -> Incident:
    make_incident(title="Login is slow")
    return make_incident(
        title="Card payments fail 支付接口超时",
        description="The acquirer answers ERR_TIMEOUT from 10.2.3.4",
        service=make_service(name="Refund desk"),
        external_reference="JIRA-4711",
        tags=["checkout", "european union"],
        reporter_name="Rosa Klein",
    )


@pytest.mark.parametrize(
    "query",
    [
        "card",
        "CARD fail",
        "fail car",
        "paym",
        "支付",
        "接口超时",
        "超",
        "时",
        "支付 fail",
        "err_timeout",
        "10.2.3.4",
        "acquirer",
        "refund",
        "jira-4711",
        "4711",
        "checkout",
        "union europ",
        "rosa",
    ],
)
def test_an_incident_is_found_by(engineer: Person, incident: Incident, query: str) -> None:
    assert found(engineer, query) == {incident.pk}


@pytest.mark.parametrize("query", ["ayments", "付超", "card login", "jira-4712", "'", "card'); --"])
def test_nothing_is_found_by(engineer: Person, incident: Incident, query: str) -> None:
    assert found(engineer, query) <= ({incident.pk} if query.startswith("card')") else set())


def test_it_is_found_by_its_number(engineer: Person, incident: Incident) -> None:
    for query in (str(incident.pk), incident.reference, f"inc-{incident.pk}", f"#{incident.pk}"):
        assert incident.pk in found(engineer, query), query
    assert found(engineer, "INC-999999999") == set()


def test_what_is_written_down_later_is_found_too(engineer: Person, incident: Incident) -> None:
    services.add_note(incident, actor=engineer, via="web", text="The firewall drops packets")
    services.acknowledge_incident(incident, actor=engineer, via="web")
    assert found(engineer, "firewall") == {incident.pk}
    services.recover_incident(incident, actor=engineer, via="web", workaround="Switched to the standby")
    assert found(engineer, "standby") == {incident.pk}
    services.assign_incident(incident, actor=engineer, via="web", handler=make_person(name="Wang Wei"))
    assert found(engineer, "wang wei firewall") == {incident.pk}


def test_an_edit_replaces_the_words(engineer: Person, incident: Incident) -> None:
    services.edit_incident(incident, actor=engineer, via="web", title="Cheques bounce")
    assert found(engineer, "cheques") == {incident.pk}
    assert found(engineer, "card") == set()


def test_reporters_do_not_search_what_was_noted_for_colleagues(engineer: Person) -> None:
    reporter = make_person(Role.REPORTER)
    incident = make_incident(title="My card", reporter=reporter)
    services.add_note(incident, actor=engineer, via="web", text="Suspected fraud ring")
    assert found(reporter, "my card") == {incident.pk}
    assert found(reporter, "fraud") == set()
    assert found(engineer, "fraud") == {incident.pk}


def test_a_flood_of_words_never_breaks_a_note(engineer: Person, incident: Incident) -> None:
    """A tsvector holds a megabyte: the index ends before that, the timeline goes on."""
    for number in range(4):
        text = " ".join(f"\U00020000{'𝔘' * 3}w{number}x{word}y" for word in range(2000))[:20_000]
        services.add_note(incident, actor=engineer, via="web", text=text)
    services.add_note(incident, actor=engineer, via="web", text=" ".join(f"w{word}" for word in range(5000)))
    services.add_note(incident, actor=engineer, via="web", text="the last straw")
    assert found(engineer, "acquirer") == {incident.pk}
    assert Incident.objects.filter(pk=incident.pk, events__note="the last straw").exists()


def test_rows_without_words_get_them_by_the_command(engineer: Person, incident: Incident) -> None:
    services.add_note(incident, actor=engineer, via="web", text="The firewall drops packets")
    before = words_kept(incident)
    Incident.objects.update(search=None)
    assert found(engineer, "firewall") == set()
    call_command("index_incidents", missing=True)
    assert found(engineer, "firewall") == {incident.pk}
    assert words_kept(incident) == before


def words_kept(incident: Incident) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(search) FROM incidents_incident WHERE id = %s", [incident.pk])
        return set(cursor.fetchone()[0])


def test_the_full_index_ends_at_its_limit() -> None:
    text = " ".join(f"word{number}" for number in range(MOST_WORDS * 2))
    assert vector_of([("B", [text])]).count(":") == MOST_WORDS
