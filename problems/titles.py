"""What may stand in a title: one line, no control characters, at most 300 characters."""


def one_line(text: str) -> str:
    """A title goes into mail subjects and text messages."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:300]
