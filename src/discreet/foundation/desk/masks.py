"""Masks: what staff see of a person before they say why they need more."""

DOT = "•"


def mask_name(name: str) -> str:
    """Return the first letter of each word, the rest dotted: “L••• W••••••”, “王••”."""
    return " ".join(word[0] + DOT * min(max(len(word) - 1, 1), 8) for word in name.split())


def mask_email(email: str) -> str:
    """Return the first letter and the top-level domain: “l•••@•••••.de”."""
    local, at, domain = email.partition("@")
    if not at:
        return DOT * 6
    top = domain.rpartition(".")[2] if "." in domain else DOT * 3
    return f"{local[:1]}{DOT * 3}@{DOT * 5}.{top}"


def mask_phone(phone: str) -> str:
    """Return the last four digits, and the country code of an international number."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    if len(digits) < 7:
        return DOT * 6
    head = phone.strip()[:3] + " " if phone.strip().startswith("+") else digits[:3]
    return (
        f"{head}{DOT * 3} {digits[-4:]}" if phone.strip().startswith("+") else f"{head}{DOT * 4}{digits[-4:]}"
    )
