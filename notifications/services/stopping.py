"""Whether a number takes texts: its owner may refuse them with STOP and take them again with START. Calls go on."""

from notifications.models import StoppedNumber

STOP_WORDS = frozenset(
    {
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"),
        *("停止", "停", "退订", "退訂", "取消", "取消订阅", "td", "t"),
    }
)
START_WORDS = frozenset({"start", "unstop", "yes", "开始", "開始", "恢复", "恢復", "订阅", "訂閱"})
DECORATION = " \t\r\n.,!?;:\"'“”‘’。，！？；：、…-_ "


def stop_texts(number: str) -> bool:
    """No more texts to that number, because its owner said so to us or to the carrier. True where that is new."""
    _row, is_new = StoppedNumber.objects.get_or_create(phone=number)
    return is_new


def start_texts(number: str) -> bool:
    """Its owner takes texts again. True where they had been stopped."""
    deleted, _by_model = StoppedNumber.objects.filter(phone=number).delete()
    return bool(deleted)


def is_stopped(number: str) -> bool:
    return bool(number) and StoppedNumber.objects.filter(phone=number).exists()


def asks_to_stop(text: str) -> bool:
    return plain_word(text) in STOP_WORDS


def asks_to_start(text: str) -> bool:
    return plain_word(text) in START_WORDS


def plain_word(text: str) -> str:
    """What was typed without case, spaces at the ends and punctuation."""
    return text.strip(DECORATION).casefold()
