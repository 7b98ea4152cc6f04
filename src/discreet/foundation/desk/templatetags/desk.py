"""The components of the desk, each built once. Source: docs/design/DESIGN-LANGUAGE.md."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from discreet.foundation.desk import drawing, times
from discreet.foundation.desk.components import (
    ClockView,
    Deadline,
    Entry,
    PlanGroup,
    Step,
    TimelineItem,
    WorkItem,
)
from discreet.foundation.desk.phrases import is_chinese
from discreet.foundation.desk.strip import StripDeadlines, strip_days
from discreet.foundation.desk.texts import Text, translated
from discreet.foundation.ledger import queries as ledger
from discreet.vocabulary.text import gettext_noop

register = template.Library()

STATUS = {
    "good": ("circle-check", gettext_noop("Working")),
    "warn": ("alert-triangle", gettext_noop("Needs attention")),
    "bad": ("alert-octagon", gettext_noop("Failing")),
    "none": ("circle-dashed", gettext_noop("Not measured")),
    "run": ("progress", gettext_noop("In progress")),
}
_MANY_CHOICES = 8
FORM_CLASSES = {
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "select": "form-select",
    "selectmultiple": "form-select",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite: decoration beside a word, so hidden from screen readers."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>', static("desk/icons.svg"), name
    )


@register.simple_tag
def status(kind: str, text: str = "") -> SafeString:
    """Draw a status as shape, word and colour. `kind`: good, warn, bad, none or run."""
    shape, word = STATUS[kind]
    return format_html('<span class="st {}">{}{}</span>', kind, icon(shape), text or gettext(word))


@register.simple_tag
def chip(text: str, kind: str = "", icon_name: str = "") -> SafeString:
    """Draw a label. `kind`: empty, good, warn, bad, run, sens or line; sensitive ones carry the lock."""
    shape = icon_name or ("lock" if kind == "sens" else "")
    return format_html('<span class="chip {}">{}{}</span>', kind, icon(shape) if shape else "", text)


@register.inclusion_tag("desk/parts/clock.html")
def clock(view: ClockView, now: datetime | None = None) -> dict[str, object]:
    """Draw a clock: what is left, until when, by which law."""
    now = now or timezone.now()
    end = view.ended_at or view.paused_since or now
    span = (view.due_at - view.started_at).total_seconds() or 1
    share = min(max((end - view.started_at).total_seconds() / span, 0), 1)
    remaining = times.left(due_at=view.due_at, now=end, is_legal=view.is_legal)
    is_near = abs(view.due_at - end) <= times.URGENT
    due = times.deadline(view.due_at, now=now) if is_near else times.due_day(view.due_at)
    return {"view": view, "left": remaining, "due": due, "width": round(share * 330), "now": now}


@register.inclusion_tag("desk/parts/evidence.html")
def evidence(entry: Entry | int, *, is_broken: bool = False) -> dict[str, object]:
    """Draw the mark of a ledger entry: hollow recorded, filled sealed, red broken; it opens the proof."""
    if isinstance(entry, int):
        found = ledger.entry(entry)
        number, is_sealed = (found.number, found.is_sealed) if found else (entry, False)
        return {"id": entry, "number": number, "is_sealed": is_sealed, "is_broken": is_broken}
    return {
        "id": entry.entry_id,
        "number": entry.number,
        "is_sealed": entry.is_sealed,
        "is_broken": is_broken,
    }


@register.inclusion_tag("desk/parts/person.html")
def person(name: str, contacts: str = "", unmask_url: str = "") -> dict[str, object]:
    """Draw a person from texts that are masked already (`desk.masks`)."""
    return {"name": name, "contacts": contacts, "unmask_url": unmask_url}


@register.inclusion_tag("desk/parts/plan.html")
def plan_table(groups: Sequence[PlanGroup]) -> dict[str, object]:
    """Draw a plan: per table the rows, the decision, the reason and the statements."""
    return {"groups": groups}


@register.inclusion_tag("desk/parts/timeline.html")
def timeline(items: Sequence[TimelineItem]) -> dict[str, object]:
    """Draw what happened, newest first as given, each with its evidence mark; what serves it is folded."""
    return {
        "items": [item for item in items if not item.is_work],
        "work": [item for item in items if item.is_work],
    }


@register.inclusion_tag("desk/parts/waiting.html")
def waiting(url: str, state: str, progress: str) -> dict[str, object]:
    """Draw how far running work is; `desk/waiting.js` loads `url` once its page shows another `state`."""
    return {"url": url, "state": state, "progress": progress}


@register.simple_tag
def gap() -> str:
    """Return what stands between two sentences: a space, and nothing in Chinese, whose stops bring their own."""
    return "" if is_chinese() else " "


@register.inclusion_tag("desk/parts/strip.html")
def deadline_strip(
    deadlines: Sequence[Deadline] | StripDeadlines, now: datetime | None = None
) -> dict[str, object]:
    """Draw the next fourteen days and how many deadlines are over."""
    now = now or timezone.now()
    counted = deadlines if isinstance(deadlines, StripDeadlines) else None
    shown = deadlines.shown if isinstance(deadlines, StripDeadlines) else deadlines
    days = strip_days(deadlines=shown, now=now, by_day=counted.by_day if counted else None)
    overdue = [deadline for deadline in shown if deadline.due_at < now]
    ahead = [deadline for deadline in shown if deadline.due_at >= now]
    count = counted.overdue if counted else len(overdue)
    return {
        "days": days,
        "overdue": overdue,
        "overdue_count": count,
        "overdue_more": count - len(overdue),
        "next": None if any(day.ticks for day in days) else min(ahead, key=_due_at, default=None),
        "now": now,
    }


def _due_at(deadline: Deadline) -> datetime:
    return deadline.due_at


@register.inclusion_tag("desk/parts/steps.html")
def steps(items: Sequence[Step]) -> dict[str, object]:
    """Draw the steps of a case with the present one marked."""
    return {"items": items}


@register.inclusion_tag("desk/parts/work.html")
def work_list(items: Sequence[WorkItem], now: datetime | None = None) -> dict[str, object]:
    """Draw what waits for a person, with its due time."""
    now = now or timezone.now()
    rows = [
        (item, times.left(due_at=item.due_at, now=now, is_legal=item.is_legal) if item.due_at else None)
        for item in items
    ]
    return {"rows": rows, "now": now}


@register.inclusion_tag("desk/parts/spark.html")
def spark(
    series: Sequence[float | None],
    label: str,
    kind: str = "",
    target: float | None = None,
    width: int = 104,
    height: int = 34,
) -> dict[str, object]:
    """Draw a small line with its target dashed; it stops where data stop. `label` says it in words."""
    line = drawing.spark_line(series=series, width=width, height=height, target=target)
    return {"line": line, "label": label, "kind": kind, "width": width, "height": height, "right": width - 3}


@register.inclusion_tag("desk/parts/bars.html")
def bars(values: Sequence[int], label: str, width: int = 314, height: int = 52) -> dict[str, object]:
    """Draw one grey bar a value, the last one as the present."""
    drawn = drawing.bars(values=values, width=width, height=height)
    return {"bars": drawn, "label": label, "width": width, "height": height}


@register.inclusion_tag("desk/parts/empty.html")
def empty(kind: str, title: str = "", detail: str = "", url: str = "", link: str = "") -> dict[str, object]:
    """Say which kind of nothing: `yet`, `found` or `unmeasured`."""
    if kind not in ("yet", "found", "unmeasured"):
        raise ValueError(kind)
    return {"kind": kind, "title": title, "detail": detail, "url": url, "link": link}


#: The same under a name that may stand inside `{% for %}`, where `empty` belongs to the loop.
register.tag("nothing", register.tags["empty"])


@register.inclusion_tag("desk/parts/refusal.html")
def refusal(what: str, why: str = "", url: str = "", link: str = "") -> dict[str, object]:
    """Say what was refused, why, and what to do now."""
    return {"what": what, "why": why, "url": url, "link": link}


@register.simple_tag
def difference(before: object, after: object) -> SafeString:
    """Show a change: the old struck out, the new underlined."""
    return format_html("<del>{}</del> <ins>{}</ins>", before, after)


@register.simple_block_tag
def approve(content: str, summary: str, detail: str = "", proposer: str = "", me: str = "") -> SafeString:
    """Draw the bar at the bottom of a case: the consequence in numbers, why you may, and its buttons."""
    people = format_html(
        '<div class="four"><span class="me">{}</span>{}<span class="me you">{}</span></div>',
        initials(proposer),
        icon("plus"),
        initials(me),
    )
    return format_html(
        '<div class="approve" role="region" aria-label="{}">{}<div><b>{}</b><small>{}</small></div>'
        '<div class="push row-x">{}</div></div>',
        gettext("Decision"),
        people if proposer and me else "",
        summary,
        detail,
        content,
    )


@register.inclusion_tag("desk/parts/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, object]:
    """Draw earlier and later pages, keeping the rest of the query."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    return {"page": page, "query": query.urlencode()}


@register.inclusion_tag("desk/parts/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, object]:
    """Draw a form field with its label, help and errors tied to the control."""
    kind = getattr(bound.field.widget, "input_type", "")
    attrs: dict[str, str | bool] = {"class": FORM_CLASSES.get(kind, "form-control"), "placeholder": False}
    is_group = kind in ("radio", "checkbox") and hasattr(bound.field, "choices")
    if bound.errors:
        attrs["class"] = f"{attrs['class']} is-invalid"
        attrs["aria-invalid"] = "true"
    ids = [f"{bound.auto_id}_helptext"] * bool(bound.help_text) + [f"{bound.auto_id}_error"] * bool(
        bound.errors
    )
    if ids:
        attrs["aria-describedby"] = " ".join(ids)
    if is_group:
        is_many = len(bound.subwidgets) > _MANY_CHOICES
        return {"bound": bound, "kind": "group", "label": label, "control": "", "is_many": is_many}
    return {
        "bound": bound,
        "kind": kind if kind == "checkbox" else "plain",
        "label": label,
        # what is needed of some alone is not called optional: its label says of whom
        "is_optional": not bound.field.required and "data-needed" not in bound.field.widget.attrs,
        "control": bound.as_widget(attrs=attrs),
    }


@register.filter
def due_day(value: datetime) -> str:
    """Return the day by whose end a deadline is met."""
    return times.due_day(value)


@register.filter
def day(value: datetime) -> str:
    """Return the day in words: “2 Apr 2026”, “2026 年 4 月 2 日”."""
    return times.day(value)


@register.filter
def moment(value: datetime) -> str:
    """Return day and time; the time alone for today."""
    return times.moment(value, now=timezone.now())


@register.filter
def brief(value: datetime) -> str:
    """Return the time alone for today, else the day alone."""
    return times.brief(value, now=timezone.now())


@register.filter
def number(value: int) -> str:
    """Return an integer with its thousands grouped."""
    return f"{value:,}"


@register.filter
def initials(name: str) -> str:
    """Return what stands in a person's disc: “LB” of “lena.brandt”, “瑜” of “陈瑜”."""
    words = [word for word in name.replace(".", " ").replace("_", " ").replace("-", " ").split() if word]
    if not words:
        return ""
    if not words[0].isascii():
        return words[0][-1]
    return (words[0][0] + (words[1][0] if len(words) > 1 else words[0][1:2])).upper()


@register.filter
def words(text: str | Text) -> str:
    """Translate a text that a registrant handed over."""
    return translated(text)


@register.filter
def lookup(mapping: Mapping[str, object], key: str) -> object:
    """Return `mapping[key]`, for keys that a template computes."""
    return mapping.get(key, "")
