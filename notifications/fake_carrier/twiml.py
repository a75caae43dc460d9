"""Reads TwiML, the XML in which the product answers, into verbs."""

from dataclasses import dataclass
from xml.etree import ElementTree


class TwimlError(ValueError):
    """The document is not TwiML (Twilio's error 12100)."""


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class Play:
    url: str


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Hangup:
    pass


@dataclass(frozen=True)
class Redirect:
    url: str
    method: str


@dataclass(frozen=True)
class Gather:
    """``num_digits`` 0 means no limit; ``finish_on_key`` "" means no such key."""

    action: str
    method: str
    num_digits: int
    timeout_seconds: float
    finish_on_key: str
    posts_empty_result: bool
    prompts: tuple[Say | Play | Pause, ...]


@dataclass(frozen=True)
class SendMessage:
    body: str
    to_number: str


@dataclass(frozen=True)
class Unknown:
    name: str


Verb = Say | Play | Pause | Hangup | Redirect | Gather | SendMessage | Unknown


def parse(document: str) -> tuple[Verb, ...]:
    """The verbs of a <Response>; an empty body is an empty response. Raises TwimlError."""
    if not document.strip():
        return ()
    if "<!DOCTYPE" in document:
        raise TwimlError("A document type is not allowed in TwiML.")
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - no document type, so no entities
    except ElementTree.ParseError as error:
        raise TwimlError(str(error)) from error
    if root.tag != "Response":
        raise TwimlError(f"The document is a <{root.tag}>, not a <Response>.")
    return tuple(_verb(element) for element in root)


def _verb(element: ElementTree.Element) -> Verb:
    match element.tag:
        case "Hangup" | "Reject":
            return Hangup()
        case "Redirect":
            return Redirect(_text(element), element.get("method", "POST"))
        case "Gather":
            return _gather(element)
        case "Message" | "Sms":
            body = element.find("Body")
            return SendMessage(_text(element if body is None else body), element.get("to", ""))
    return _prompt(element) or Unknown(element.tag)


def _prompt(element: ElementTree.Element) -> Say | Play | Pause | None:
    match element.tag:
        case "Say":
            # loop="0" means for ever; a person hangs up long before, so it is said once here.
            return Say(" ".join([_text(element)] * (int(element.get("loop", "1")) or 1)))
        case "Play":
            return Play(_text(element))
        case "Pause":
            return Pause(float(element.get("length", "1")))
    return None


def _gather(element: ElementTree.Element) -> Gather:
    return Gather(
        action=element.get("action", ""),
        method=element.get("method", "POST"),
        num_digits=int(element.get("numDigits", "0")),
        timeout_seconds=float(element.get("timeout", "5")),
        finish_on_key=element.get("finishOnKey", "#"),
        posts_empty_result=element.get("actionOnEmptyResult", "false") == "true",
        prompts=tuple(prompt for child in element if (prompt := _prompt(child))),
    )


def _text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())
