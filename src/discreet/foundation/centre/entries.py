"""What the front page of the privacy centre offers. Mechanisms register what is built; the rest is absent.

register(Entry(kind="erasure", icon="trash", title=gettext_noop("Delete"),
               summary=gettext_noop("Information no longer needed"), url_name="rights:ask_erasure", order=30))
register_status_page(case_kind="request", path="/privacy/request/%s/")   # %s: the public token
"""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of request. Texts are English templates; `icon` is a name of the sprite."""

    kind: str
    icon: str
    title: str
    summary: str
    url_name: str
    order: int = 50


@dataclass(frozen=True, slots=True)
class EntryLink:
    entry: Entry
    url: str


_entries: dict[str, Entry] = {}
_status_pages: dict[str, str] = {}


def register(entry: Entry) -> None:
    """Offer a kind of request on the front page."""
    _entries[entry.kind] = entry


def register_status_page(*, case_kind: str, path: str) -> None:
    """Name the public page that shows how a case of this kind stands, with %s for the token.

    A worker that mails such a path need not load every address of the web server.
    """
    _status_pages[case_kind] = path


def offered() -> tuple[EntryLink, ...]:
    """Return what this installation offers, in order."""
    found = sorted(_entries.values(), key=lambda entry: (entry.order, entry.kind))
    return tuple(EntryLink(entry=entry, url=url) for entry in found for url in _address(entry.url_name))


def status_url(*, case_kind: str, token: str) -> str | None:
    """Return the path of a case's public page, None where its mechanism has none."""
    path = _status_pages.get(case_kind)
    return path % token if path else None


def _address(url_name: str) -> tuple[str, ...]:
    try:
        return (reverse(url_name),)
    except NoReverseMatch:  # this installation serves the centre without that mechanism
        return ()
