"""The fixed words: complete in every language, used, and in the characters of their readers."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from string import Formatter

import opencc
import pytest

from scheduler.alerts import catalogue, names
from scheduler.alerts.catalogue import LANGUAGES, own, spelt, words
from scheduler.alerts.notice_words import TO_SUBSCRIBERS
from scheduler.incidents import IncidentKind
from scheduler.notices import TOLD
from scraper.cooperation.kinds import SPEAKS_FOR, WORTH
from scraper.cooperation.lexicon import lexicon
from storage.model import ChangeKind, Grade

ALERTS = Path(catalogue.FOLDER).parent
FILES = {language: (ALERTS / "words" / f"{language}.toml").read_text(encoding="utf-8") for language in LANGUAGES}
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in (*ALERTS.glob("*.py"), *(ALERTS / "templates").glob("*.j2"))
)
NAMES = files("scraper") / "cooperation" / "data"


def table(name):
    return tomllib.loads((ALERTS / "words" / f"{name}.toml").read_text(encoding="utf-8"))


def names_in(text):
    """Return the names that a text wants filled in; of a text with forms those of the form for several."""
    forms = [text["other"]] if isinstance(text, dict) else text if isinstance(text, list) else [text]
    return [{name for _, name, _, _ in Formatter().parse(form) if name} for form in forms]


def test_all_languages_have_the_same_keys():
    english, traditional, simplified = (words(language).keys for language in LANGUAGES)
    assert traditional == simplified
    ours = {f"notices.{kind}.told{part}" for kind in TO_SUBSCRIBERS for part in PARTS}
    assert english == {key for key in traditional if not key.startswith("notices.")} | ours


def test_a_text_has_the_same_names_to_fill_in_in_every_language():
    for key in words("zh-Hant").keys:
        wanted = [names for language in LANGUAGES for names in names_in(words(language)._entries.get(key, []))]
        assert all(names == wanted[0] for names in wanted), key


def test_every_text_is_used():
    spoken = {key for key in words("en").keys if f'"{key}"' in CODE}
    by_name = {"change", "meaning", "grade", "kind", "reason", "languages", "value", "qualifier", "foot", "digest"}
    by_name |= {"notice", "time", "alert"}
    unused = {key for key in words("en").keys - spoken if key.partition(".")[0] not in by_name}
    assert unused == {f"notices.{kind}.told{part}" for kind in TO_SUBSCRIBERS for part in PARTS}
    for name in ("alert.pair_", "digest.", "foot.", "notice.", "meaning.", "grade.", "change."):
        assert f'f"{name}' in CODE
    assert {key for key in words("en").keys - spoken if key.startswith("alert.")} == {
        f"alert.pair_{what}" for what in ("party", "place", "jurisdiction")
    }


def test_each_kind_of_change_each_grade_and_each_kind_of_release_has_words():
    kinds = {SPEAKS_FOR.get(act, act) for act in WORTH} | {"other"}
    for language in LANGUAGES:
        keys = words(language).keys
        assert {f"{table}.{kind}" for kind in ChangeKind for table in ("change", "meaning")} <= keys
        assert {f"grade.{grade}" for grade in Grade} <= keys
        assert {f"{table}.{kind}" for kind in kinds for table in ("kind", "reason")} <= keys


def test_each_notice_has_chinese_words():
    wanted = {
        f"notices.{kind}.{state}{part}" for kind in IncidentKind for state in ("opened", "closed") for part in PARTS
    }
    wanted |= {f"notices.{kind}.told{part}" for kind in TOLD for part in PARTS}
    assert wanted == {key for key in words("zh-Hant").keys if key.startswith("notices.")}


PARTS = ("", "_text")


@pytest.mark.parametrize(("name", "convert"), [("zh-Hans", "t2s"), ("zh-Hant", "s2t")])
def test_a_reader_meets_no_character_of_the_others(name, convert):
    convert = opencc.OpenCC(convert).convert
    tables = [pair for names in ("places", "counts", "why") for pair in table(names).values()]
    texts = [*FILES[name].splitlines()[2:], *(pair[name == "zh-Hans"] for pair in tables)]
    assert [text for text in texts if convert(text) != text] == []


def test_every_jurisdiction_and_mainland_place_has_a_chinese_name():
    places = lexicon().places
    sides = set().union(*(place.sides for place in places.values()))
    mainland = {name for name, place in places.items() if place.sides == {"Mainland"}}
    for language in ("zh-Hant", "zh-Hans"):
        told = {name: names.place(name, words(language)) for name in sides | mainland}
        assert [name for name, chinese in told.items() if chinese.isascii()] == []


def test_every_signal_that_speaks_for_cooperation_has_chinese_words():
    weights = json.loads((NAMES / "weights.json").read_text(encoding="utf-8"))["weights"]
    assert {name for name, weight in weights.items() if weight > 0} - set(table("why")) == set()


def test_whatever_a_programme_counts_has_a_chinese_name():
    quantities = tomllib.loads((files("scraper") / "lifelines" / "data" / "quantities.toml").read_text("utf-8"))
    assert {one["name"] for one in quantities["quantity"]} == set(table("counts"))


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        (None, "en"),
        ("en-GB", "en"),
        ("pt", "en"),
        ("zh", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-Hant", "zh-Hant"),
        ("zh-Hans", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-Hans-CN", "zh-Hans"),
    ],
)
def test_a_tag_finds_its_words(tag, language):
    assert words(tag).language == language


def test_numbers_have_the_right_form():
    assert [words("en").count("digest.stories", number) for number in (0, 1, 1200)] == [
        "0 stories",
        "1 story",
        "1,200 stories",
    ]
    assert words("zh-Hant").count("digest.stories", 1) == "1則消息"


def test_what_is_filled_in_is_never_read_as_a_text_with_names():
    assert words("en")("quoted", text="{0.__class__} {n}") == "“{0.__class__} {n}”"


def test_names_turn_over_sign_by_sign_and_latin_letters_stay():
    assert spelt("HKU 醫務衞生局", words("zh-Hans")) == "HKU 医务卫生局"
    assert spelt("醫務衞生局", words("zh-Hant")) == "醫務衞生局"
    assert own("Nowhere", "places", words("zh-Hans")) == "Nowhere"


def test_wording_in_any_language_leaves_the_detector_unloaded():
    script = """
import sys
from scheduler.alerts.catalogue import LANGUAGES, spelt, words
from scheduler.alerts.message import warm, word
from scheduler.alerts.names import place
warm()
for language in LANGUAGES:
    place("Guangdong", words(language)), spelt("醫院", words(language))
heavy = [name for name in sys.modules if name.startswith(("scraper.cooperation.lexicon", "scrapy", "twisted"))]
print(heavy + [name for name in ("scraper.gazetteer", "scraper.understanding") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
