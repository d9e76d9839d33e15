"""The exchange as HMA takes it. HMA's server is in no package registry, so what it does with an exchange is done here with the same
library (threatexchange): a configuration and credentials that come as JSON and lie as JSON, a checkpoint that lies as JSON,
records that lie pickled and are converted one by one.
"""

import pickle
import typing as t

import requests
from threatexchange import interface_validation
from threatexchange.exchanges import auth
from threatexchange.signal_type.md5 import VideoMD5Signal
from threatexchange.signal_type.pdq.signal import PdqSignal
from threatexchange.utils import dataclass_json

from conftest import Node
from rempart_tx import Entry, RempartCheckpoint, RempartSignalExchangeAPI
from test_tx import EVERYTHING, contribute

TYPES = [PdqSignal, VideoMD5Signal]


def through_json(value: t.Any, kind: t.Type[t.Any]) -> t.Any:
    """As it comes out of a column of a database."""
    return dataclass_json.dataclass_load_dict(dataclass_json.dataclass_dump_dict(value), kind)


class Store:
    """What is kept of one exchange: the record of each key, pickled, and the checkpoint."""

    def __init__(self, exchange: t.Type[RempartSignalExchangeAPI], api_json: t.Dict[str, t.Any], key: str) -> None:
        self.exchange = exchange
        config = exchange.get_config_cls()
        self.config = through_json(dataclass_json.dataclass_load_dict(api_json, config), config)
        assert issubclass(exchange, auth.SignalExchangeWithAuth)
        credentials = dataclass_json.dataclass_load_dict({"key": key}, exchange.get_credential_cls())
        self.credentials = through_json(credentials, exchange.get_credential_cls())
        self.records: t.Dict[str, bytes] = {}
        self.checkpoint: t.Optional[RempartCheckpoint] = None

    def fetch(self) -> None:
        with self.credentials.set_default(self.credentials, "db"):
            api = self.exchange.for_collab(self.config)
        checkpoint = self.checkpoint
        if checkpoint is not None and checkpoint.is_stale():
            checkpoint, self.records = None, {}
        for delta in api.fetch_iter(TYPES, checkpoint):
            before = checkpoint.get_progress_timestamp() if checkpoint is not None else None
            after = delta.checkpoint.get_progress_timestamp()
            assert before is None or (after is not None and before <= after), "progress never goes back"
            checkpoint = delta.checkpoint
            for key, record in delta.updates.items():
                if record is None or not self.signals({key: record}):
                    self.records.pop(str(key), None)
                else:
                    self.records[str(key)] = pickle.dumps(record)
            self.checkpoint = through_json(delta.checkpoint, self.exchange.get_checkpoint_cls())
            assert self.checkpoint == delta.checkpoint

    def signals(self, records: t.Mapping[str, Entry]) -> t.Set[t.Tuple[str, str]]:
        found = self.exchange.naive_convert_to_signal_type(TYPES, self.config, records)
        return {(kind.get_name(), value) for kind, values in found.items() for value in values}

    def banked(self) -> t.Set[t.Tuple[str, str]]:
        """What its bank holds."""
        each = [self.signals({key: pickle.loads(record)}) for key, record in self.records.items()]
        return set().union(*each)


def test_hma_banks_what_a_node_shows_and_forgets_what_it_takes_back(node: Node) -> None:
    hotline, platform = node.partner("hotline", *EVERYTHING), node.partner("platform")
    pdq = ["0f3c" * 16, "a55a" * 16, "33cc" * 16]
    entries = [contribute(node, hotline, [{"kind": "pdq", "value": value}]) for value in pdq]
    contribute(node, hotline, [{"kind": "md5", "value": "ab" * 16}])
    # Of a kind that this HMA has not installed: nothing to be banked.
    contribute(node, hotline, [{"kind": "sha256", "value": "cd" * 32}])

    installed = interface_validation.SignalExchangeAPIMapping([t.cast(t.Any, RempartSignalExchangeAPI)])
    exchange = t.cast(t.Type[RempartSignalExchangeAPI], installed.api_by_name["rempart"])
    store = Store(exchange, {"name": "NODE", "enabled": True, "api": "rempart", "url": node.url}, platform)
    store.fetch()
    assert store.banked() == {*(("pdq", value) for value in pdq), ("video_md5", "ab" * 16)}

    headers = {"authorization": f"Bearer {hotline}"}
    assert requests.delete(f"{node.url}/api/v1/entries/{entries[0]}", headers=headers, timeout=60).ok
    contribute(node, hotline, [{"kind": "pdq", "value": "5aa5" * 16}], "reported")
    store.fetch()
    assert store.banked() == {*(("pdq", value) for value in [*pdq[1:], "5aa5" * 16]), ("video_md5", "ab" * 16)}
