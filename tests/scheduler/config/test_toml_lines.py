"""The lines of keys, against tomllib's own reading of the same text."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from scheduler.config.toml_lines import line_of, lines_of


def test_tables_keys_dotted_keys_and_arrays_of_tables_have_their_lines():
    lines = lines_of(
        "# a comment\n"
        "top = 1\n"
        "[a.b]\n"
        "c.d = 2\n"
        '"quoted key" = 3\n'
        "[[list]]\n"
        "x = 1\n"
        "[list.inner]\n"
        "y = 2\n"
        "[[list]]\n"
        "x = 3\n"
    )
    assert lines[("top",)] == 2
    assert lines[("a", "b")] == 3
    assert lines[("a", "b", "c", "d")] == 4
    assert lines[("a", "b", "quoted key")] == 5
    assert lines[("list", 0, "x")] == 7
    assert lines[("list", 0, "inner", "y")] == 9
    assert lines[("list", 1)] == 10
    assert lines[("list", 1, "x")] == 11


def test_a_list_inside_the_second_of_a_list_counts_from_the_beginning():
    lines = lines_of("[[a]]\nx = 1\n[[a.b.c]]\ny = 1\n[[a.b.c]]\ny = 2\n[[a]]\n[[a.b.c]]\ny = 3\n")
    assert [lines[("a", 0, "b", "c", place, "y")] for place in (0, 1)] == [4, 6]
    assert lines[("a", 1, "b", "c", 0, "y")] == 9


def test_values_over_several_lines_hide_no_later_key():
    lines = lines_of(
        'a = """\n[not.a.table]\nb = 1\n"""\nc = [\n  1, # ]\n  \'[\',\n]\nd = \'\'\'x\'\'\'\ne = "\\"]"\nf = 1\n'
    )
    assert ("b",) not in lines
    assert ("not", "a", "table") not in lines
    assert (lines[("c",)], lines[("d",)], lines[("e",)], lines[("f",)]) == (5, 9, 10, 11)


def test_what_has_no_line_of_its_own_gets_that_of_what_is_around_it():
    lines = lines_of("[a]\nb = { c = [1] }\n")
    assert line_of(lines, ("a", "b", "c", 0)) == 2
    assert line_of(lines, ("a", "missing")) == 1
    assert line_of(lines, ("nowhere",)) == 1


KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
VALUES = st.sampled_from(["1", '"x # ["', "[1,\n 2]", "'''\nk = 1\n'''", "{ a = 1 }", '"""\n[x]\n"""'])


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=4), max_size=4))
def test_every_key_tomllib_reads_stands_on_the_line_found_for_it(tables):
    text = "".join(
        f"[{table}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items()) for table, keys in tables.items()
    )
    read = tomllib.loads(text)
    lines, rows = lines_of(text), text.split("\n")
    for table, keys in read.items():
        assert rows[lines[(table,)] - 1] == f"[{table}]"
        for key in keys:
            assert rows[lines[(table, key)] - 1].startswith(f"{key} = ")


@given(st.text(alphabet="[]{}\"'\\=.#\n abc", max_size=60))
def test_no_text_makes_the_scanner_fail(text):
    assert lines_of(text)[()] == 1
