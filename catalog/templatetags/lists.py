"""Names in a row: ``{{ names|listed }}``."""

from django import template

from lifecycle.lists import listed

register = template.Library()
register.filter(listed)
