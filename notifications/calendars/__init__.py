"""Duty as iCalendar: shifts read from files of calendar programs, and shifts written for them."""

from notifications.calendars.matching import match
from notifications.calendars.reading import CalendarRefused, Stated, Unread, read_calendar
from notifications.calendars.writing import Entry, write_calendar

__all__ = ["CalendarRefused", "Entry", "Stated", "Unread", "match", "read_calendar", "write_calendar"]
