"""Papers to send: good ones, and what people who mean harm would send."""

import io
import struct
import zipfile
import zlib
from functools import cache

import typst
from pypdf import PdfReader, PdfWriter


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int = 40, height: int = 30, *, more: bytes = b"", claims: tuple[int, int] | None = None
) -> bytes:
    """Return a red picture; `claims`: the size that its head names instead."""
    rows = b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", *(claims or (width, height)), 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + more
        + chunk(b"IDAT", zlib.compress(rows, 6))
        + chunk(b"IEND", b"")
    )


@cache
def pdf(pages: int = 1, text: str = "A passport") -> bytes:
    body = "#pagebreak()".join(f"\n{text}, page {page + 1}\n" for page in range(pages))
    made = typst.compile(body.encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


def jpeg() -> bytes:
    """Return the smallest baseline JPEG that decodes: 8 × 8 grey."""
    quantise = b"\xff\xdb\x00\x43\x00" + b"\x01" * 64
    frame = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
    dc = b"\xff\xc4\x00\x14\x00" + b"\x01" + b"\0" * 15 + b"\x00"
    ac = b"\xff\xc4\x00\x14\x10" + b"\x01" + b"\0" * 15 + b"\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x3f"
    return b"\xff\xd8" + quantise + frame + dc + ac + scan + b"\xff\xd9"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("../../evil.html", "<script>alert(1)</script>")
    return out.getvalue()


def pdf_with_script() -> bytes:
    return _before_end(b"8 0 obj\n<</S/JavaScript/JS(app.alert\\(1\\))>>\nendobj\n")


def pdf_with_file() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.add_attachment("evil.exe", b"MZ")
    return _written(writer)


def pdf_with_password() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def pdf_with_hidden_script() -> bytes:
    """Hide the script in a packed list of objects, its name spelled with an escape."""
    packed = zlib.compress(b"9 0 <</S/J#61vaScript/J#53(app.alert(1))>>")
    stream = b"8 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    return _before_end(stream + packed + b"\nendstream\nendobj\n")


def pdf_that_launches() -> bytes:
    return _before_end(b"8 0 obj\n<</S/L#61unch/F(cmd.exe)>>\nendobj\n")


def pdf_bomb() -> bytes:
    """Hide 64 MiB of nothing in a list of objects."""
    packed = zlib.compress(b" " * (64 * 1024 * 1024), 9)
    stream = b"8 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    return _before_end(stream + packed + b"\nendstream\nendobj\n")


def pdf_slow_to_draw() -> bytes:
    """Cross a page with very many lines, in a few kilobytes."""
    lines = zlib.compress(b"0 0 m 600 800 l S\n" * 60_000, 9)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(lines), lines),
    )
    written, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(written))
        written += b"%d 0 obj%bendobj\n" % (number, one)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(places)
    return written + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(written)


def _before_end(more: bytes) -> bytes:
    body, mark, _ = pdf().rpartition(b"startxref")
    return body + more + mark + pdf().rpartition(b"startxref")[2]


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
