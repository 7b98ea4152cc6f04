"""Words of webhooks for templates."""

from django import template

from discreet.foundation.webhooks import words

register = template.Library()
register.filter("event_word", words.event_word)
register.filter("reason_word", words.reason_word)
register.filter("subscription_state_word", words.subscription_state_word)
register.filter("delivery_state_word", words.delivery_state_word)
