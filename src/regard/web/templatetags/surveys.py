"""How pages for the staff show what a survey asks."""

from django import template

from regard.listen.surveys.questions import Definition, Text

register = template.Library()


@register.filter
def in_first(text: Text, definition: Definition) -> str:
    """A text in the survey's first language."""
    return text.get(definition.languages[0], "")
