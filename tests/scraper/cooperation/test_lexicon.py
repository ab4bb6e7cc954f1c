"""The data files: enough of each, well formed, and every name found again."""

from __future__ import annotations

import pytest

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import lexicon, made, read, side_of
from scraper.cooperation.units import cut


def names(what: str) -> set[str]:
    """Return the canonical names that the trie holds of a kind."""
    found, open_nodes = set(), [lexicon().trie.root]
    while open_nodes:
        node = open_nodes.pop()
        found |= {entry.name for entry in node.get("", []) if entry.what == what}
        open_nodes += [child for child in node.values() if isinstance(child, dict)]
    return found


@pytest.mark.parametrize(("what", "least"), [("place", 60), ("body", 350), ("programme", 80), ("person", 40)])
def test_the_gazetteer_is_large_enough(what: str, least: int) -> None:
    assert len(names(what)) >= least


def test_every_province_and_every_bay_area_city_has_its_health_commission() -> None:
    kinds = ("province", "autonomous region", "municipality", "GBA city")
    places = [p for p in lexicon().places.values() if p.kind in kinds]
    assert len(places) == 31 + 9
    bodies = names("body")
    for place in places:
        assert any(place.name in body and "Health Commission" in body for body in bodies), place.name


@pytest.mark.parametrize("file", ["places.json", "bodies.json", "programmes.json", "officials.json"])
def test_each_row_has_an_english_and_a_chinese_name_and_no_name_twice(file: str) -> None:
    rows = read(file)["rows"]
    assert all(row[0] and row[1] and isinstance(row[-1], list) for row in rows)
    assert len({row[0] for row in rows}) == len(rows)


def test_each_body_lies_in_a_known_place() -> None:
    places = lexicon().places
    data = read("bodies.json")
    for row in [*made(data["patterns"], places, read("places.json")["demonyms"]), *data["rows"]]:
        if row[3] == "own government":  # whose it is depends on the publisher
            continue
        assert row[2] in places or row[2] == "International", row
        assert side_of(row[2], places)


def test_names_of_one_body_in_any_script_lead_to_it() -> None:
    trie = lexicon().trie
    for name in ("University of Hong Kong-Shenzhen Hospital", "港大深圳醫院", "香港大学深圳医院", "HKU-SZH"):
        (_, _, entries), *rest = trie.find(cut(fold(name)).words)
        assert not rest
        assert "University of Hong Kong-Shenzhen Hospital" in {entry.name for entry in entries}
