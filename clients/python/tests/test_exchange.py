"""The exchange against a server that breaks the rules, and against what HMA checks of it."""

import json
import typing as t

import pytest
from threatexchange import interface_validation
from threatexchange.exchanges.fetch_state import AggregateSignalOpinionCategory
from threatexchange.extensions.manifest import ThreatExchangeExtensionManifest
from threatexchange.signal_type.md5 import VideoMD5Signal
from threatexchange.signal_type.pdq.signal import PdqSignal

import rempart_tx
from rempart_tx import RempartCheckpoint, RempartCollabConfig, RempartCredentials, RempartSignalExchangeAPI
from rempart_tx.client import RempartClient, RempartError
from rempart_tx.wire import Malformed
from test_wire import ID, page, put

KEY = "rp_0123456789abcdef_" + "0" * 64
Answer = t.Tuple[int, t.Mapping[str, str], bytes]


def said(body: object, status: int = 200) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps(body).encode()


def api(url: str) -> RempartSignalExchangeAPI:
    config = RempartCollabConfig(name="N", url=url)
    return RempartSignalExchangeAPI.for_collab(config, RempartCredentials(KEY))


def test_it_is_an_extension_and_an_exchange_as_tx_and_hma_check_them() -> None:
    loaded = ThreatExchangeExtensionManifest.load_from_module_name("rempart_tx")
    assert loaded is rempart_tx.TX_MANIFEST
    exchanges: t.List[t.Any] = [RempartSignalExchangeAPI]
    mapping = interface_validation.SignalExchangeAPIMapping(exchanges)
    assert mapping.api_by_name["rempart"] is RempartSignalExchangeAPI
    assert KEY not in repr(RempartCredentials(KEY))


def test_pages_are_read_to_the_head_and_an_interrupted_fetch_goes_on(scripted: t.Callable[..., t.Any]) -> None:
    other = put(id=ID.replace("0", "1"))
    node = scripted(said(page(put(), through=1, head=2)), said(page(other, through=2, head=2)))
    deltas = list(api(node.url).fetch_iter([], None))
    assert [list(delta.updates) for delta in deltas] == [[ID], [ID.replace("0", "1")]]
    assert node.asked[1].startswith("GET /api/v1/changes?after=1&")
    again = scripted(said({}), said(page(through=2, head=2)))
    list(api(again.url).fetch_iter([], deltas[-1].checkpoint))
    assert again.asked[0] == "PUT /api/v1/cursor", "what the last fetch brought is in force"
    assert "after=2" in again.asked[1] and "agreement=a" in again.asked[1]


def test_when_the_agreement_changed_the_next_fetch_begins_anew(scripted: t.Callable[..., t.Any]) -> None:
    problem = {"type": "urn:rempart:problem:agreement-changed", "detail": "x"}
    node = scripted(said({}), said(problem, 409))
    checkpoint = RempartCheckpoint(5, "old", 0)
    assert not checkpoint.is_stale()
    (delta,) = list(api(node.url).fetch_iter([], checkpoint))
    assert delta.updates == {} and delta.checkpoint.is_stale()


def test_a_page_that_leads_back_to_itself_ends_the_fetch(scripted: t.Callable[..., t.Any]) -> None:
    node = scripted(*[said(page(put(), through=1, head=9))] * 9)
    with pytest.raises(Malformed):
        list(api(node.url).fetch_iter([], None))
    assert len(node.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"{"),
        (200, {}, b"[" * 100_000),
        (302, {"location": "http://127.0.0.1:1/"}, b""),
        (401, {}, b'{"type":"urn:rempart:problem:key-unknown","detail":"Ask for a new one."}'),
        (404, {}, b"<html>"),
    ],
)
def test_what_is_no_answer_is_an_error_that_shows_no_key(answer: Answer, scripted: t.Callable[..., t.Any]) -> None:
    node = scripted(answer)
    with pytest.raises(RempartError) as error:
        list(api(node.url).fetch_iter([], None))
    assert KEY not in str(error.value) and len(node.asked) == 1


def test_a_node_that_asks_to_wait_is_asked_again(scripted: t.Callable[..., t.Any]) -> None:
    node = scripted((429, {"retry-after": "1"}, b""), (503, {}, b""), said(page(put())))
    assert len(list(api(node.url).fetch_iter([], None))) == 1


def test_more_bytes_than_are_taken_are_refused(
    scripted: t.Callable[..., t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rempart_tx.client.BODY_BYTES_MAX", 1_000)
    node = scripted((200, {}, b" " * 200_000))
    with pytest.raises(RempartError, match="more than 1000 bytes"):
        list(api(node.url).fetch_iter([], None))


@pytest.mark.parametrize("url", ["node.example", "ftp://n", "http://node.example", "https://a:b@n", "https://n/?k=1"])
def test_an_address_that_would_show_the_key_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        RempartClient(url, KEY)


def test_signals_carry_every_entry_that_holds_them() -> None:
    from rempart_tx.wire import read_page

    md5 = {"kind": "md5", "value": "ab" * 16}
    second = put(id=ID.replace("0", "1"), tier="reported", block_radius=None, fingerprints=[md5])
    third = put(id=ID.replace("0", "2"), status="disputed", fingerprints=[md5])
    read = read_page(page(put(), second, third), 0)
    entries = {key: value for key, value in read.updates.items() if value is not None}
    config = RempartCollabConfig(name="N", url="https://n")
    signals = RempartSignalExchangeAPI.naive_convert_to_signal_type([PdqSignal, VideoMD5Signal], config, entries)
    pdq, both = signals[PdqSignal]["0f" * 32], signals[VideoMD5Signal]["ab" * 16]
    assert pdq.get_as_aggregate_opinion().category == AggregateSignalOpinionCategory.POSITIVE_CLASS
    assert {"minor", "verified", "block"} <= pdq.get_as_aggregate_opinion().tags and ID in str(pdq)
    assert len(both.entries) == 2
    assert both.get_as_aggregate_opinion().category == AggregateSignalOpinionCategory.DISPUTED
