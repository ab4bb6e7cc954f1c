import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.identity import bare_title, canonical, fingerprint, fold

WORDS = st.text(max_size=80)


@pytest.mark.parametrize(
    "spelling",
    [
        "https://www.example.test/a/b.htm",
        "http://www.example.test/a/b.htm",
        "HTTPS://WWW.Example.Test/a/b.htm",
        "https://www.example.test./a/b.htm",
        "https://www.example.test:443/a/b.htm",
        "http://www.example.test:80/a/b.htm",
        "https://www.example.test/a/b.htm#top",
        "https://www.example.test/a/b.htm?utm_source=x&utm_medium=y",
        "https://www.example.test/a/b.htm?fbclid=1&gclid=2&spm=3&from=4&sid=5",
        "https://www.example.test/a/b.htm?PHPSESSID=ab12",
        "https://www.example.test/a/b.htm;jsessionid=AB12",
        "https://user:word@www.example.test/a/b.htm",
        "  https://www.example.test/a/b.htm ",
        "https://www.example.test/%61/b.htm",
    ],
)
def test_spellings_of_one_address_become_one(spelling):
    assert canonical(spelling) == "https://www.example.test/a/b.htm"


def test_parameters_that_name_the_page_are_kept_in_order():
    assert canonical("http://e.test/?b=2&utm_x=1&a=1") == "https://e.test/?b=2&a=1"


def test_the_case_of_the_path_is_kept():
    assert canonical("https://e.test/News/A.htm") == "https://e.test/News/A.htm"


def test_another_port_or_an_ipv6_host_is_kept():
    assert canonical("http://127.0.0.1:8000/x") == "https://127.0.0.1:8000/x"
    assert canonical("http://[::1]:8000/x") == "https://[::1]:8000/x"


def test_chinese_in_an_address_is_spelled_one_way():
    assert (
        canonical("https://e.test/新聞")
        == canonical("https://e.test/%E6%96%B0%E8%81%9E")
        == "https://e.test/%E6%96%B0%E8%81%9E"
    )


@pytest.mark.parametrize(
    "url", ["", "/a/b.htm", "ftp://e.test/", "javascript:alert(1)", "https://", "http://e.test:99999/", "http://[bad/"]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(ValueError):
        canonical(url)


@given(st.from_regex(r"https?://[a-z]{1,8}\.test(:[0-9]{2,4})?/[ -~]{0,30}", fullmatch=True))
def test_a_canonical_address_is_its_own_canonical_address(url):
    once = canonical(url)
    assert canonical(once) == once


@pytest.mark.parametrize(
    "title",
    [
        "Cities sign accord",
        "Cities sign accord (with photos)",
        "Cities sign accord (With Photo)",
        "Cities  sign\taccord (with photos/video)",
        "Cities sign accord (with photo) (only in Chinese)",
        "Ｃｉｔｉｅｓ sign accord",
    ],
)
def test_suffixes_width_and_spaces_have_no_part_in_a_title(title):
    assert bare_title(title) == "Cities sign accord"


@pytest.mark.parametrize(
    "title",
    [
        "兩地簽署協議",
        "兩地簽署協議（附圖）",
        "兩地簽署協議（附圖／短片）",
        "兩地簽署協議(附图)",
        "兩地簽署協議（附相片）",
    ],
)
def test_chinese_suffixes_have_no_part_in_a_title(title):
    assert bare_title(title) == "兩地簽署協議"


def test_other_brackets_at_the_end_of_a_title_are_part_of_it():
    assert bare_title("Measles update (21 November)") == "Measles update (21 November)"
    assert bare_title("(with photos)") == "(with photos)"


def test_a_fingerprint_names_its_rule_and_has_64_digits():
    rule, digits = fingerprint("Title", "Text").split(":")
    assert rule == "1"
    assert len(digits) == 64


def test_the_fingerprint_passes_over_space_and_width_but_not_over_words():
    first = fingerprint("Title (with photos)", "One  line.\n\nAnother\u3000line.")
    assert first == fingerprint("Title", " One line. \nAnother line.\n")
    assert first != fingerprint("Title", "One line. Another line.")
    assert first != fingerprint("Title", "One line.\nAnother lime.")
    assert first != fingerprint("Other title", "One line.\nAnother line.")


@given(WORDS, WORDS)
def test_any_text_has_a_fingerprint_and_folding_it_first_changes_nothing(title, text):
    assert fingerprint(title, text) == fingerprint(bare_title(title), fold(text))


def test_half_a_character_does_not_stop_a_fingerprint():
    assert fingerprint("a\ud800", "b").startswith("1:")
