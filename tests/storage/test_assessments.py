import json

from hypothesis import given
from hypothesis import strategies as st

from storage.assessments import from_columns, from_plain, to_columns, to_plain
from storage.model import Assessment, Dated, Evidence, Figure, Mention

TEXT = st.text(max_size=10)
NUMBER = st.integers(0, 10_000)
SHARE = st.floats(0, 1)
MENTIONS = st.lists(
    st.builds(
        Mention, TEXT, NUMBER, NUMBER, TEXT, st.none() | TEXT, st.none() | TEXT, st.none() | TEXT, st.tuples(TEXT)
    ),
    max_size=2,
).map(tuple)
ASSESSMENTS = st.builds(
    Assessment,
    cooperation=st.booleans(),
    score=SHARE,
    detector=TEXT,
    kind=st.none() | TEXT,
    reason=TEXT,
    jurisdictions=st.lists(TEXT, max_size=2).map(tuple),
    evidence=st.lists(st.builds(Evidence, NUMBER, NUMBER, TEXT, TEXT, SHARE), max_size=2).map(tuple),
    parties=MENTIONS,
    people=MENTIONS,
    places=MENTIONS,
    programmes=MENTIONS,
    laws=MENTIONS,
    dates=st.lists(st.builds(Dated, TEXT, TEXT, NUMBER, NUMBER), max_size=2).map(tuple),
    figures=st.lists(
        st.builds(Figure, SHARE, TEXT, TEXT, NUMBER, NUMBER, st.none() | TEXT, st.none() | TEXT), max_size=2
    ).map(tuple),
)


@given(ASSESSMENTS)
def test_an_assessment_comes_back_from_json_as_it_was(assessment):
    assert from_plain(json.loads(json.dumps(to_plain(assessment)))) == assessment


@given(ASSESSMENTS)
def test_an_assessment_comes_back_from_a_row_as_it_was(assessment):
    assert from_columns(to_columns(assessment)) == assessment


def test_what_a_newer_coopwatch_added_is_passed_over():
    plain = to_plain(Assessment(True, 0.5, "1", parties=(Mention("A", 0, 1, "a"),)))
    plain["mood"] = "good"
    plain["parties"][0]["mood"] = "good"
    assert from_plain(plain) == Assessment(True, 0.5, "1", parties=(Mention("A", 0, 1, "a"),))
