"""Words that the desk makes of what is stored."""

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse


def number_word(number: str | None) -> str:
    """Return a number as people here write it: ``070-174 06 12``; as it stands when it is no number."""
    if not number:
        return ""
    try:
        found = parse(number, "SE")
    except NumberParseException:
        return number
    home = found.country_code == 46
    return str(format_number(found, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL))
