"""The word lists: kinds of sentences, blame, and the pages on which administrators edit them."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Role
from lifecycle.models import Event
from postmortems.models import ParkedThought, WordList
from postmortems.services import WordingRefused, wordings
from postmortems.shipped import install_wording
from postmortems.wording import (
    SHIPPED,
    SHIPPED_LISTS,
    FaultyWordError,
    Kind,
    blame_hints,
    classify,
    classify_text,
    parse_words,
    split_sentences,
)
from tests.factories import make_person
from tests.postmortems.makers import add_entry, make_postmortem, postmortem_in

KINDS = [
    ("19:35 UTC The release was rolled back", Kind.FACT),
    ("Service was fully restored at 21:05.", Kind.FACT),
    ("We are continuing to monitor, and will provide an update within the next hour.", Kind.FACT),
    ("21:05 恢复支付,持续观察", Kind.FACT),
    ("", Kind.FACT),
    ("The root cause was a bug that had been latent for years.", Kind.ISSUE),
    ("There was no alert on the queue.", Kind.ISSUE),
    ("The runbook was missing a step.", Kind.ISSUE),
    ("缺少容量监控,没有告警", Kind.ISSUE),
    ("根因是配置错误", Kind.ISSUE),
    ("Add an alert on the length of the queue.", Kind.ACTION),
    ("- Introduce a mandatory performance test", Kind.ACTION),
    ("We will improve our deployment process to prevent recurrence.", Kind.ACTION),
    ("增加队列长度的告警", Kind.ACTION),
    ("后续将完善发布流程,避免再次发生", Kind.ACTION),
    # tense: what was, what goes on, what customers saw
    ("On 24 October, from 08:10 to 11:45, users saw errors when signing in.", Kind.FACT),
    ("Our engineering team continues to investigate.", Kind.FACT),
    ("The on-call engineer paged the database team.", Kind.FACT),
    ("Update: we have deployed a fix and are watching recovery.", Kind.FACT),
    ("运维重启了支付网关,10:20 恢复", Kind.FACT),
    ("正在排查数据库连接", Kind.FACT),
    # negation, lack, explanation
    ("The deployment pipeline did not validate the configuration.", Kind.ISSUE),
    ("Alerts were too noisy, and it was unclear who owned the service.", Kind.ISSUE),
    ("The load balancer relies on a control plane which stores its state in a replicated database.", Kind.ISSUE),
    ("The manual failover took too long.", Kind.ISSUE),
    ("监控没有覆盖到队列长度", Kind.ISSUE),
    ("切换依赖人工操作,耗时过长", Kind.ISSUE),
    # imperative, future, purpose
    ("To prevent this from happening again, we are changing the default timeout.", Kind.ACTION),
    ("In the coming weeks, we plan to migrate the remaining clients.", Kind.ACTION),
    ("Runbooks should be extended with a section about failover.", Kind.ACTION),
    ("All teams must run a performance test before a release.", Kind.ACTION),
    ("计划下月完成数据库升级", Kind.ACTION),
    ("对值班人员进行培训", Kind.ACTION),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_a_sentence_is_told_by_its_words(text: str, kind: Kind) -> None:
    assert classify(text, SHIPPED_LISTS).kind is kind


def test_a_sentence_is_judged_with_those_around_it() -> None:
    """What stands in an entry that begins with its moment belongs to the entry; the next line does not."""
    lone = "No new payments will be affected by this."
    assert classify(lone, SHIPPED_LISTS).kind is not Kind.FACT
    judged = list(classify_text(f"11:51 UTC We turned the feature off. {lone}\n{lone}", SHIPPED_LISTS))
    assert [sentence for sentence, _verdict in judged[1:]] == [lone, lone]
    assert [verdict.kind for _sentence, verdict in judged[:2]] == [Kind.FACT, Kind.FACT]
    assert judged[2][1].kind is not Kind.FACT


BLAME = [
    ("Bob forgot to renew the key.", ["name"]),
    ("It was human error.", ["excuse"]),
    ("王芳误操作删除了表。", ["excuse", "name"]),
    ("Bob renewed the key. The check failed to run.", []),
    ("Bobsled did not start", []),
    ("The engineer forgot the key", []),
]


@pytest.mark.parametrize(("text", "kinds"), BLAME)
def test_blame_is_found(text: str, kinds: list[str]) -> None:
    assert [hint.kind for hint in blame_hints(text, ["Bob Stone", "王芳"], SHIPPED_LISTS)] == kinds


def test_sentences_end_where_they_end() -> None:
    text = "Version 4.2 failed, e.g. in Rome. It was back at 10:05! 支付恢复。用户确认\n- next"
    assert split_sentences(text) == [
        "Version 4.2 failed, e.g. in Rome.",
        "It was back at 10:05!",
        "支付恢复。",
        "用户确认",
        "- next",
    ]


def test_entries_of_a_list_are_read_or_refused_by_their_line() -> None:
    assert parse_words("# x\nroot  Cause = 3\nfat-finger*\n\nwe are *ing") == {
        "root cause": 3,
        "fat-finger*": 1,
        "we are *ing": 1,
    }
    for faulty in ("ok\n*", "a*b", "x" * 61, "= 3", "a = b"):
        with pytest.raises(FaultyWordError) as refused:
            parse_words(faulty)
        assert refused.value.line == len(faulty.splitlines())


@pytest.mark.django_db
def test_an_administrator_edits_a_list_and_it_holds_at_once(client: Client) -> None:
    assert {(row.purpose, row.language): row.words for row in WordList.objects.all()} == SHIPPED
    administrator = make_person(Role.ADMINISTRATOR)
    client.force_login(administrator)
    words = WordList.objects.get(purpose="refused", language="en")
    address = words.get_absolute_url()
    assert client.post(address, {"words": "a*b"}).status_code == 400
    assert client.post(address, {"words": words.words + "gremlin*\n"}).status_code == 302
    assert "+ gremlin*" in client.get(address).content.decode()
    postmortem = make_postmortem()
    with pytest.raises(WordingRefused):
        add_entry(postmortem, what="Gremlins in the queue")
    assert ParkedThought.objects.filter(text="Gremlins in the queue").exists()
    assert wordings.suspicious_words("because") == ["because"]
    assert client.post(address, {"shipped": "1"}).status_code == 302
    assert wordings.suspicious_words("gremlins") == []
    assert Event.objects.about(words).filter(verb="set_word_list").count() == 2
    page = client.get(reverse("postmortems:settings-wording"), {"text": "Add an alert"}).content.decode()
    assert "an action" in page
    assert len(wordings.hints_for("It broke because of human error", expected=Kind.FACT)) == 2


@pytest.mark.django_db
def test_others_look_only(client: Client) -> None:
    words = WordList.objects.get(purpose="issue", language="zh")
    client.force_login(make_person(Role.OPERATIONS))
    assert client.get(words.get_absolute_url()).status_code == 200
    assert client.post(words.get_absolute_url(), {"words": "x"}).status_code == 404
    client.force_login(make_person(Role.REPORTER))
    assert client.get(words.get_absolute_url()).status_code == 404


@pytest.mark.django_db
def test_an_issue_that_reads_like_a_plan_is_taken_with_a_hint(client: Client) -> None:
    postmortem = postmortem_in("issues")
    client.force_login(make_person())
    address = reverse("postmortems:command", args=[postmortem.pk, "add_issue"])
    for text, is_hinted in (("Add an alert on the queue", True), ("There was no alert on the queue", False)):
        page = client.post(address, {"text": text, "kind": "process"}, follow=True).content.decode()
        assert postmortem.issues.filter(text=text).exists()
        assert ("reads like an action" in page) is is_hinted


@pytest.mark.django_db
def test_a_newer_product_renews_the_lists_that_nobody_has_edited() -> None:
    edited, other = WordList.objects.filter(language="en").order_by("pk")[:2]
    WordList.objects.filter(pk=other.pk).update(words="old\n")
    wordings.set_word_list(edited, words="mine", actor=make_person(Role.ADMINISTRATOR))
    install_wording()
    edited.refresh_from_db()
    other.refresh_from_db()
    assert edited.words == "mine\n"
    assert other.words == SHIPPED[other.purpose, other.language]
