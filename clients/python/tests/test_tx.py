"""`tx`, as it comes from its registry, against a real node on loopback: config, fetch, match, withdrawal, outcomes."""

import json
import pathlib
import typing as t

import requests
from PIL import Image
from threatexchange.exchanges.fetch_state import SignalOpinion, SignalOpinionCategory
from threatexchange.signal_type.pdq.signal import PdqSignal

from conftest import Node, Tx
from rempart_tx import RempartCollabConfig, RempartCredentials, RempartSignalExchangeAPI

EVERYTHING = ("--contributes", "minor:confirmed,adult:confirmed", "--scopes", "contribute,follow,match,outcome")


def picture(file: pathlib.Path, seed: int) -> str:
    """Draws a picture with something to see in it; gives its PDQ."""
    image = Image.new("RGB", (256, 256))
    for x in range(256):
        for y in range(256):
            wave = (x * (seed + 3) // 17) ^ (y * (2 * seed + 5) // 23)
            image.putpixel((x, y), (wave * 5 % 256, (x * y // (seed + 7)) % 256, (x + seed * y) % 256))
    image.save(file)
    return str(PdqSignal.hash_from_file(file))


def contribute(node: Node, key: str, fingerprints: t.Sequence[t.Mapping[str, str]], tier: str = "verified") -> str:
    entry = {"class": "adult", "tier": tier, "fingerprints": list(fingerprints)}
    answer = requests.post(
        f"{node.url}/api/v1/entries",
        json={"entries": [entry]},
        headers={"authorization": f"Bearer {key}"},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["entries"][0]["id"])


def test_tx_follows_a_node_and_forgets_what_was_withdrawn(
    node: Node, tx: t.Callable[[str], Tx], tmp_path: pathlib.Path
) -> None:
    hotline, platform = node.partner("hotline", *EVERYTHING), node.partner("platform")
    # Never one hash, nor a power of two: tx's own index loses those.
    files = [tmp_path / f"{seed}.png" for seed in range(6)]
    hashes = [picture(file, seed) for seed, file in enumerate(files)]
    assert all(hashes) and len(set(hashes)) == 6, hashes
    entries = [contribute(node, hotline, [{"kind": "pdq", "value": value}]) for value in hashes[:5]]

    client = tx(platform)
    client.run("config", "extensions", "add", "rempart_tx")
    client.run("config", "collab", "edit", "rempart", "--create", "NODE", "--url", node.url)
    client.run("fetch")
    for file, entry in zip(files[:5], entries):
        matched = client.run("match", "photo", str(file))
        assert "(NODE) POSITIVE_CLASS" in matched and entry in matched, matched
    assert "NODE" not in client.run("match", "photo", str(files[5])), "a stranger"

    gone = requests.delete(
        f"{node.url}/api/v1/entries/{entries[0]}", headers={"authorization": f"Bearer {hotline}"}, timeout=60
    )
    assert gone.ok, gone.text
    contribute(node, hotline, [{"kind": "pdq", "value": hashes[5]}], "reported")
    contribute(node, hotline, [{"kind": "md5", "value": "ab" * 16}])
    client.run("fetch")
    assert "NODE" not in client.run("match", "photo", str(files[0])), "withdrawn, and forgotten by the next fetch"
    assert "INVESTIGATION_SEED" in client.run("match", "photo", str(files[5]))

    # What the fetch before this one brought is in force, and the node was told.
    listed = [json.loads(line) for line in _partners(node).splitlines()]
    cursors = [key["cursor"] for partner in listed if partner["name"] == "platform" for key in partner["keys"]]
    assert cursors and cursors[0] is not None, listed


def test_outcomes_go_back(node: Node, tmp_path: pathlib.Path) -> None:
    hotline, platform = node.partner("hotline", *EVERYTHING), node.partner("platform")
    value = picture(tmp_path / "a.png", 1)
    entry = contribute(node, hotline, [{"kind": "pdq", "value": value}])
    config = RempartCollabConfig(name="NODE", url=node.url)
    api = RempartSignalExchangeAPI.for_collab(config, RempartCredentials(platform))
    category = SignalOpinionCategory
    api.report_opinion(PdqSignal, value, SignalOpinion(True, category.POSITIVE_CLASS, set()))
    api.report_opinion(PdqSignal, value, SignalOpinion(True, category.NEGATIVE_CLASS, {"mistaken"}))
    api.report_outcome(entry, "kept", reason="consent", count=2)
    answer = requests.get(
        f"{node.url}/api/v1/entries/{entry}/outcomes", headers={"authorization": f"Bearer {hotline}"}, timeout=60
    )
    said = [(outcome["kind"], outcome["count"], outcome.get("reason")) for outcome in answer.json()["outcomes"]]
    assert sorted(said, key=str) == [("blocked", 1, None), ("kept", 2, "consent"), ("mistaken", 1, None)], said


def test_a_wrong_key_fails_the_fetch_and_shows_itself_nowhere(
    node: Node, tx: t.Callable[[str], Tx], tmp_path: pathlib.Path
) -> None:
    hotline = node.partner("hotline", *EVERYTHING)
    for number in range(3):
        contribute(node, hotline, [{"kind": "md5", "value": f"{number:032x}"}])
    wrong = tx("rp_0123456789abcdef_" + "0" * 64)
    wrong.run("config", "extensions", "add", "rempart_tx")
    wrong.run("config", "collab", "edit", "rempart", "--create", "NODE", "--url", node.url)
    refused = wrong.run("-v", "fetch", succeeds=False)
    assert "401" in refused and "0" * 64 not in refused, refused
    wrong.environment["TX_REMPART_KEY"] = node.partner("platform")
    wrong.run("fetch")


def _partners(node: Node) -> str:
    from conftest import rempart

    return rempart(node.folder, "partner", "list", "--json")
