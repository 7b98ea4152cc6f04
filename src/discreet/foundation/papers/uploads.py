"""Taking an upload without letting it touch a disk unsealed, and without reading more of it than is ever kept.

Django's own handlers write what is large into a temporary folder, in clear.

@takes_paper
def upload(request: HttpRequest, token: str) -> HttpResponseBase:
    content = uploaded(request)
"""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Concatenate, ParamSpec

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from discreet.foundation.papers.refusals import PaperMissing, PaperTooLarge
from discreet.foundation.papers.rules import MIB, MOST_BYTES, Seen

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
FIELD = "paper"
_MOST_BODY = MOST_BYTES + 64 * 1024  # the form's other fields and the borders between them


class MemoryOnly(FileUploadHandler):
    """Keeps one file in memory, up to what is taken; what goes on is dropped with its connection."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._parts: list[bytes] = []
        self._size = 0
        self._files = 0
        self.is_over = False

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self._files += 1
        if self._files > 1:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > MOST_BYTES:
            self._parts.clear()
            self.is_over = True
            raise StopUpload(connection_reset=True)
        self._parts.append(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        content, self._parts = b"".join(self._parts), []
        # Whatever the sender called it is not kept: a file's name is personal data, and may be a path.
        return InMemoryUploadedFile(BytesIO(content), self.field_name, FIELD, None, len(content), None)


def takes_paper(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> View[P]:
    """Read the request's file in memory only, bounded, before the form's own token is checked."""
    protected = csrf_protect(view)

    @csrf_exempt  # checked by `protected`, once the handler stands: the check itself reads the body
    @wraps(view)
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.upload_handlers = [MemoryOnly(request)]
        return protected(request, *args, **kwargs)

    return run


def refuse_too_large(request: HttpRequest) -> None:
    """Refuse by what the request says of itself, before anything is read.

    Raises:
        PaperTooLarge: longer than the largest paper.
    """
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > _MOST_BODY:
        raise PaperTooLarge(mib=MOST_BYTES // MIB)


def says(request: HttpRequest) -> Seen | None:
    """Return what the sender says that the paper is; None where they say nothing that is known."""
    said = request.POST.get("says", "")
    return Seen(said) if said in set(Seen) else None


def uploaded(request: HttpRequest) -> bytes:
    """Return the file's bytes.

    Raises:
        PaperMissing: none came.
        PaperTooLarge: it went on after what is kept.
    """
    file = request.FILES.get(FIELD)
    if any(handler.is_over for handler in request.upload_handlers if isinstance(handler, MemoryOnly)):
        raise PaperTooLarge(mib=MOST_BYTES // MIB)
    if file is None:
        raise PaperMissing
    content: bytes = file.read()
    return content
