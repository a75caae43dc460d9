"""The page that takes in postmortems written elsewhere."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from incidents.views.asking import colleague_of
from lifecycle.models import Via
from postmortems import permissions
from postmortems.imports.running import (
    ENDINGS,
    FAULTY,
    LARGEST_FILE,
    NamedText,
    bounded,
    import_texts,
    read_archive,
)
from postmortems.imports.writing import CREATED, KEPT, UNCHANGED, UPDATED

MOST_UPLOADS = 20
LARGEST_ARCHIVE = 20 * 1024 * 1024
OUTCOMES = {
    CREATED: gettext_lazy("imported"),
    UPDATED: gettext_lazy("imported anew"),
    UNCHANGED: gettext_lazy("the same as before"),
    KEPT: gettext_lazy("kept as it is: somebody has worked on it here"),
    FAULTY: gettext_lazy("could not be read"),
}


class Files(forms.FileField):
    """Several files."""

    widget = type("ManyFiles", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        files = [super(Files, self).clean(one, initial) for one in given[:MOST_UPLOADS] if one]
        if not files:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(given) > MOST_UPLOADS:
            raise ValidationError(_("At most %(most)s files at once.") % {"most": MOST_UPLOADS})
        return files


class ImportForm(forms.Form):
    uploads = Files(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("Markdown (.md), or a .zip with many of them. With front matter or without."),
    )
    is_dry = forms.BooleanField(label=gettext_lazy("Only look: write nothing"), required=False)

    def clean_uploads(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["uploads"]
        for file in files:
            if not str(file.name).lower().endswith((*ENDINGS, ".zip")):
                raise ValidationError(_("“%(name)s” is neither Markdown nor a zip archive.") % {"name": file.name})
            if file.size > (LARGEST_ARCHIVE if str(file.name).lower().endswith(".zip") else LARGEST_FILE):
                raise ValidationError(_("“%(name)s” is too large.") % {"name": file.name})
        return files


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """POST imports; the page then tells what became of each file."""
    person = colleague_of(request)
    if not permissions.leads(None, person):
        raise Http404
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method != "POST" or not form.is_valid():
        return render(request, "postmortems/import.html", {"form": form}, status=400 if form.errors else 200)
    files = form.cleaned_data["uploads"]
    told = import_texts(
        _texts(files), name=files[0].name, actor=person, owner=None, via=Via.WEB, is_dry=form.cleaned_data["is_dry"]
    )
    rows = [{"told": line, "outcome": OUTCOMES[line.outcome]} for line in told]
    context = {"form": ImportForm(), "rows": rows, "was_dry": form.cleaned_data["is_dry"]}
    return render(request, "postmortems/import.html", context)


def _texts(files: list[Any]) -> Iterator[NamedText]:
    for file in files:
        content = file.read()
        if not file.name.lower().endswith(".zip"):
            yield bounded(file.name, content)
            continue
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
        except zipfile.BadZipFile:
            yield NamedText(file.name, fault=_("This is no zip archive."))
            continue
        yield from read_archive(file.name, archive)
