"""An incident in an address, by its running number as people write it: /incidents/INC-12/ or /incidents/12/."""

from django.urls import register_converter


class NumberConverter:
    regex = "(?:[Ii][Nn][Cc]-)?[0-9]{1,15}"

    def to_python(self, value: str) -> int:
        return int(value.rpartition("-")[2])

    def to_url(self, value: int | str) -> str:
        return str(value)


register_converter(NumberConverter, "number")
