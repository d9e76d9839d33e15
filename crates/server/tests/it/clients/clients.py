"""Runs other systems' clients as they are installed, one order a line: {"do": NAME, ...}; answers {"ok": BOOL, "said": TEXT,
"cpu_seconds": what the client took of the processor}.

They are not modified: an order sets the environment that they read, and the time zone and the clock that they live by.
"""

import contextlib
import gc
import io
import json
import os
import pathlib
import sys
import time
import traceback

REAL_TIME = time.time


def tx(order):
    """The command line of threatexchange."""
    from threatexchange.cli import main

    main.inner_main(order["args"], pathlib.Path(order["state"]))


def stopncii(order):
    """What its command line never calls: a member's submissions and votes."""
    from threatexchange.exchanges.clients.stopncii import api

    keys = {endpoint: order["key"] for endpoint in api.StopNCIIEndpoint}
    client = api.StopNCIIAPI("any", order["key"], keys, base_url_override=order["url"])
    kind = api.StopNCIISignalType.ImagePDQ
    if order["what"] == "submit":
        client.submit_hash(kind, order["hash"], tags={"minor"})
    else:
        client.submit_feedback(kind, order["hash"], api.StopNCIICSPFeedbackValue.Blocked)


def ncmec(order):
    """Status, members, reasons, votes."""
    from threatexchange.exchanges.clients.ncmec import hash_api as api

    client = api.NCMECHashAPI("platform", order["key"], api.NCMECEnvironment.test_Industry)
    print(client.status().esp_name, sorted(member.esp_name for member in client.members()))
    reasons = client.feedback_reasons(api.FingerprintType.pdq)
    print(len(reasons))
    client.submit_upvote(1, order["entry"], api.FingerprintType.pdq)
    down = api.FeedbackType.downvote
    client.submit_feedback(1, order["entry"], api.FingerprintType.pdq, down, next(iter(reasons)))


def graph(order):
    """Reactions, a descriptor made and taken back."""
    from threatexchange.exchanges.clients.fb_threatexchange.api import ThreatExchangeAPI

    client = ThreatExchangeAPI(order["token"])
    print(client.react_upvote_threat_descriptor(order["descriptor"])[2])
    print([group.name for group in client.get_threat_privacy_groups_member()], client.get_tag_id("minor"))
    made = {
        "indicator": order["hash"],
        "type": "HASH_PDQ",
        "description": "made by its client",
        "share_level": "RED",
        "status": "MALICIOUS",
        "privacy_type": "HAS_PRIVACY_GROUP",
        "privacy_members": "1000",
        "tags": "minor",
    }
    error, _, answer = client.upload_threat_descriptor(made, False, False)
    print(error, answer)
    (read,) = client.get_threat_descriptors([answer["id"]])
    print(read["raw_indicator"] == order["hash"], read["tags"])
    print(client.delete_threat_descriptor(answer["id"], False, False)[2])


def shield(order):
    """Arachnid Shield's own client."""
    import base64

    os.environ["ARACHNID_SHIELD_URL"] = order["url"]
    from arachnid_shield_sdk import ArachnidShield
    from arachnid_shield_sdk.models import ArachnidShieldException, ScanMediaFromPdq

    client = ArachnidShield("platform", order["key"])
    asked = [base64.b64encode(bytes.fromhex(text)).decode() for text in order["hashes"]]
    answers = client.scan_pdq_hashes(ScanMediaFromPdq(hashes=asked)).scanned_hashes
    print([(str(answers[text].classification), answers[text].matches_known_media) for text in asked])
    for refused in (
        lambda: client.scan_media_from_bytes(b"x", "image/png"),
        lambda: client.scan_media_from_url("https://example.com/a.png"),
    ):
        try:
            refused()
        except ArachnidShieldException as error:
            print(error)


def shield_media(order):
    """The same about a picture: its bytes, and an address where it is."""
    import base64

    os.environ["ARACHNID_SHIELD_URL"] = order["url"]
    from arachnid_shield_sdk import ArachnidShield

    client = ArachnidShield("platform", order["key"])
    for picture in order["pictures"]:
        print(told(client.scan_media_from_bytes(base64.b64decode(picture), "image/png")))
    for address in order["addresses"]:
        print(told(client.scan_media_from_url(address)))


def told(scanned):
    """What an answer about a picture says."""
    kind = scanned.match_type.value if scanned.match_type else None
    return str(scanned.classification), kind, scanned.matches_known_media


def main():
    # Python looks through all that a client holds again and again: a quarter of what fetching a large list takes. Where it is
    # measured what a client takes, it does.
    if "REMPART_TEST_LISTED" not in os.environ:
        gc.disable()
    for line in sys.stdin:
        order = json.loads(line)
        os.environ.update(order.get("env", {}))
        time.tzset()
        ahead = order.get("ahead", 0)
        time.time = lambda: REAL_TIME() + ahead
        said, ok, begun = io.StringIO(), True, time.process_time()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                globals()[order["do"]](order)
            except SystemExit as ended:
                ok = not ended.code
            except BaseException:
                ok = False
                traceback.print_exc()
        cpu = time.process_time() - begun
        print(json.dumps({"ok": ok, "said": said.getvalue(), "cpu_seconds": cpu}), flush=True)


if __name__ == "__main__":
    main()
