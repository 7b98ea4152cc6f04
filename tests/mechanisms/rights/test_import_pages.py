"""Lists on the desk: looked over before anything is imported, sealed while they wait, one batch a kind."""

import io
import os
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from discreet.mechanisms.rights.actions.drafts import draft_path, drop_old_lists, list_content
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.lists.file import read_content
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.refusals import NoDraft
from tests.mechanisms.rights.company import AGENT

pytestmark = [pytest.mark.duty("M8.5"), pytest.mark.django_db]
LIST = b"kind,email,residence\nerasure,ann@example.com,DE\n\xe6\xb3\xa8\xe9\x94\x80,bob@example.com,CN\nerasure,nobody,DE\n"


def uploaded(desk: Client, content: bytes = LIST, **more: str) -> str:
    answer = desk.post("/desk/requests/import/", {"file": SimpleUploadedFile("list.csv", content), **more})
    assert answer.status_code == 302
    return str(answer["Location"])


def draft_of(address: str) -> str:
    return address.split("/import/")[1].split("/")[0]


def test_a_list_is_looked_over_before_anything_is_imported(desk: Client) -> None:
    address = uploaded(desk)
    page = desk.get(address).content.decode()
    assert "2 requests are right" in page and "1 line is wrong" in page
    assert '<bdi class="mono">nobody</bdi>' in page
    assert not RightsRequest.objects.exists()
    on_disk = draft_path(draft_of(address)).read_bytes()
    assert b"ann@example.com" not in on_disk
    assert os.stat(draft_path(draft_of(address))).st_mode & 0o777 == 0o600


def test_the_wrong_cell_is_shown_as_text_and_cut_short(desk: Client) -> None:
    lines = [
        "kind,email,residence",
        "<b>x</b>,ann@example.com,DE",
        f"erasure,{'n' * 90},DE",
        "erasure,a\u202eb,DE",
    ]
    page = desk.get(uploaded(desk, "\n".join(lines).encode())).content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in page and "<b>x</b>" not in page
    assert "n" * 60 + "…" in page and "n" * 61 not in page
    assert "a\ufffdb" in page and "\u202e" not in page


def test_what_is_wrong_is_told_without_what_stands_there_outside_the_preview() -> None:
    file = read_content(LIST)
    assert file.cells == {4: "nobody"}
    assert "nobody" not in repr(file.errors)


def test_a_wrong_line_is_left_out_only_where_that_is_said(desk: Client) -> None:
    address = uploaded(desk)
    assert desk.post(address, {}).status_code == 422
    assert not RightsRequest.objects.exists()
    answer = desk.post(address, {"skip_bad": "yes"})
    assert answer.status_code == 302 and "/desk/batches/B-" in answer["Location"]
    kinds = RightsRequest.objects.order_by("pk").values_list("kind", flat=True)
    assert sorted(kinds) == ["account_closure", "erasure"]
    assert not draft_path(draft_of(address)).exists()
    assert desk.get(address).status_code == 404


def test_a_dropped_list_imports_nothing_and_its_key_is_gone(desk: Client) -> None:
    address = uploaded(desk)
    draft = draft_of(address)
    kept = draft_path(draft).read_bytes()
    assert desk.post(f"/desk/requests/import/{draft}/drop/").status_code == 302
    draft_path(draft).write_bytes(kept)  # as a backup would bring it back
    with pytest.raises(NoDraft):
        list_content(actor=AGENT, draft=draft)
    assert not RightsRequest.objects.exists()


def test_a_list_that_nobody_imports_is_destroyed_after_a_day(desk: Client) -> None:
    draft = draft_of(uploaded(desk))
    assert drop_old_lists(timezone.now()) == 0
    assert drop_old_lists(timezone.now() + timedelta(hours=25)) >= 1
    assert not draft_path(draft).exists()


@pytest.mark.parametrize("name", ["..", "list_..", "list_nobody", "%2e%2e"])
def test_a_name_that_is_no_lists_leads_nowhere(desk: Client, name: str) -> None:
    assert desk.get(f"/desk/requests/import/{name}/").status_code == 404


def test_a_batch_is_proven_for_one_reason_on_its_page(desk: Client) -> None:
    content = "kind,email\n" + "".join(f"erasure,p{place}@example.com\n" for place in range(3))
    address = uploaded(desk, content.encode())
    batch = desk.post(address, {})["Location"]
    assert "3 people wait for proof of identity" in desk.get(batch).content.decode()
    assert desk.post(f"{batch}verify/", {"reason": ""}).status_code == 422
    desk.post(f"{batch}verify/", {"reason": "Signed list of the works council"})
    assert RightsRequest.objects.filter(verified_at__isnull=False).count() == 3


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def sheet_that_claims(dimension: str, *, second_row: int) -> bytes:
    """Return a workbook of two rows that says of itself that it is far larger."""
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for row, text in ((1, "email"), (second_row, "ann@example.com"))
    )
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(("email",)))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))
    return made.getvalue()


@pytest.mark.promise(13)
@pytest.mark.timeout(60)  # read as wide and as long as it says, it would take most of an hour
def test_a_workbook_does_not_say_itself_how_much_of_it_is_read() -> None:
    few = read_content(sheet_that_claims("A1:XFD1048576", second_row=2000))
    assert [(one.line, one.claim.email) for one in few.asked] == [(2000, "ann@example.com")]
    for dimension in ("A1:XFD1048576", "A1:A2"):
        far = read_content(sheet_that_claims(dimension, second_row=1_048_576))
        assert [one.code for one in far.errors] == ["import.too_many_lines"]


def test_a_workbook_is_read_as_it_looks() -> None:
    blob = workbook(
        ("请求类型", "手机号", "居住地"), ("删除", 13800138000, "CN"), (), ("知情", "+49 30 1234567", "DE")
    )
    file = read_content(blob)
    assert [(one.kind, one.claim.phone) for one in file.asked] == [
        (Kind.ERASURE, "13800138000"),
        (Kind.KNOW, "+49 30 1234567"),
    ]
    assert file.encoding == "xlsx" and not file.errors


@pytest.mark.parametrize(
    "blob",
    [b"PK\x03\x04 no zip", workbook(), workbook(("colour",), ("red",)), b"", b"\x00" * 100],
    ids=["torn", "empty", "columns", "nothing", "zeros"],
)
def test_what_is_no_list_is_refused_in_words(blob: bytes) -> None:
    file = read_content(blob)
    assert not file.asked and file.errors


def test_a_correction_cannot_come_in_a_list() -> None:
    file = read_content(b"kind,email\nrectification,ann@example.com\n")
    assert [one.code for one in file.errors] == ["import.one_by_one"]


def test_uploads_never_touch_a_disk_in_the_clear() -> None:
    handlers = settings.FILE_UPLOAD_HANDLERS
    assert handlers == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
