"""Pages are read one record at a time; what contradicts itself is refused whole."""

import typing as t

import pytest

from rempart_tx.wire import Malformed, read_page

ID = "01234567-89ab-7cde-8f01-23456789abcd"


def put(**more: object) -> t.Dict[str, t.Any]:
    entry = {
        "id": ID,
        "class": "minor",
        "tier": "verified",
        "status": "active",
        "fingerprints": [{"kind": "pdq", "value": "0F" * 32}],
        "views": [{"view": 1, "value": "ab" * 32}],
        "block_radius": 31,
        "origin": "hotline",
        **more,
    }
    return {"seq": 1, "at": "2026-01-01T00:00:00Z", "put": entry}


def page(*changes: object, through: object = 1, head: object = 1) -> t.Dict[str, object]:
    return {"changes": list(changes), "through": through, "head": head, "agreement": "a"}


def test_an_entry_is_its_fingerprints_and_not_its_views() -> None:
    entry = read_page(page(put()), 0).updates[ID]
    assert entry is not None
    assert entry.fingerprints == [("pdq", "0f" * 32)]
    assert (entry.legal_class, entry.tier, entry.disputed, entry.block) == ("minor", "verified", False, True)


def test_a_removal_and_a_withdrawn_entry_forget() -> None:
    remove = {"seq": 1, "at": "x", "remove": {"entry": ID, "reason": "person_asked"}}
    assert read_page(page(remove), 0).updates == {ID: None}
    assert read_page(page(put(status="withdrawn", fingerprints=[])), 0).updates == {ID: None}


def test_a_later_change_of_an_entry_on_a_page_is_the_one_that_counts() -> None:
    remove = {"seq": 2, "remove": {"entry": ID, "reason": "person_asked"}}
    assert read_page(page(put(), remove), 0).updates == {ID: None}
    assert read_page(page(remove, put()), 0).updates[ID] is not None


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        [],
        {},
        {"seq": 1},
        {"seq": 1, "put": None},
        {"seq": 1, "remove": {}},
        {"seq": 1, "remove": {"entry": "x"}},
        put(id="x"),
        put(fingerprints=None),
        put(fingerprints=[]),
        put(fingerprints=[{"kind": "pdq", "value": "0f"}]),
        put(fingerprints=[{"kind": "pdq", "value": None}]),
        put(fingerprints=[{"kind": "new", "value": "0f"}]),
        put(fingerprints=[{"kind": [], "value": "0f"}]),
        put(fingerprints=[{"kind": "md5", "value": "0f" * 16}] * 65),
        put(tier="best"),
        put(**{"class": "other"}),
    ],
)
def test_one_record_that_cannot_be_read_is_left_out_and_the_others_pass(bad: object) -> None:
    other = put(id=ID.replace("0", "1"))
    read = read_page(page(bad, other), 0)
    assert list(read.updates) == [ID.replace("0", "1")]
    assert len(read.skipped) == 1
    assert "0f" not in read.skipped[0].lower()


def test_a_kind_that_is_not_known_here_leaves_the_others() -> None:
    both = [{"kind": "new", "value": "?"}, {"kind": "md5", "value": "ab" * 16}]
    entry = read_page(page(put(fingerprints=both)), 0).updates[ID]
    assert entry is not None and entry.fingerprints == [("md5", "ab" * 16)]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        {},
        {"changes": [], "through": 1, "head": 1},
        {"changes": {}, "through": 1, "head": 1, "agreement": "a"},
        page(through=4, head=9),
        page(through=5, head=9),
        page(through=9, head=8),
        page(through=True, head=9),
        page(through="9", head=9),
        page(through=-1, head=9),
    ],
)
def test_a_page_that_contradicts_itself_or_leads_nowhere_is_refused(bad: object) -> None:
    with pytest.raises(Malformed):
        read_page(bad, 5)
