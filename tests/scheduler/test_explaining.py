import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.explaining import CLOSE, OPEN, logit, marked, passages, summed
from storage.model import Assessment, Evidence


def test_the_passages_of_a_text_are_marked_with_their_numbers():
    assert marked("It rains today.", [(0, 2), (9, 14)]) == "⟦It⟧1 rains ⟦today⟧2."


def test_one_passage_may_lie_in_another():
    assert marked("abcdef", [(0, 6), (2, 4)]) == "⟦ab⟦cd⟧2ef⟧1"
    assert marked("abcdef", [(0, 6), (0, 2)]) == "⟦⟦ab⟧2cdef⟧1"
    assert marked("abcdef", [(0, 3), (3, 6)]) == "⟦abc⟧1⟦def⟧2"


@given(st.text(alphabet="ab \n", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6))
def test_marking_changes_nothing_of_the_text(text, pairs):
    spans = [(min(pair), max(pair)) for pair in pairs if max(pair) <= len(text) and pair[0] != pair[1]]
    shown = marked(text, spans)
    assert shown.count(OPEN) == shown.count(CLOSE) == len(spans)
    assert "".join(one for one in shown if one in "ab \n") == text


def test_a_passage_stands_once_with_all_it_counts_for_the_weightiest_first():
    one, two, three = Evidence(0, 5, "", "a", 0.1), Evidence(0, 5, "", "b", -2.0), Evidence(2, 3, "", "c", 1.0)
    assert passages([three, one, two]) == [(0, 5, [two, one]), (2, 3, [three])]


def test_the_sum_tells_what_the_evidence_leaves_out():
    evidence = (Evidence(0, 1, "", "", 3.0), Evidence(0, 1, "", "", -0.5))
    total = summed(Assessment(False, 0.2, "1", evidence=evidence), -4.0, 0.5)
    assert total.evidence == 2.5
    assert total.lesser == pytest.approx(logit(0.2) - (-4.0) - 2.5, abs=0.01)
    assert total.total == pytest.approx(logit(0.2), abs=0.01)
    assert total.missing == pytest.approx(logit(0.2), abs=0.01)


def test_a_score_too_near_to_certainty_leaves_the_lesser_signals_untold():
    total = summed(Assessment(True, 1.0, "1", evidence=(Evidence(0, 1, "", "", 14.0),)), -4.0, 0.5)
    assert total.lesser is None
    assert total.total == 10.0
