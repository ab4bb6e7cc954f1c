"""Names and the one-sentence reason in the reader's language, from what an assessment holds. Pure.

The detector keeps a body's Chinese name beside its English one (`Mention.aliases`), so none of its lists is needed
here. What has no name in the reader's language is told as the text tells it.
"""

from __future__ import annotations

from scheduler.alerts.catalogue import Words, is_han, own, spelt
from scheduler.alerts.firsts import sides
from storage.model import Assessment, Mention

NAMED = 3  # sides and parties in the one sentence


def mention(one: Mention, said: Words) -> str:
    """Return the name of a party, person, programme or law.

    The first alias of what the detector's lists know is its Chinese name (scraper.cooperation.naming.mention).
    """
    if said.language == "en" or any(map(is_han, one.name)):
        return spelt(one.name, said)
    if (listed := own(one.name, "places", said)) != one.name:
        return listed
    chinese = next((alias for alias in one.aliases[:1] if any(map(is_han, alias))), "")
    return spelt(chinese, said) if chinese else one.name


def place(name: str, said: Words) -> str:
    """Return the name of a jurisdiction or place."""
    if said.language == "en":
        return name
    if (told := own(name, "places", said)) != name:
        return told
    from scraper.cooperation.place_names import chinese_names

    return spelt(chinese_names().get(name, name), said)


def among(name: str, made: Assessment, said: Words) -> str:
    """Return the name of whoever or whatever an assessment mentions by its canonical name; a place else."""
    named = (one for one in (*made.parties, *made.places, *made.programmes) if one.name == name)
    found = next(named, None)
    return mention(found, said) if found else place(name, said)


def reason(made: Assessment, said: Words) -> str:
    """Return the one sentence that says what it is about: in English the detector's own, else put together anew."""
    if said.language == "en":
        return made.reason
    if not made.cooperation:
        return said("reason.against")
    what = said.known("reason", made.kind or "other", said("reason.other"))
    between = sides(made)
    if len(between) > 1:
        what = said("reason.between", what=what, sides=said.listed([place(side, said) for side in between[:NAMED]]))
    bodies = list(dict.fromkeys(mention(one, said) for one in made.parties))[:NAMED]
    return what + (said("colon") + said("semicolon").join(bodies) if bodies else "") + said("full_stop")
