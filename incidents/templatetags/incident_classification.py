"""What an incident is about and why it has its level, for templates."""

from django import template

from incidents.models import Incident
from incidents.presentation.classification import Classification, classification_of

register = template.Library()


@register.simple_tag
def classification(incident: Incident) -> Classification:
    return classification_of(incident)
