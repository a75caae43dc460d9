"""The new words of a reply, against the recorded replies of a dozen mail programs and what their projects expect."""

import json
import time

import pytest

from incidents.intake.parsing import parse
from incidents.intake.reply import visible_reply, without_quotes
from tests.incidents.mails import RECORDED, recorded, recorded_path

EXPECTED = json.loads((RECORDED / "expected_replies.json").read_text("utf-8")) if RECORDED.is_dir() else {}
IN_WORDS = {
    "email_1_1.txt": ("Hi folks", "Java HTTP API."),
    "email_1_3.txt": ("Oh thanks.", "would be great."),
    "email_1_4.txt": ("Awesome!", "another problem with it."),
    "email_1_6.txt": ("I get proper", "torch of pixels"),
    "email_1_7.txt": (":+1:", ":+1:"),
    "correct_sig.txt": ("this is an email", "-- signature."),
}


def trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


@pytest.mark.parametrize("name", EXPECTED.get("talon", {}))
def test_quotes_are_found_in_the_replies_of_many_programs(name: str) -> None:
    assert trimmed(without_quotes(parse(recorded(f"talon/{name}")).text)) == trimmed(EXPECTED["talon"][name])


@pytest.mark.parametrize("name", EXPECTED.get("email_reply_parser", {}))
def test_quotes_and_signatures_are_found_in_recorded_bodies(name: str) -> None:
    found = visible_reply(recorded(f"email_reply_parser/{name}").decode())
    if name in IN_WORDS:
        first, last = IN_WORDS[name]
        assert found.startswith(first)
        assert found.endswith(last)
        assert ">" not in found
    else:
        assert trimmed(found) == trimmed(EXPECTED["email_reply_parser"][name])


def test_the_recordings_are_all_judged() -> None:
    recorded_path()
    assert (len(EXPECTED["talon"]), len(EXPECTED["email_reply_parser"])) == (12, 14)


@pytest.mark.parametrize(
    "quotation",
    [
        "On Sat, 21 Nov 2026 at 09:00, Mainstay <incidents@example.com> wrote:\n> Is it well again?",
        "On Sat, 21 Nov 2026 at 09:00, Mainstay\n<incidents@example.com> wrote:\n\n> Is it well again?",
        "On 21 Nov 2026, at 09:00, Mainstay wrote:\n\nIs it well again?",
        "Am 21.11.2026 um 09:00 schrieb Mainstay:\n> Geht es wieder?",
        "Le sam. 21 nov. 2026 à 09:00, Mainstay <incidents@example.com> a écrit :\n> Ça marche ?",
        "El sáb, 21 nov 2026 a las 9:00, Mainstay (<incidents@example.com>) escribió:\n> ¿Funciona?",
        "在 2026年11月21日 09:00，Mainstay <incidents@example.com> 写道：\n> 好了吗？",
        "Mainstay <incidents@example.com> 于2026年11月21日周六 09:00写道：\n> 好了吗？",
        "2026年11月21日(土) 9:00 Mainstay <incidents@example.com>のメッセージ:\n> 直りましたか",
        "2026년 11월 21일 (토) 오전 9:00, Mainstay <incidents@example.com>님이 작성:\n> 괜찮습니까?",
        "-----Original Message-----\nFrom: Mainstay\nSubject: x\n\nIs it well again?",
        "-------- 原始邮件 --------\n发件人: Mainstay\n日期: 2026\n主题: x\n\n好了吗",
        "__________\nFrom: Mainstay <incidents@example.com>\nSent: Saturday\nTo: Rita\nSubject: x\n\nHi",
        "*Von:* Mainstay\n*Gesendet:* Samstag\n*An:* Rita\n*Betreff:* x\n\nGeht es wieder?",
        "发件人: Mainstay\n发送时间: 2026年11月21日\n收件人: Rita\n主题: x\n\n好了吗",
        "差出人: Mainstay\n送信日時: 2026年11月21日\n宛先: Rita\n件名: x\n\n直りましたか",
    ],
)
@pytest.mark.parametrize("signature", ["", "\n\n-- \nRita\nShop Ltd", "\n\nSent from my iPhone", "\n\n发自我的 iPhone"])
def test_only_the_new_words_remain(quotation: str, signature: str) -> None:
    assert visible_reply(f"Still broken.\nSince nine.{signature}\n\n{quotation}\n") == "Still broken.\nSince nine."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday it worked, as I wrote:\nnow it does not.",
        "From: the shop's point of view\nall is lost.",
        "We see -- every minute -- an error.",
        "- first\n- second",
        "Sent from my desk, since nine.",
        "1 > 0 always",
    ],
)
def test_words_that_only_look_like_a_quotation_stay(text: str) -> None:
    assert visible_reply(text) == text


def test_answers_between_the_lines_keep_what_they_answer() -> None:
    text = "On 1 Nov 2026, A <a@b.example> wrote:\n> Since when?\n\nNine.\n\n> Where?\n\nBerlin.\n\n> Bye\n"
    assert "> Since when?" in visible_reply(text)
    assert visible_reply(text).endswith("Berlin.")


def test_a_forwarded_mail_without_own_words_is_kept() -> None:
    text = "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: x\nSubject: y\n\nHelp."
    assert visible_reply(text) == text


@pytest.mark.parametrize("line", ["> ", ">" * 50, "On ", "From: a", "--", "_____", "On 1 wrote", "wrote:", "-a b c"])
def test_no_text_takes_long(line: str) -> None:
    started = time.monotonic()
    visible_reply("\n".join([line] * (64 * 1024 // (len(line) + 1))))
    visible_reply(line * (64 * 1024 // len(line)))
    assert time.monotonic() - started < 5
