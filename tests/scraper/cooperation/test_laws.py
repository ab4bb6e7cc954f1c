"""The laws a text names: by their form in three scripts, by one canonical name where they are known."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scraper.cooperation import assess
from storage.assessments import from_columns, to_columns

SEED = next(iter(sorted((Path(__file__).parents[4] / "shared" / "seeds").glob("000_*.txt"))), None)
REGISTRATION = [
    "Medical Registration Ordinance",
    "Dentists Registration Ordinance",
    "Nurses Registration Ordinance",
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Pharmacy and Poisons Ordinance (Cap. 138) applies.", ["Pharmacy and Poisons Ordinance"]),
        ("Under the Prevention and Control of Disease Ordinance, he must tell.",
         ["Prevention and Control of Disease Ordinance"]),
        ("The Medical Registration, Dentists Registration and Nurses Registration Ordinances were amended.",
         REGISTRATION),
        ("The Dental Practice (Fees) Bill 2026 was read.", ["Dental Practice (Fees) Bill"]),
        ("政府已修訂《醫生註冊條例》、《牙醫註冊條例》及《護士註冊條例》。", REGISTRATION),
        ("政府已修订《医生注册条例》。", REGISTRATION[:1]),
        ("當局將修訂藥劑業及毒藥條例，以加快註冊。", ["Pharmacy and Poisons Ordinance"]),
        ("政府提交《二零二六年造血修訂條例草案》。", ["二零二六年造血修訂條例草案"]),
        ("參觀《本草新編》展覽。", []),
        ("Law enforcement officers acted. The Ordinance took effect. She is Acting Director.", []),
    ],
)  # fmt: skip
def test_a_law_is_told_by_its_form_and_known_laws_have_one_name(text: str, names: list[str]) -> None:
    found = assess("", text, language="en").laws
    assert [law.name for law in found] == names
    assert all(text[law.start : law.end] == law.text for law in found)


@pytest.mark.skipif(SEED is None, reason="the reference shelf ../shared is not here")
def test_the_first_seed_names_the_three_ordinances_of_its_readme() -> None:
    assert SEED is not None
    title, _, text = SEED.read_text(encoding="utf-8").partition("\n")
    assert [law.name for law in assess(title, text, language="en").laws] == REGISTRATION


def test_laws_are_kept_with_the_other_facts_and_an_older_row_has_none() -> None:
    made = assess("", "The Chinese Medicine Ordinance was amended.", language="en")
    assert from_columns(to_columns(made)).laws == made.laws != ()
    assert from_columns({**to_columns(made), "facts": "{}"}).laws == ()


@pytest.mark.parametrize("hostile", ["《" * 20_000, "衞生條例" * 6_000, "A Law, " * 3_000, "Medical Law " * 2_000])
def test_no_text_takes_long(hostile: str) -> None:
    assess("warm", "up", language="en")
    start = time.process_time()
    assess("", hostile, language="en")
    assert time.process_time() - start < 0.5
