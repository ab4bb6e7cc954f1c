"""The crawling child and the user's own file of names."""

import subprocess
import sys

ASKS = """
import sys
from scraper.child import know
know(sys.argv[1])
from scraper.cooperation import assess
made = assess("T", "The Health Bureau met HEFX on health.", language="en")
print(sorted(one.name for one in made.parties))
"""


def child(path):
    done = subprocess.run([sys.executable, "-c", ASKS, str(path)], capture_output=True, text=True, check=True)
    return done.stdout.strip(), done.stderr


def test_the_child_knows_the_names_it_is_given(tmp_path):
    path = tmp_path / "names.toml"
    path.write_text('[[body]]\nname = "Harbour Eye Foundation"\nplace = "Macao"\nalso = ["HEFX"]', encoding="utf-8")
    assert child(path) == ("['Harbour Eye Foundation', 'Health Bureau']", "")


def test_a_file_that_was_spoilt_while_the_service_ran_ends_no_child(tmp_path):
    path = tmp_path / "names.toml"
    path.write_text('[[body]]\nname = "Harbour Eye Foundation"\nalso = ["HEFX"]', encoding="utf-8")
    known, said = child(path)
    assert known == "['Health Bureau']"
    assert "read without the names of its own" in said
    assert "place is missing" in said
