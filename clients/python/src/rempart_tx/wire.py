"""What a node sends, read one record at a time: no I/O.

A record that cannot be read is left out, with its number and the reason; the page it came on passes. Views are passed
over: they are hashes of a picture cropped or tilted, and no picture's own.
"""

import re
import typing as t
from dataclasses import dataclass, field

#: Fingerprints of an entry, at most.
FINGERPRINTS_MAX = 64

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = {"pdq": 64, "sha256": 64, "md5": 32}
_TIERS = ("reported", "verified", "confirmed")


class Malformed(ValueError):
    """What came is no page. The text never holds anything of what came."""


@dataclass
class Entry:
    """One protected piece of content."""

    #: (kind, lower-case hex): pdq, sha256 or md5.
    fingerprints: t.List[t.Tuple[str, str]]
    #: minor or adult.
    legal_class: str
    #: reported, verified or confirmed.
    tier: str
    #: Somebody contests it: never to be blocked without a person.
    disputed: bool
    #: Whether blocking is advised at all, for copies that are near enough.
    block: bool
    #: Who contributed it.
    origin: str


@dataclass
class Page:
    """A stretch of the feed."""

    #: Entries by id; None: forget it.
    updates: t.Dict[str, t.Optional[Entry]]
    #: Every number up to here is covered.
    through: int
    #: The bank's last number.
    head: int
    #: When it changes, a fetch from scratch is needed.
    agreement: str
    #: What was left out: number and reason.
    skipped: t.List[str] = field(default_factory=list)


def read_page(page: object, after: int) -> Page:
    """Reads a page that was asked for with `after`.

    Raises Malformed if its numbers contradict it or each other: then nothing of it is to be used.
    """
    body = _object(page, "a page")
    through, head = _number(body.get("through")), _number(body.get("head"))
    agreement, changes = body.get("agreement"), body.get("changes")
    if not isinstance(agreement, str) or not isinstance(changes, list):
        raise Malformed("a page without its agreement or its changes")
    if through < after or head < through or (through == after and through < head):
        raise Malformed("a page that does not lead on")
    result = Page({}, through, head, agreement)
    for change in changes:
        seq: object = change.get("seq") if isinstance(change, dict) else None
        try:
            entry, value = _change(change)
        except (Malformed, ValueError, TypeError, KeyError) as error:
            reason = error if isinstance(error, Malformed) else "it cannot be read"
            result.skipped.append(f"change {seq if isinstance(seq, int) else '?'}: {reason}")
            continue
        result.updates[entry] = value
    return result


def _change(change: object) -> t.Tuple[str, t.Optional[Entry]]:
    body = _object(change, "a change")
    if "remove" in body:
        return _id(_object(body["remove"], "a removal").get("entry")), None
    put = _object(body.get("put"), "a change that neither puts nor removes")
    entry = _id(put.get("id"))
    if put.get("status") == "withdrawn":
        return entry, None
    return entry, _entry(put)


def _entry(put: t.Mapping[str, object]) -> Entry:
    listed = put.get("fingerprints")
    if not isinstance(listed, list) or len(listed) > FINGERPRINTS_MAX:
        raise Malformed("an entry without fingerprints")
    fingerprints = []
    for one in listed:
        body = _object(one, "a fingerprint")
        kind, value = body.get("kind"), body.get("value")
        # A newer node may send kinds that are not known here.
        if not isinstance(kind, str) or kind not in _HEX:
            continue
        if not isinstance(value, str) or not re.fullmatch(f"[0-9a-fA-F]{{{_HEX[kind]}}}", value):
            raise Malformed("a fingerprint that is no hash")
        fingerprints.append((kind, value.lower()))
    if not fingerprints:
        raise Malformed("an entry without a fingerprint that is known here")
    tier, legal_class = put.get("tier"), put.get("class")
    if tier not in _TIERS or legal_class not in ("minor", "adult"):
        raise Malformed("an entry of another class or tier")
    origin = put.get("origin")
    return Entry(
        fingerprints=fingerprints,
        legal_class=str(legal_class),
        tier=str(tier),
        # What is not known to stand is contested.
        disputed=put.get("status") != "active",
        block=isinstance(put.get("block_radius"), int),
        origin=origin if isinstance(origin, str) else "",
    )


def _object(value: object, what: str) -> t.Dict[str, object]:
    if not isinstance(value, dict):
        raise Malformed(what if what.startswith("a change that") else f"{what} that is no object")
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Malformed("a page without its numbers")
    return value


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Malformed("an entry without its id")
    return value
