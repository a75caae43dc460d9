"""What an upload may weigh: refused by its stated length, before a byte is stored."""

from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

LARGEST_REQUEST = 21 * 10 * 1024 * 1024
"""Twenty files of ten megabytes, and the words that go with them."""


class BoundedUploadHandler(FileUploadHandler):
    """Stands before Django's own handlers and leaves the bytes to them. The refusal answers 400."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803 (Django calls it so)
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > LARGEST_REQUEST:
            raise RequestDataTooBig(f"{content_length} bytes are more than an upload may have.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None
