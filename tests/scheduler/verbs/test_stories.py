"""`coopwatch stories` and `story`, on releases that were imported in two languages."""

import json

import pytest

TEXT = {
    "en": "The Health Bureau and the Fujian Provincial Health Commission signed a pact in Xiamen today (March 12)."
    " Under it, 45 nurses will be trained from September 1.",
    "zh-Hant": "醫務衞生局與福建省衞生健康委員會今日（三月十二日）在廈門簽署協議，九月一日起培訓四十五名護士。",
}
TITLE = {"en": "Health Bureau signs nursing agreement with Fujian", "zh-Hant": "醫務衞生局與福建省簽署護理協議"}


def line(number, language, **other):
    row = {"id": number, "url": f"https://portal{number}.example.org/a", "lang": language, "date": "2026-03-12"}
    return json.dumps(row | {"title": TITLE[language], "text": TEXT[language]} | other, ensure_ascii=False)


@pytest.fixture
def kept(folder, coopwatch):
    """Two tellings of one event, and a release about something else."""
    other = {"title": "Swimming pool reopens", "text": "The swimming pool in Harbour City reopened after 12 weeks."}
    rows = [line(1, "en"), line(2, "zh-Hant"), line(3, "en", **other)]
    (folder / "in.jsonl").write_text("\n".join(rows), encoding="utf-8")
    assert coopwatch("import", "in.jsonl").code == 0
    return folder


def test_stories_lists_events_and_how_many_tell_each(kept, coopwatch):
    assert [row["releases"] for row in coopwatch("stories", "--json").json] == [1, 2]
    (told,) = coopwatch("stories", "--several", "--json").json
    assert (told["title"], told["languages"], told["cooperation"]) == (TITLE["en"], ["en", "zh-Hant"], True)
    assert "Swimming" not in coopwatch("stories", "--several").out


def test_story_shows_who_told_it_and_why_it_is_taken_for_one_event(kept, coopwatch):
    whole = coopwatch("story", 1, "--json").json
    assert [row["language"] for row in whole["told_by"]] == ["en", "zh-Hant"]
    assert whole["told_by"][0]["why"] == "first"
    assert whole["told_by"][1]["why"].startswith("translation: same day, 2 parties")
    shown = coopwatch("story", 1).out
    assert "told by 2 releases" in shown
    assert "why: translation" in shown
    assert coopwatch("story", "show", 1).out == shown


def test_a_release_is_split_off_and_joined_again_by_hand(kept, coopwatch):
    done = coopwatch("story", "split", 2, "--json")
    assert done.json == {"release_id": 2, "from_story": 1, "story_id": 3}
    assert coopwatch("stories", "--several", "--json").json == []
    assert coopwatch("import", "in.jsonl").code == 0
    assert coopwatch("stories", "--several", "--json").json == []
    assert coopwatch("story", "join", "https://portal2.example.org/a", 1).out == "release 2: from story 3 to story 1\n"
    shown = coopwatch("story", 1).out
    assert "release 2 split by hand: from story 1 to story 3" in shown
    assert "release 2 joined by hand: from story 3 to story 1" in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("story", 99), 1, "no story 99"),
        (("story", "split", 3), 1, "release 3 is alone in story 2"),
        (("story", "split", 99), 1, "no release '99'"),
        (("story", "join", 3, 99), 1, "no story 99"),
        (("story", "join", 3, 2), 1, "already"),
        (("story", "seven"), 2, "not a valid integer"),
        (("story",), 2, "Usage"),
    ],
)
def test_what_cannot_be_done_is_said(kept, coopwatch, words, code, said):
    done = coopwatch(*words)
    assert (done.code, said in done.err) == (code, True), done.err


@pytest.mark.parametrize("words", [("stories",), ("story",), ("story", "split"), ("story", "join"), ("story", "show")])
def test_help_has_an_example(coopwatch, words):
    assert "Example:" in coopwatch(*words, "--help").out


def test_reread_makes_tellings_anew_and_moves_nothing(kept, coopwatch):
    assert coopwatch("reread").code == 0
    assert [row["releases"] for row in coopwatch("stories", "--json").json] == [1, 2]
