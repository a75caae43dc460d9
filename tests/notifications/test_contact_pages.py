"""The pages about how one is reached, the one-time links and the buttons on a phone."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from catalog.services import add_person, verify_phone
from incidents.models.status import Status
from notifications.channels import ChannelError, Message
from notifications.channels.voice import script
from notifications.models import Channel, Delivery, DeliveryStatus, Escalation, PersonalRule, StoppedNumber
from notifications.services.dispatching import dispatch_events
from notifications.services.links import make_link
from notifications.services.testing import AN_HOUR, send_test_page
from notifications.services.verifying import code_of
from tests.factories import make_incident, make_person
from tests.notifications.outbox import make_page

pytestmark = pytest.mark.django_db
PAGES = ["/me/phone/", "/me/paging/"]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def lines(urgency: str, *rows: tuple[str, list[str]], **more: Any) -> dict[str, Any]:
    """A posted list of rules."""
    form: dict[str, Any] = {
        "urgency": urgency,
        f"{urgency}-TOTAL_FORMS": len(rows),
        f"{urgency}-INITIAL_FORMS": 0,
    }
    for place, (after, channels) in enumerate(rows):
        form[f"{urgency}-{place}-after"] = after
        form[f"{urgency}-{place}-channels"] = channels
    return {**form, **more}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_they_are_for_colleagues(db: None) -> None:
    reporter = signed_in(make_person(Role.REPORTER))
    for path in PAGES:
        assert Client().get(path)["Location"].startswith("/login/")
        assert reporter.get(path).status_code == 404
    assert reporter.post("/me/paging/test/", {"channel": "sms"}).status_code == 404
    assert "/me/paging/" not in text_of(reporter.get("/catalog/me/"))


def test_a_number_is_verified_on_the_page() -> None:
    person = add_person(username="new", name="New", roles=["operations"], phone="+8613912345678")
    client = signed_in(person)
    assert "/me/phone/" in text_of(client.get("/catalog/me/"))
    assert client.post("/me/phone/", {"do": "sms"}).status_code == 302
    delivery = Delivery.objects.get()
    assert code_of(delivery) not in text_of(client.get("/me/phone/"))
    assert client.post("/me/phone/", {"do": "confirm", "code": "x"}).status_code == 400
    assert client.post("/me/phone/", {"do": "confirm", "code": code_of(delivery)}).status_code == 302
    assert "This number is verified" in text_of(client.get("/me/phone/"))


@pytest.mark.parametrize("form", [{}, {"do": "fax"}, {"do": "confirm"}, {"do": "confirm", "code": "\0'" * 50}])
def test_nonsense_gets_a_sentence(form: dict[str, str]) -> None:
    person = add_person(username="new", name="New", roles=["operations"], phone="+8613912345678")
    answer = signed_in(person).post("/me/phone/", form)
    assert answer.status_code == 400
    assert 'role="alert"' in text_of(answer)
    assert not Delivery.objects.exists()


def test_rules_are_saved_merged_and_told_in_a_sentence() -> None:
    person = make_person()
    client = signed_in(person)
    assert "phone call, SMS, e-mail at once" in text_of(client.get("/me/paging/"))
    form = lines("important", ("2", ["sms"]), ("", ["voice"]), ("2", ["email"]), ("7", []))
    assert client.post("/me/paging/", form).status_code == 302
    assert list(PersonalRule.objects.values_list("urgency", "after", "channels").order_by("after")) == [
        ("important", rule.after, rule.channels) for rule in PersonalRule.objects.order_by("after")
    ]
    assert [rule.channels for rule in PersonalRule.objects.order_by("after")] == [["voice"], ["sms", "email"]]
    assert "phone call at once; SMS, e-mail after 2 min" in text_of(client.get("/me/paging/"))
    assert client.post("/me/paging/", lines("important", ("", []))).status_code == 302
    assert not PersonalRule.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"urgency": "urgent"},
        {"urgency": "default"},
        lines("default", ("61", ["sms"])),
        lines("default", ("-1", ["sms"])),
        lines("default", ("x", ["sms"])),
        lines("default", ("1", ["chat"])),
        lines("default", *[("1", ["sms"])] * 9),
        lines("default", **{"default-TOTAL_FORMS": "99999999999"}),
    ],
)
def test_rules_that_cannot_be_are_refused(form: dict[str, Any]) -> None:
    answer = signed_in(make_person()).post("/me/paging/", form)
    assert answer.status_code == 400
    assert 'role="alert"' in text_of(answer)
    assert not PersonalRule.objects.exists()


def test_whoever_would_sleep_through_it_is_told() -> None:
    person = add_person(
        username="new", name="New", roles=["operations"], email="new@example.com", phone="+8613912345678"
    )
    client = signed_in(person)
    assert "Calls do not reach you, because your number is not verified" in text_of(client.get("/me/paging/"))
    client.post("/me/paging/", lines("important", ("0", ["sms"])))
    assert "None of these ways reaches you" in text_of(client.get("/me/paging/"))
    client.post("/me/paging/", lines("important", ("10", ["email"])))
    page = text_of(client.get("/me/paging/"))
    assert "No phone call is among them" in page
    assert "The first message comes late" in page


def test_a_test_page_to_oneself_shows_what_becomes_of_it() -> None:
    person = make_person()
    client = signed_in(person)
    assert client.post("/me/paging/test/", {"channel": "sms"}).status_code == 302
    delivery = Delivery.objects.get()
    assert "reply 4" in delivery.body
    assert delivery.segments == 1
    Delivery.objects.update(status=DeliveryStatus.DELIVERED, reached_by="reply 4", reached_at="2026-11-21T07:02Z")
    page = text_of(client.get("/me/paging/"))
    assert "replied 4" in page
    assert "Last proof: 2026-11-21 07:02" in page


def test_a_test_page_says_why_it_cannot_come() -> None:
    person = make_person()
    StoppedNumber.objects.create(phone=person.phone)
    answer = signed_in(person).post("/me/paging/test/", {"channel": "sms"}, follow=True)
    assert "The person stopped texts to this number; calls go on." in text_of(answer)
    assert "You stopped texts to this number" in text_of(answer)


def test_test_pages_are_few() -> None:
    client = signed_in(make_person())
    for _turn in range(AN_HOUR + 2):
        client.post("/me/paging/test/", {"channel": "email"})
    client.post("/me/paging/test/", {"channel": "chat"})
    assert Delivery.objects.count() == AN_HOUR


def test_the_pages_ask_the_database_little() -> None:
    person = make_person()
    client = signed_in(person)
    for path in PAGES:
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get(path)
        assert len(few) <= 26, path


def test_the_link_of_a_test_mail_proves_that_it_came() -> None:
    person = make_person()
    delivery = send_test_page(person, actor=person, channel=Channel.EMAIL)
    path = f"/a/{make_link(delivery)}/"
    assert "It has reached me" in text_of(Client().get(path))
    assert Client().post(path).status_code == 200
    delivery.refresh_from_db()
    assert delivery.reached_by == "link"
    assert "older than 30 minutes" in text_of(Client().post(path))


def test_a_link_pages_the_next_person_for_whoever_cannot_come() -> None:
    person = make_person()
    (page,) = make_page("email", recipient=person)
    dispatch_events()
    before = Escalation.objects.get().next_due_at
    path = f"/a/{make_link(page)}/"
    answer = Client().post(path, {"do": "escalate"})
    assert "The next person is paged now." in text_of(answer)
    page.about.refresh_from_db()
    assert page.about.status == Status.REPORTED
    after = Escalation.objects.get()
    assert after.next_due_at <= before  # type: ignore[operator]
    assert after.brought_forward is not None
    assert "used already" in text_of(Client().post(path, {"do": "acknowledge"}))


def test_the_card_passes_the_page_on() -> None:
    incident = make_incident()
    dispatch_events()
    person = make_person()
    client = signed_in(person)
    path = f"/pages/{incident.pk}/pass-on/"
    assert path in text_of(client.get(f"/incidents/{incident.pk}/card/"))
    answer = client.post(path, follow=True)
    assert "The next person is paged now." in text_of(answer)
    assert Escalation.objects.get().brought_forward is not None
    assert signed_in(make_person(Role.REPORTER)).post(path).status_code == 404
    assert signed_in(make_person(Role.MANAGER)).post(path).status_code == 404


def test_other_teams_see_a_number_masked_wherever_it_stands() -> None:
    person = add_person(
        username="paged", name="Paged", roles=["operations"], phone="+8613912345678", email="p@example.com"
    )
    (page,) = make_page("sms", recipient=verify_phone(person))
    said = str(ChannelError("The 'To' number +8613912345678 is not valid; 8613912345678."))
    Delivery.objects.update(status=DeliveryStatus.FAILED, error_code="21211", error=said)
    stranger = signed_in(make_person(Role.MANAGER))
    paths = ["/catalog/people/", f"/catalog/people/{person.pk}/", page.about.get_absolute_url(), "/pager/", "/oncall/"]
    for path in [*paths, "/api/v1/people/"]:
        answer = stranger.get(path)
        assert answer.status_code == 200, path
        assert "13912345678" not in text_of(answer), path
    assert said == "The 'To' number +86 •••• 5678 is not valid; 861 •••• 5678."


def test_s14_markup_in_a_title_is_no_instruction_to_the_carrier() -> None:
    title = "<Dial>+19005551234</Dial><speak><break time='60s'/></speak> & 'more'"
    message = Message(
        token="token", reference="INC-1", purpose="page", destination="", subject="", body=title, language="en"
    )
    document = ElementTree.fromstring(script(message))  # noqa: S314 (made by us)
    assert {element.tag for element in document.iter()} <= {"Response", "Gather", "Say", "Hangup"}
    assert title in "".join(document.itertext())
