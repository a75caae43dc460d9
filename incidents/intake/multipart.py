"""The fields of a multipart form as raw bytes. Mails come in such forms as fields of many megabytes, and in charsets of
their own; Django's parser takes fields to be short, and UTF-8."""

from email.parser import BytesHeaderParser
from email.policy import compat32

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

MOST_FIELDS = 300


def read_form(
    body: bytes, content_type: str
) -> tuple[QueryDict, "MultiValueDict[str, SimpleUploadedFile]", dict[str, bytes]]:
    """Fields, files, and the raw bytes of each field. Raises ValueError where it is no such form."""
    fields, files, raw = QueryDict(mutable=True), MultiValueDict[str, SimpleUploadedFile](), {}
    for head, content in _parts(body, _boundary(content_type)):
        name, filename, kind = head
        if filename:
            files.appendlist(name, SimpleUploadedFile(filename, content, kind))
        else:
            fields.appendlist(name, content.decode("utf-8", "replace"))
            raw[name] = content
    return fields, files, raw


def _boundary(content_type: str) -> bytes:
    head = BytesHeaderParser(policy=compat32).parsebytes(f"Content-Type: {content_type}\n\n".encode("utf-8", "replace"))
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or not boundary:
        raise ValueError("not a multipart form")
    return boundary.encode("utf-8", "replace")


def _parts(body: bytes, boundary: bytes) -> list[tuple[tuple[str, str, str], bytes]]:
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--") or len(pieces) > MOST_FIELDS:
        raise ValueError("not a whole multipart form")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> tuple[tuple[str, str, str], bytes]:
    head, _, content = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = BytesHeaderParser(policy=compat32).parsebytes(head + b"\r\n\r\n")
    name = headers.get_param("name", "", header="content-disposition")
    return (str(name), str(headers.get_filename() or ""), headers.get_content_type()), content
