"""Each phase takes its own content and refuses that of the others."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Person, Role
from incidents.models import ActionItem
from incidents.services import cancel_action
from lifecycle import clock as time
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from postmortems import services
from postmortems.models import Issue, TimelineEntry
from postmortems.presentation import passes_of
from postmortems.services import StaleEdit, WordingRefused
from tests.clock import Clock as Hand
from tests.factories import make_person
from tests.postmortems.makers import add_action, add_entry, add_issue, make_postmortem, postmortem_in

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"actor": None, "via": "web"}


def test_an_issue_has_no_owner_and_no_fix() -> None:
    names = {field.name for field in Issue._meta.get_fields()}
    assert not names & {"owner", "assignee", "comments", "fix"}


@pytest.mark.parametrize(
    "text",
    [
        "The cache failed because nobody warmed it",
        "He should have tested it",
        "因为没有压测,页面变慢",
        "都怪新来的同事",
    ],
)
def test_talk_about_causes_is_refused_and_parked_for_the_issue_phase(text: str) -> None:
    postmortem, engineer = make_postmortem(), make_person()
    entries = postmortem.entries.count()
    for _again in range(2):
        with pytest.raises(WordingRefused) as refused:
            add_entry(postmortem, what=text, actor=engineer)
        assert refused.value.words
        assert "what" in refused.value.errors
    assert postmortem.entries.count() == entries
    parked = postmortem.parked.get()
    assert (parked.text, parked.author) == (text, engineer)


def test_an_override_is_recorded_and_takes_the_text_out_of_the_parking() -> None:
    postmortem = make_postmortem()
    text = "The bank wrote: delayed due to maintenance"
    with pytest.raises(WordingRefused):
        add_entry(postmortem, what=text)
    entry = add_entry(postmortem, what=text, is_override=True)
    assert entry.is_overridden
    assert not postmortem.parked.exists()
    assert postmortem.events.get(verb="add_entry").data["overridden"] == ["due to"]


def test_a_fact_needs_a_source_and_lies_in_the_past() -> None:
    postmortem = make_postmortem()
    with pytest.raises(InputRefused) as refused:
        add_entry(postmortem, source=" ")
    assert set(refused.value.errors) == {"source"}
    with pytest.raises(InputRefused) as refused:
        add_entry(postmortem, happened_at=time.now().replace(year=2999))
    assert set(refused.value.errors) == {"happened_at"}


def test_a_parked_thought_becomes_an_issue_and_leaves_the_parking() -> None:
    postmortem = make_postmortem()
    with pytest.raises(WordingRefused):
        add_entry(postmortem, what="It was slow because of the query")
    services.open_issues(postmortem, **WHO)
    thought = postmortem.parked.get()
    issue = add_issue(postmortem, text="Queries are not measured", parked=thought)
    assert not postmortem.parked.exists()
    assert issue.pass_number == 1


def test_a_stale_edit_is_refused_with_both_texts_at_hand() -> None:
    postmortem = make_postmortem()
    entry = add_entry(postmortem)
    seen = entry.version
    mine = TimelineEntry.objects.get(pk=entry.pk)
    when = entry.happened_at
    services.edit_entry(entry, happened_at=when, what="The ninth call", source="book", expected_version=seen, **WHO)
    with pytest.raises(StaleEdit) as stale:
        services.edit_entry(mine, happened_at=when, what="The tenth call", source="b", expected_version=seen, **WHO)
    assert stale.value.current.what == "The ninth call"
    assert TimelineEntry.objects.get(pk=entry.pk).what == "The ninth call"


def test_the_gates_ask_for_an_entry_an_issue_and_an_answer_to_every_issue() -> None:
    postmortem = make_postmortem()
    for entry in postmortem.entries.all():
        services.remove_entry(entry, **WHO)
    with pytest.raises(TransitionRefused, match="no entry"):
        services.open_issues(postmortem, **WHO)
    add_entry(postmortem)
    services.open_issues(postmortem, **WHO)
    with pytest.raises(TransitionRefused, match="empty"):
        services.open_actions(postmortem, **WHO)
    first, second = add_issue(postmortem), add_issue(postmortem, text="No alarm")
    services.open_actions(postmortem, **WHO)
    add_action(postmortem, issues=[first])
    with pytest.raises(TransitionRefused, match="Every issue"):
        services.publish_postmortem(postmortem, **WHO)
    services.decline_action(second, reason="The new monitor has it", **WHO)
    services.publish_postmortem(postmortem, **WHO)
    assert postmortem.status == "published"


@pytest.mark.parametrize(
    ("name", "value"), [("title", " "), ("type", "hope"), ("owner", None), ("due_on", None), ("issues", [])]
)
def test_an_action_has_exactly_one_owner_a_due_date_a_type_and_an_issue(name: str, value: Any) -> None:
    postmortem = postmortem_in("actions")
    with pytest.raises(InputRefused) as refused:
        add_action(postmortem, **{name: value})
    assert set(refused.value.errors) == {name}
    assert not ActionItem.objects.exists()


def test_an_action_may_not_answer_the_issue_of_another_postmortem() -> None:
    mine, other = postmortem_in("actions"), postmortem_in("actions")
    with pytest.raises(InputRefused):
        add_action(mine, issues=list(other.issues.all()))


def test_an_issue_that_an_action_answers_stays() -> None:
    postmortem = postmortem_in("actions")
    add_action(postmortem)
    services.go_back(postmortem, reason="one is missing", **WHO)
    with pytest.raises(InputRefused, match="action"):
        services.remove_issue(postmortem.issues.get(), **WHO)


def test_going_back_is_possible_recorded_and_counted() -> None:
    postmortem = postmortem_in("published")
    for before in ("actions", "issues", "timeline"):
        services.go_back(postmortem, reason="something was missed", **WHO)
        assert postmortem.status == before
    assert postmortem.times_gone_back == 3
    assert postmortem.events.filter(verb="go_back", note="something was missed").count() == 3
    assert (postmortem.published_at, postmortem.signed_by) == (None, None)


def test_another_pass_over_the_issues_is_recorded_with_what_was_added_in_it() -> None:
    postmortem = postmortem_in("issues")
    services.repeat_pass(postmortem, **WHO)
    assert add_issue(postmortem, text="Nobody on call").pass_number == 2
    services.open_actions(postmortem, **WHO)
    services.go_back(postmortem, reason="one is missing", **WHO)
    assert add_issue(postmortem, text="Nobody was told").pass_number == 3
    passes = passes_of(postmortem, list(postmortem.issues.all()))
    assert [(each.number, each.count, each.is_by_going_back) for each in passes] == [
        (1, 1, False),
        (2, 1, False),
        (3, 1, True),
    ]


def test_a_parked_thought_is_dropped_with_a_reason_that_stays() -> None:
    postmortem = make_postmortem()
    with pytest.raises(WordingRefused):
        add_entry(postmortem, what="Bob forgot it")
    services.open_issues(postmortem, **WHO)
    thought = postmortem.parked.get()
    with pytest.raises(InputRefused):
        services.drop_parked(thought, reason=" ", **WHO)
    services.drop_parked(thought, reason="It was somebody else", **WHO)
    event = postmortem.events.get(verb="drop_parked")
    assert (event.note, event.data["text"]) == ("It was somebody else", "Bob forgot it")


def test_a_cancelled_action_answers_nothing() -> None:
    postmortem = postmortem_in("actions")
    cancel_action(add_action(postmortem), reason="no money", **WHO)
    with pytest.raises(TransitionRefused, match="Every issue"):
        services.publish_postmortem(postmortem, **WHO)


def test_whoever_led_or_started_it_leaves_the_sign_off_to_another_where_there_is_one() -> None:
    lead = make_person(Role.INCIDENT_MANAGER)
    postmortem = postmortem_in("actions", actor=lead)
    add_action(postmortem)
    with pytest.raises(TransitionRefused, match="neither led nor started"):
        services.publish_postmortem(postmortem, actor=lead, via="web")
    Person.objects.exclude(pk=lead.pk).update(is_active=False)
    services.publish_postmortem(postmortem, actor=lead, via="web")
    assert postmortem.signed_by == lead


def test_signing_off_needs_somebody_who_leads_postmortems() -> None:
    postmortem, engineer = postmortem_in("actions"), make_person()
    add_action(postmortem)
    with pytest.raises(NotPermitted):
        services.publish_postmortem(postmortem, actor=make_person(Role.MANAGER), via="web")
    services.publish_postmortem(postmortem, actor=engineer, via="web")
    assert postmortem.signed_by == engineer


def test_a_reporter_writes_nothing() -> None:
    postmortem = make_postmortem()
    with pytest.raises(NotPermitted):
        add_entry(postmortem, actor=make_person(Role.REPORTER))


def test_an_action_may_be_due_on_the_day_that_its_author_has_today(clock: Hand) -> None:
    postmortem = postmortem_in("actions")
    clock.set(datetime(2031, 3, 5, 3, tzinfo=UTC))
    with timezone.override("America/Los_Angeles"):
        add_action(postmortem, due_on=date(2031, 3, 4))
    with pytest.raises(InputRefused), timezone.override("Asia/Shanghai"):
        add_action(postmortem, due_on=date(2031, 3, 4))


def test_a_postmortem_of_the_past_began_then() -> None:
    then = time.now() - timedelta(days=3)
    with time.rehearse(then):
        postmortem = make_postmortem()
    postmortem.refresh_from_db()
    assert (postmortem.started_at, postmortem.status_since) == (then, then)
