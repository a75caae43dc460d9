"""The word lists under the settings, and what they say about a sentence."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from catalog import access
from catalog.access import PersonRequest, for_colleagues
from catalog.permissions import administers
from incidents.forms.fields import LONG
from incidents.views.settings.frame import lock_unless_administrator, save
from lifecycle.models import Event
from postmortems.models.wording import WordList
from postmortems.services import wordings
from postmortems.wording import Kind, classify, parse_words

MOST_CHANGES = 20
KINDS = {
    Kind.FACT: gettext_lazy("a fact"),
    Kind.ISSUE: gettext_lazy("an issue"),
    Kind.ACTION: gettext_lazy("an action"),
}
colleagues_look = access.colleagues_look(administers)


class WordListForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = WordList
        fields = ("words",)
        labels = {"words": gettext_lazy("Words")}  # noqa: RUF012
        widgets = {"words": forms.Textarea({"rows": 18, "spellcheck": "false"})}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "words": gettext_lazy(
                "One word or phrase a line. * at an end of a word stands for any more letters; “= 3” at the end of a "
                "line is its weight, 1 to 9; a line that begins with # is a remark."
            )
        }

    def arguments(self) -> dict[str, Any]:
        return {"words": self.cleaned_data["words"]}


@require_safe
@for_colleagues
def wording_page(request: PersonRequest) -> HttpResponse:
    """The lists, and what they say about a sentence: ``?text=``."""
    text = request.GET.get("text", "").replace("\x00", "")[:LONG]
    context = {
        "lists": WordList.objects.all(),
        "text": text,
        "verdict": _judge(text) if text.strip() else None,
        "may_change": administers(request.user),
    }
    return render(request, "postmortems/wording.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@colleagues_look
def words_page(request: PersonRequest, purpose: str, language: str) -> HttpResponse:
    """One list; with ``shipped`` in the post it becomes what the product came with."""
    words_of = get_object_or_404(WordList, purpose=purpose, language=language)
    is_posted = request.method == "POST"
    if is_posted and "shipped" in request.POST:
        wordings.set_word_list(words_of, words=wordings.shipped_words(words_of), actor=request.user)
        messages.success(request, _("The list is as it was shipped."))
        return redirect("postmortems:settings-wording")
    form = WordListForm(request.POST if is_posted else None, instance=get_object_or_404(WordList, pk=words_of.pk))
    if is_posted and save(form, wordings.set_word_list, words_of, actor=request.user) is not None:
        messages.success(request, _("The list is changed. It holds from the next text on."))
        return redirect("postmortems:settings-wording")
    lock_unless_administrator(request, [form])
    context = {
        "form": form,
        "list": words_of,
        "changes": _changes(words_of),
        "is_shipped": words_of.words == wordings.shipped_words(words_of),
        "may_change": administers(request.user),
    }
    return render(request, "postmortems/words.html", context, status=400 if form.errors else 200)


def _judge(text: str) -> dict[str, Any]:
    verdict = classify(text, wordings.lists_in_force())
    return {
        "kind": KINDS[verdict.kind],
        "words": verdict.words,
        "scores": [(KINDS[kind], score) for kind, score in verdict.scores.items()],
        "refused": wordings.suspicious_words(text),
        "hints": wordings.blame_hints(text),
    }


def _changes(words_of: WordList) -> list[dict[str, Any]]:
    """The latest changes of a list: who, when, which lines came and went."""
    events = Event.objects.about(words_of).select_related("actor").order_by("-pk")[:MOST_CHANGES]
    return [{"event": event, **_difference(event)} for event in events]


def _difference(event: Event) -> dict[str, Any]:
    before, after = (parse_words(event.data.get(side, {}).get("words", "")) for side in ("before", "after"))
    came = [
        f"{entry} = {weight}" if weight > 1 else entry for entry, weight in after.items() if before.get(entry) != weight
    ]
    return {"came": came, "went": [entry for entry in before if entry not in after]}
