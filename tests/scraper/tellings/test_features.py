"""The parts of a telling: numbers, topics, terms, words, bands."""

import random
import time

import pytest

from scraper.cooperation.folding import fold
from scraper.tellings import rarity
from scraper.tellings.clues import terms
from scraper.tellings.numbers import numbers
from scraper.tellings.topics import topics
from scraper.tellings.words import bands, headwords, language_of, mark, phrases, words


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("7,000 nurses and 160 doctors", {7000, 160}),
        ("逾七千名護士及一百六十名醫生", {7000, 160}),
        ("約2億2,742萬隻禽蛋", {227_420_000}),
        ("$1.5 million in twelve months", {1_500_000, 12}),
        ("8600萬人口", {86_000_000}),
        ("seven places", {7}),
        ("三地一般情況", set()),
        ("３２０名", {320}),
        ("H5N1 and COVID-19", {19}),
    ],
)
def test_numbers_are_the_same_in_every_script(text, stated):
    assert numbers(fold(text)) == stated


@pytest.mark.parametrize("text", ["on November 21, 2026", "2026年11月21日", "二零二六年十一月二十一日"])
def test_the_numbers_of_dates_are_left_to_the_dates(text):
    assert numbers(fold(text)) == set()


def test_topics_are_the_same_in_three_scripts():
    told = ["Bird flu drill at the border", "邊境舉行禽流感演習", "边境举行禽流感演习"]
    assert [topics(fold(text)) for text in told] == [{"avian influenza", "exercise"}] * 3


def test_latin_words_are_names_where_they_stand_in_chinese_or_with_capitals_in_a_sentence():
    assert terms("由司法大臣Waleed Alsmani簽署，涉及H5N1", "zh") == {"waleed", "alsmani", "h5n1"}
    assert terms("They met Dr Alsmani. The talks went well.", "en") == {"dr", "alsmani"}


def test_a_text_with_a_few_latin_names_is_chinese_and_one_with_a_chinese_name_is_not():
    assert language_of(fold("與WHO代表Saia Piukala會面"), "zh-Hant") == "zh"
    assert language_of(fold("The hospital (醫院) opened today in Harbour City."), "en-GB") == "en"


def test_traditional_and_simplified_wordings_are_one():
    one, two = fold("醫務衞生局與廣東省衞生健康委員會"), fold("医务卫生局与广东省卫生健康委员会")
    assert words(one, "zh") == words(two, "zh")
    assert bands(phrases(one, "zh")) == bands(phrases(two, "zh"))


def test_copies_with_small_edits_meet_in_a_band_and_strangers_do_not():
    dice = random.Random(7)
    syllables = [a + b for a in "bcdfglmnprst" for b in "aeiou"]
    lexicon = ["".join(dice.choices(syllables, k=3)) for _ in range(3000)]
    met = strange = 0
    for _ in range(60):
        text = dice.choices(lexicon, k=200)
        copy = [*text[:50], "edited", *text[51:120], "twice", *text[121:]]
        other = dice.choices(lexicon, k=200)
        one, two, three = ({*bands(phrases(" ".join(each), "en"))} for each in (text, copy, other))
        met += bool(one & two)
        strange += bool(one & three)
    assert met == 60
    assert strange == 0


def test_a_text_of_a_few_words_has_no_bands_but_headwords():
    assert bands(phrases("two words", "en")) == []
    assert headwords(["clinic"], ["clinic", "opens", "the"], "en", 2)[0] == "clinic"


def test_marks_are_the_same_on_every_machine():
    assert mark("party", "health bureau") == -4775707517452102006
    assert -(1 << 63) <= mark("x", "y") < 1 << 63


def test_the_rarer_a_thing_the_more_it_weighs():
    places = [rarity.of_name("place", name) for name in ("hong kong", "shenzhen", "nowhere")]
    assert places == sorted(places)
    assert rarity.of_number(3) < rarity.of_number(60) < rarity.of_number(5325)
    assert rarity.of_date(0) < rarity.of_date(20)
    assert rarity.of_word("zh", "卫生") < rarity.of_word("zh", "敦煌")


def test_hostile_texts_cost_little(tell):
    began = time.process_time()
    for text in ("9" * 60_000, "一" * 60_000, "2億" * 30_000, "A." * 30_000, "1," * 30_000, "醫" * 60_000):
        tell({"lang": "en", "date": "2026-11-21", "title": "x", "text": text})
    assert time.process_time() - began < 6
