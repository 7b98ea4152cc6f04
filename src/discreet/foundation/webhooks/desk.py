"""Staff pages about webhooks, for administrators."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.foundation.desk.refusals import message_of
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.foundation.webhooks import actions, queries
from discreet.foundation.webhooks.forms import EventsForm, NetworkForm, SubscriptionForm
from discreet.foundation.webhooks.words import delivery_states
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused

ADMINISTRATOR = Role.ADMINISTRATOR


@role_required(ADMINISTRATOR)
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """List the receivers and how they do."""
    found = queries.subscriptions(now=timezone.now())
    context = {
        "subscriptions": found,
        "failing": sum(one.health in ("warn", "bad") for one in found),
        "waiting": sum(one.waiting for one in found),
    }
    return render(request, "webhooks/front.html", context)


@role_required(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a receiver and show its secret once."""
    form = SubscriptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            subscription_id, secret = actions.subscribe(
                actor=actor_of(request),
                now=timezone.now(),
                name=values["name"],
                address=values["address"],
                events=values["events"],
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            return _secret(request, subscription_id, secret)
    status = 422 if form.errors else 200
    return render(request, "webhooks/add.html", {"form": form}, status=status)


@role_required(ADMINISTRATOR)
@require_safe
def subscription(request: HttpRequest, subscription_id: str) -> HttpResponse:
    """Show a receiver, its last two weeks, and its messages."""
    view = queries.subscription(subscription_id, now=timezone.now())
    state, page = request.GET.get("state", ""), request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 8 else 1
    context = {
        "one": view,
        "page": queries.deliveries(subscription_id, page=number, state=state),
        "state": state,
        "states": delivery_states(),
        "form": EventsForm(initial={"events": list(view.events)}),
        "now": timezone.now(),
    }
    return render(request, "webhooks/subscription.html", context)


@role_required(ADMINISTRATOR)
@require_POST
def choose_events(request: HttpRequest, subscription_id: str) -> HttpResponse:
    """Tell the receiver of the ticked events."""
    actions.choose_events(
        actor=actor_of(request),
        now=timezone.now(),
        subscription_id=subscription_id,
        events=request.POST.getlist("events"),
    )
    return _done(request, subscription_id, gettext("Events changed."))


@role_required(ADMINISTRATOR)
@require_POST
def pause(request: HttpRequest, subscription_id: str) -> HttpResponse:
    """Send nothing more for now."""
    actions.pause(actor=actor_of(request), now=timezone.now(), subscription_id=subscription_id)
    return _done(request, subscription_id, gettext("Paused. What happens meanwhile waits for 30 days."))


@role_required(ADMINISTRATOR)
@require_POST
def resume(request: HttpRequest, subscription_id: str) -> HttpResponse:
    """Send again."""
    actions.resume(actor=actor_of(request), now=timezone.now(), subscription_id=subscription_id)
    return _done(request, subscription_id, gettext("Resumed. What waits is sent first."))


@role_required(ADMINISTRATOR)
@require_POST
def remove(request: HttpRequest, subscription_id: str) -> HttpResponse:
    """Forget the receiver."""
    actions.remove(actor=actor_of(request), now=timezone.now(), subscription_id=subscription_id)
    messages.success(request, gettext("Webhook removed, with its secret and its messages."))
    return HttpResponseRedirect(reverse("webhooks:front"))


@role_required(ADMINISTRATOR)
@require_POST
def rotate(request: HttpRequest, subscription_id: str) -> HttpResponse:
    """Make a new secret and show it once."""
    secret = actions.rotate_secret(
        actor=actor_of(request), now=timezone.now(), subscription_id=subscription_id
    )
    return _secret(request, subscription_id, secret)


@role_required(ADMINISTRATOR)
@require_POST
def send_test(request: HttpRequest, subscription_id: str) -> HttpResponse:
    """Queue a test."""
    actions.send_test(actor=actor_of(request), now=timezone.now(), subscription_id=subscription_id)
    return _done(request, subscription_id, gettext("Test queued. It stands below with what came of it."))


@role_required(ADMINISTRATOR)
@require_POST
def send_again(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """Send a message once more."""
    subscription_id = queries.subscription_of(delivery_id)
    actions.send_again(actor=actor_of(request), now=timezone.now(), delivery_id=delivery_id)
    return _done(request, subscription_id, gettext("Queued again, with the same id."))


@role_required(ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def networks(request: HttpRequest) -> HttpResponse:
    """Show the private networks that messages may go into, and permit one."""
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _or_explain(
            form,
            lambda: actions.permit_network(
                actor=actor_of(request),
                now=timezone.now(),
                network=form.cleaned_data["network"],
                reason=form.cleaned_data["reason"],
            ),
        )
        if done:
            messages.success(request, gettext("Network permitted."))
            return HttpResponseRedirect(reverse("webhooks:networks"))
    status = 422 if form.errors else 200
    context = {"form": form, "networks": queries.networks()}
    return render(request, "webhooks/networks.html", context, status=status)


@role_required(ADMINISTRATOR)
@require_POST
def withdraw_network(request: HttpRequest, network_id: int) -> HttpResponse:
    """End a permission."""
    actions.withdraw_network(actor=actor_of(request), now=timezone.now(), network_id=network_id)
    messages.success(request, gettext("Permission withdrawn. It holds from the next connection on."))
    return HttpResponseRedirect(reverse("webhooks:networks"))


def _or_explain(form: forms.Form, run: Callable[[], None]) -> bool:
    try:
        run()
    except Refused as refusal:
        form.add_error(None, message_of(refusal))
        return False
    return True


def _done(request: HttpRequest, subscription_id: str, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("webhooks:subscription", args=[subscription_id]))


def _secret(request: HttpRequest, subscription_id: str, secret: str) -> HttpResponse:
    """Show a secret once."""
    view = queries.subscription(subscription_id, now=timezone.now())
    return render(request, "webhooks/secret.html", {"one": view, "secret": secret})
