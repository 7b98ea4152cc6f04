from django.apps import AppConfig


class RulepacksConfig(AppConfig):
    name = "discreet.foundation.rulepacks"
    label = "rulepacks"
