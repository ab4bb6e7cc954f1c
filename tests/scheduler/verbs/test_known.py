"""parties, party, programmes, programme and explain: who and what is known, and why a text is judged as it is."""

from __future__ import annotations

import json
import re

import pytest

PILOT = "Elderly Health Care Voucher Greater Bay Area Pilot Scheme"
TEXTS = (
    (
        "en",
        "2024-06-28",
        "Voucher pilot begins in two Mainland cities",
        f"""The Health Bureau and the Guangdong Provincial Health Commission began the {PILOT} today.
The Pilot Scheme has two service points. More hospitals on the Mainland will join it.""",
    ),
    (
        "zh-Hant",
        "2024-08-14",
        "長者醫療券大灣區試點計劃擴展",
        "醫務衞生局與廣東省衞生健康委員會合作，長者醫療券大灣區試點計劃今日起擴展，服務點由兩個增至七個。",
    ),
    (
        "en",
        "2025-05-26",
        "Voucher pilot grows in the Greater Bay Area",
        f"""The Health Bureau said that the {PILOT} now has 19 service points, with 12 more medical institutions
of the Mainland. The Guangdong Provincial Health Commission and the Hospital Authority took part.""",
    ),
)


def write(path, texts):
    rows = [
        {"id": number, "url": f"https://portal.test/{number}", "lang": lang, "date": date, "title": title, "text": text}
        for number, (lang, date, title, text) in enumerate(texts, 1)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


@pytest.fixture
def known(coopwatch, folder):
    """A database of three releases on one scheme, in two languages, imported out of their order."""
    write(folder / "in.jsonl", [TEXTS[2], TEXTS[0], TEXTS[1]])
    assert coopwatch("import", "in.jsonl").code == 0
    return folder


def test_programme_shows_its_figures_in_the_order_of_publishing_whatever_the_language(coopwatch, known):
    told = coopwatch("programme", PILOT, "--json").json
    [series] = told["series"]
    assert series["counts"] == "service points"
    assert [point["value"] for point in series["points"]] == [2, 7, 19]
    assert [point["language"] for point in series["points"]] == ["en", "zh-Hant", "en"]
    assert "服務點由兩個增至七個" in series["points"][1]["passage"]
    assert [row["release_id"] for row in told["timeline"]] == [1, 3, 2]
    assert {"Health Bureau", "Guangdong Provincial Health Commission"} <= {row["name"] for row in told["parties"]}


@pytest.mark.parametrize(
    "name",
    ["長者醫療券大灣區試點計劃", "长者医疗券大湾区试点计划", PILOT.upper(), "voucher greater bay", "bay area pilot"],
)
def test_a_programme_is_found_by_any_name_and_by_a_part_that_fits_only_one(coopwatch, known, name):
    done = coopwatch("programme", name)
    assert done.code == 0
    assert done.out.startswith(PILOT)
    assert "2024-08-14  7  release 3 (zh-Hant)" in done.out


def test_a_name_of_several_words_needs_no_quotes(coopwatch, known):
    assert coopwatch("programme", "voucher", "greater", "bay", "--json").json["name"] == PILOT


def test_what_was_imported_in_the_wrong_order_changed_only_what_it_changed(coopwatch, known):
    rows = coopwatch("sql", "--json", "SELECT before, after, silent FROM changes WHERE kind = 'figure'").json
    assert rows == [], "both older releases came in after the newest"


def test_programmes_lists_what_can_be_followed(coopwatch, known):
    rows = coopwatch("programmes", "--figures", "--json").json
    assert [(row["name"], row["series"], row["releases"]) for row in rows] == [(PILOT, 1, 3)]
    assert PILOT in coopwatch("programmes").out


def test_parties_lists_who_takes_part_and_can_be_narrowed_to_a_jurisdiction(coopwatch, known):
    rows = coopwatch("parties", "--json").json
    assert rows[0]["releases"] == 3
    narrowed = coopwatch("parties", "--jurisdiction", "guangdong", "--json").json
    assert [row["name"] for row in narrowed] == ["Guangdong Provincial Health Commission"]


def test_party_shows_names_in_three_languages_partners_and_timeline(coopwatch, known):
    told = coopwatch("party", "醫管局", "--json").json
    assert told["name"] == "Hospital Authority"
    assert (told["names"]["zh-Hant"], told["names"]["zh-Hans"]) == ("醫院管理局", "医院管理局")
    assert "Guangdong Provincial Health Commission" in {row["name"] for row in told["partners"]}
    assert PILOT in {row["name"] for row in told["programmes"]}
    assert [row["release_id"] for row in told["timeline"]] == [1]


def test_party_for_people_says_the_same(coopwatch, known):
    done = coopwatch("party", "Hospital", "Authority")
    assert "医院管理局" in done.out
    assert "2025-05-26  import  release 1" in done.out


@pytest.mark.parametrize(
    ("verb", "name", "words"),
    [
        ("party", "Hospital Autority", "did you mean: Hospital Authority"),
        ("party", "zzzz", "`coopwatch parties` lists them"),
        ("party", "health", "may be any of: "),
        ("party", "Ministry of Health of Brunei and Elsewhere", "no party"),
        ("party", "HKU-SZH", "no release about co-operation that is kept names it"),
        ("programme", "zzzz", "`coopwatch programmes` lists them"),
        ("party", "\x1b]0;x\x07", "no party"),
    ],
)
def test_a_name_that_does_not_fit_ends_with_1_and_advice_on_one_line(coopwatch, known, verb, name, words):
    done = coopwatch(verb, name)
    assert (done.code, done.out) == (1, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1
    assert "\x1b" not in done.err


def test_explain_shows_a_kept_release_with_each_passage_and_the_sum(coopwatch, known):
    told = coopwatch("explain", "1", "--json").json
    assert told["cooperation"] is True
    for one in told["evidence"]:
        assert told["text"][one["start"] : one["end"]] == one["text"]
    assert (
        abs(told["sum"]["start"] + told["sum"]["evidence"] + (told["sum"]["lesser"] or 0) - told["sum"]["total"]) < 0.01
    )
    assert told["kept"] is None
    shown = coopwatch("explain", "1").out
    assert "⟦" in shown
    assert "over the bar" in shown
    for one in told["evidence"]:
        assert f"{one['weight']:+.2f}  {one['why']}" in shown


def test_explain_shows_why_a_near_miss_fell_short(coopwatch, folder):
    (folder / "near.txt").write_text(
        "Health Bureau reminds travellers\n\nTravellers to the Mainland are reminded to keep their hands clean.\n"
        "The Centre for Health Protection was notified by the Guangdong health authority of one case of measles.",
        encoding="utf-8",
    )
    told = coopwatch("explain", "near.txt", "--json").json
    assert told["cooperation"] is False
    assert told["sum"]["missing"] < 0
    assert any(one["weight"] < 0 for one in told["evidence"])
    assert any(one["weight"] > 0 for one in told["evidence"])
    assert "short of the bar" in coopwatch("explain", "near.txt").out


def test_explain_takes_a_line_as_assess_does_and_says_which(coopwatch, folder):
    write(folder / "in.jsonl", TEXTS)
    done = coopwatch("explain", "in.jsonl", "--line", "2", "--json")
    assert done.json["title"] == "長者醫療券大灣區試點計劃擴展"
    assert "line 2 of 3" in done.err
    assessed = coopwatch("assess", "in.jsonl").lines[1]
    assert (assessed["score"], assessed["evidence"]) == (done.json["score"], done.json["evidence"])


def test_assess_tells_what_can_be_followed(coopwatch, folder):
    write(folder / "in.jsonl", TEXTS)
    for line, value in zip(coopwatch("assess", "in.jsonl").lines, (2, 7, 19), strict=True):
        followed = [(one["programme"], one["counts"], one["value"]) for one in line["figures"] if one["counts"]]
        assert followed == [(PILOT, "service points", value)]


def test_explain_says_where_the_database_says_otherwise(coopwatch, known):
    from storage.database import Database

    with Database.open("coopwatch.db") as db, db.transaction():
        db.execute("UPDATE assessment SET detector = 'older', score = 0.2, cooperation = 0")
    told = coopwatch("explain", "1", "--json").json
    assert told["kept"] == {"cooperation": False, "score": 0.2, "detector": "older"}
    assert "kept as: not co-operation, score 0.20 (older)" in coopwatch("explain", "1").out


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"", "is empty"), (b"\xff\xfe\x00", "is not UTF-8"), (b'{"id": 1}', "title is missing"), (b"{", "is not JSON")],
)
def test_a_file_that_cannot_be_explained_ends_with_65(coopwatch, folder, body, words):
    (folder / "bad.txt").write_bytes(body)
    done = coopwatch("explain", "bad.txt")
    assert (done.code, done.out) == (65, "")
    assert words in done.err


def test_explain_ends_with_1_where_there_is_no_such_release(coopwatch, known):
    assert coopwatch("explain", "99").code == 1


def test_nothing_a_text_says_can_steer_a_terminal(coopwatch, folder):
    (folder / "hostile.txt").write_text(
        "Health \x1b]0;title\x07Bureau meets\nThe Health Bureau met the Macao Health Bureau\u202e \x1b[2J.",
        encoding="utf-8",
    )
    shown = coopwatch("explain", "hostile.txt").out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", shown)


def test_reread_tells_on_what_the_detector_has_changed_its_mind(coopwatch, known):
    from storage.database import Database

    with Database.open("coopwatch.db") as db, db.transaction():
        db.execute("UPDATE assessment SET detector = 'older', cooperation = 0, kind = NULL, score = 0.1 WHERE id = 1")
        db.execute("UPDATE release SET cooperation = 0, detector = 'older' WHERE id = 1")
    assert coopwatch("status", "--json").json["detectors"]["older"] == 1
    dry = coopwatch("reread", "--dry-run")
    assert "release 1: no co-operation (0.10) -> " in dry.out
    told = coopwatch("reread", "--json").json
    assert (told["flipped"], told["assessed_anew"], told["as_before"]) == (1, 1, 2)
    [turn] = told["changed"]
    assert (turn["id"], turn["title"]) == (1, "Voucher pilot grows in the Greater Bay Area")
    assert (turn["before"]["cooperation"], turn["after"]["cooperation"]) == (False, True)
    assert coopwatch("status", "--json").json["detectors"].keys() == {turn["after"]["detector"]}
    assert coopwatch("reread", "--json").json["as_before"] == 3


def test_reread_fills_the_facts_of_a_database_of_earlier_days(coopwatch, known):
    from storage.database import Database

    before = coopwatch("sql", "--json", "SELECT release_id, name FROM parties ORDER BY 1, 2").json
    with Database.open("coopwatch.db") as db, db.transaction():
        for table in ("mention", "figure", "lifeline", "named_as", "named"):
            db.execute(f"DELETE FROM {table}")
    assert coopwatch("reread", "--json").json["assessed_anew"] == 3
    assert coopwatch("sql", "--json", "SELECT release_id, name FROM parties ORDER BY 1, 2").json == before
    assert coopwatch("sql", "--json", "SELECT count(*) AS n FROM changes WHERE kind = 'figure'").json == [{"n": 0}]
    assert [point["value"] for point in coopwatch("programme", PILOT, "--json").json["series"][0]["points"]] == [
        2,
        7,
        19,
    ]
