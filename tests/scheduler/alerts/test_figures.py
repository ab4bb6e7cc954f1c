import pytest

from scheduler.alerts.figures import number, passage


@pytest.mark.parametrize(
    ("value", "qualifier", "written"),
    [(7.0, None, "7"), (1200.0, "over", "over 1,200"), (1.5, None, "1.5"), (86000000.0, "about", "about 86,000,000")],
)
def test_a_figure_is_written_as_people_write_it(value, qualifier, written):
    assert number(value, qualifier) == written


@pytest.mark.parametrize(
    ("text", "figure", "sentence"),
    [
        ("It began. There are now 19 points in all. More follow.", "19", "There are now 19 points in all."),
        ("首句。服務點增至十九個。末句。", "十九", "服務點增至十九個。"),
        ("One line\nNow 1.5 million doses\nAnother", "1.5", "Now 1.5 million doses"),
        ("7", "7", "7"),
    ],
)
def test_the_passage_of_a_figure_is_its_sentence(text, figure, sentence):
    start = text.index(figure)
    assert passage(text, start, start + len(figure)) == sentence


def test_a_sentence_without_end_is_cut_on_both_sides():
    text = "word " * 1000 + "19 points" + " word" * 1000
    start = text.index("19")
    assert 700 < len(passage(text, start, start + 2)) < 900
