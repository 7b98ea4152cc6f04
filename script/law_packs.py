"""Rewrite the rule packs from law/rules.json: `python script/law_packs.py`.

The record of the research (law/rules.json) holds the facts of each rule; the packs add what the product
needs besides: doubts, request clocks, the span of an extension's notice, its condition in Chinese. Rules that stand in the packs
keep these additions.
"""

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKS = ROOT / "src/discreet/foundation/rulepacks/packs"
FOLDERS = {"EU": "eu-gdpr", "US-CA": "us-ca-ccpa", "CN": "cn-pipl", "INT": "int-guidelines"}
FILES = {
    "M1": "collection",
    "M2": "access",
    "M3": "protection",
    "M4": "impact_assessment",
    "M5": "training",
    "M6": "processors",
    "M7": "breaches",
    "M8": "rights",
    "M9": "compliance",
    "M10": "security",
    "M11": "complaints",
    "M12": "improvement",
    "M13": "disposal",
    "M14": "transfers",
    "M15": "notices",
}
ROLLS = {True: "moves", False: "stays"}

Fields = dict[str, Any]


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _plain_date(dumper: yaml.SafeDumper, value: "_Date") -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", str(value))


class _Date(str):
    """An ISO date, written without quotes."""


_Dumper.add_representer(_Date, _plain_date)


def _without_none(fields: Fields) -> Fields:
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}


def _counting(rule: Fields, kept: Fields) -> Fields:
    old = kept.get("counting", {})
    extension = None
    if rule["extension_duration"]:
        extension = _without_none(
            {
                "duration": rule["extension_duration"],
                "unit": rule["extension_unit"],
                "notice": old.get("extension", {}).get("notice"),
            }
        )
    return _without_none(
        {
            "means": rule["duration_means"],
            "duration": rule["duration"],
            "unit": rule["unit"],
            "from": rule["start_event"],
            "fixed_dates": [_fixed_date(text) for text in rule["fixed_dates"]],
            "extension": extension,
            "extension_condition": rule["extension_condition"],
            "extension_condition_zh": old.get("extension_condition_zh"),
            "last_day_off": ROLLS.get(rule["rolls_over_holidays"]),
            "counted_by": rule["time_rule"],
        }
    )


def _fixed_date(text: str) -> Fields:
    if "yearly" not in text:
        return {"date": _Date(text)}
    yearly, _, first_year = text.partition(" yearly")
    return {"yearly": yearly} | ({"from_year": int(first_year.split()[-1])} if first_year else {})


def _threshold(threshold: Fields) -> Fields:
    rest = {k: v for k, v in threshold.items() if k not in ("quantity", "op", "value")}
    fields = {"quantity": threshold["quantity"], "operator": threshold["op"], "value": threshold["value"]}
    return _without_none(fields | {"consequence": rest})


def _force(rule: Fields) -> str:
    return "law" if rule["strict"] else "recommendation" if rule["recommended"] else "proposal"


def pack_rule(rule: Fields, kept: Fields) -> Fields:
    """Return one rule in the packs' form, with the additions of the rule as it stands in the pack."""
    dates = {"from": rule["effective_from"], "to": rule["effective_to"]}
    fields = _without_none(
        {
            "id": rule["id"],
            "article": rule["article"],
            "trigger": rule["trigger"],
            "obligation": rule["obligation"],
            "text": {"en": rule["text_en"], "zh": rule["text_zh"]},
            "mechanisms": rule["mechanism"],
            "force": _force(rule),
            "promptness": rule["promptness"],
            "counting": _counting(rule, kept),
            "thresholds": [_threshold(item) for item in rule["threshold"]],
            "request_clock": kept.get("request_clock"),
            "doubts": kept.get("doubts"),
        }
    )
    fields["in_force"] = {key: _Date(value) for key, value in dates.items() if value}
    return fields | _without_none({key: rule[key] for key in ("confidence", "verified_by", "source", "note")})


def _kept() -> dict[str, Fields]:
    listed = (
        yaml.safe_load(path.read_text("utf-8")) for path in PACKS.glob("*/*.yaml") if path.name != "pack.yaml"
    )
    return {rule["id"]: rule for rules in listed for rule in rules}


def main() -> None:
    """Write every pack's files anew."""
    kept = _kept()
    files: dict[Path, list[Fields]] = {}
    for rule in json.loads((ROOT / "law/rules.json").read_text("utf-8"))["rules"]:
        path = PACKS / FOLDERS[rule["jurisdiction"]] / f"{FILES[rule['mechanism'][0]]}.yaml"
        files.setdefault(path, []).append(pack_rule(rule, kept.get(rule["id"], {})))
    for path, rules in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        chunks = [
            yaml.dump([rule], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
            for rule in rules
        ]
        path.write_text("\n".join(chunks), encoding="utf-8")


if __name__ == "__main__":
    main()
