"""A month in an address: /reports/2026-10/."""

from django.urls import register_converter

from reports.period import Month


class MonthConverter:
    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> Month:
        return Month.parse(value)

    def to_url(self, value: Month | str) -> str:
        return str(value)


register_converter(MonthConverter, "month")
