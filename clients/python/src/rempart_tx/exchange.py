"""The exchange: a node's feed in the terms of python-threatexchange."""

import logging
import time
import typing as t
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone

from threatexchange.exchanges import auth
from threatexchange.exchanges import fetch_state as state
from threatexchange.exchanges.collab_config import CollaborationConfigWithDefaults
from threatexchange.exchanges.signal_exchange_api import SignalExchangeAPI
from threatexchange.signal_type.signal_base import SignalType

from rempart_tx.client import AgreementChanged, RempartClient, RempartError
from rempart_tx.wire import Entry, read_page

_NAME = "rempart"
#: What a node calls a kind, and what tx calls it.
_SIGNALS = {"pdq": "pdq", "md5": "video_md5", "sha256": "video_sha256"}
_KINDS = {signal: kind for kind, signal in _SIGNALS.items()}
_OUTCOMES = ("seen", "blocked", "removed", "kept", "mistaken")

log = logging.getLogger(__name__)


@dataclass
class RempartCredentials(auth.CredentialHelper):
    """A partner key of the node."""

    ENV_VARIABLE: t.ClassVar[str] = "TX_REMPART_KEY"
    FILE_NAME: t.ClassVar[str] = "~/.tx_rempart_key"

    key: str = field(repr=False, metadata={"help": "The partner key that the node's operator gave: rp_..."})

    @classmethod
    def _from_str(cls, s: str) -> "RempartCredentials":
        return cls(s.strip())

    def _are_valid(self) -> bool:
        return self.key.startswith("rp_")


@dataclass
class _Required:
    url: str = field(metadata={"help": "the node's address, such as https://node.example"})


@dataclass
class RempartCollabConfig(CollaborationConfigWithDefaults, _Required):
    """Which node."""

    api: str = field(init=False, default=_NAME)


@dataclass
class RempartCheckpoint(state.FetchCheckpointBase):
    """How far the feed was read."""

    after: int
    agreement: str
    fetched_at: int
    #: What the node shows has changed: what was fetched is to be thrown away.
    stale: bool = False

    def is_stale(self) -> bool:
        return self.stale

    def get_progress_timestamp(self) -> t.Optional[int]:
        return self.fetched_at


@dataclass
class RempartSignalMetadata(state.FetchedSignalMetadata):
    """Every entry that holds a signal."""

    #: Entries by id.
    entries: t.Dict[str, Entry]

    def get_as_opinions(self) -> t.Sequence[state.SignalOpinion]:
        return [opinion for entry in self.entries.values() for opinion in _opinions(entry)]

    def __str__(self) -> str:
        """With the ids, which outcomes are about."""
        return f"{super().__str__()} {' '.join(sorted(self.entries))}"


class RempartSignalExchangeAPI(
    auth.SignalExchangeWithAuth[RempartCollabConfig, RempartCredentials],
    SignalExchangeAPI[RempartCollabConfig, RempartCheckpoint, RempartSignalMetadata, str, Entry],
):
    """A Rempart node: its feed, and what was done about it."""

    def __init__(self, client: RempartClient) -> None:
        super().__init__()
        self.client = client

    @classmethod
    def get_name(cls) -> str:
        return _NAME

    @staticmethod
    def get_config_cls() -> t.Type[RempartCollabConfig]:
        return RempartCollabConfig

    @staticmethod
    def get_checkpoint_cls() -> t.Type[RempartCheckpoint]:
        return RempartCheckpoint

    @staticmethod
    def get_record_cls() -> t.Type[RempartSignalMetadata]:
        return RempartSignalMetadata

    @staticmethod
    def get_credential_cls() -> t.Type[RempartCredentials]:
        return RempartCredentials

    @classmethod
    def for_collab(
        cls, collab: RempartCollabConfig, credentials: t.Optional[RempartCredentials] = None
    ) -> "RempartSignalExchangeAPI":
        credentials = credentials or RempartCredentials.get(cls)
        return cls(RempartClient(collab.url, credentials.key))

    def fetch_iter(
        self,
        supported_signal_types: t.Sequence[t.Type[SignalType]],
        checkpoint: t.Optional[RempartCheckpoint],
    ) -> t.Iterator[state.FetchDelta[str, Entry, RempartCheckpoint]]:
        after, agreement = 0, None
        if checkpoint is not None:
            after, agreement = checkpoint.after, checkpoint.agreement
            self._acknowledge(after)
        while True:
            try:
                page = read_page(self.client.changes(after, agreement), after)
            except AgreementChanged as changed:
                log.warning("%s: the next fetch begins anew", changed)
                yield state.FetchDelta({}, RempartCheckpoint(after, agreement or "", int(time.time()), stale=True))
                return
            for reason in page.skipped:
                log.error("left out, %s: %s", self.client.base, reason)
            after, agreement = page.through, page.agreement
            yield state.FetchDelta(page.updates, RempartCheckpoint(after, agreement, int(time.time())))
            if page.through >= page.head:
                return

    @classmethod
    def naive_convert_to_signal_type(
        cls,
        signal_types: t.Sequence[t.Type[SignalType]],
        collab: RempartCollabConfig,
        fetched: t.Mapping[str, Entry],
    ) -> t.Dict[t.Type[SignalType], t.Dict[str, RempartSignalMetadata]]:
        known = {signal_type.get_name(): signal_type for signal_type in signal_types}
        result: t.Dict[t.Type[SignalType], t.Dict[str, RempartSignalMetadata]] = {}
        for entry_id, entry in fetched.items():
            for kind, value in entry.fingerprints:
                signal_type = known.get(_SIGNALS[kind])
                if signal_type is None:
                    continue
                of_type = result.setdefault(signal_type, {})
                of_type.setdefault(value, RempartSignalMetadata({})).entries[entry_id] = entry
        return result

    def report_opinion(self, s_type: t.Type[SignalType], signal: str, opinion: state.SignalOpinion) -> None:
        """Says to every entry that holds this signal what the opinion stands for."""
        kind = _KINDS.get(s_type.get_name())
        if kind is None:
            raise NotImplementedError(f"a node has no {s_type.get_name()}")
        entries = self.client.holders(kind, signal)
        if not entries:
            raise RempartError("the node knows no entry with this signal, or does not show it to this key")
        outcome, reason = _outcome(opinion)
        self.client.outcomes([_said(entry, outcome, reason, 1) for entry in entries])

    def report_outcome(self, entry: str, outcome: str, reason: t.Optional[str] = None, count: int = 1) -> None:
        """Says what was done about an entry: seen, blocked, removed, kept (with a reason) or mistaken."""
        if outcome not in _OUTCOMES:
            raise ValueError(f"an outcome is one of {', '.join(_OUTCOMES)}")
        self.client.outcomes([_said(entry, outcome, reason, count)])

    def _acknowledge(self, seq: int) -> None:
        """What an earlier fetch brought is in force by now. That the node does not hear of it stops nothing."""
        try:
            self.client.acknowledge(seq)
        except RempartError as error:
            log.warning("could not acknowledge: %s", error)


def _opinions(entry: Entry) -> t.List[state.SignalOpinion]:
    category = state.SignalOpinionCategory
    tags = {entry.legal_class, entry.tier} | ({"block"} if entry.block else {"review"})
    looked_at = entry.tier != "reported" and not entry.disputed
    held = category.POSITIVE_CLASS if looked_at else category.INVESTIGATION_SEED
    opinions = [state.SignalOpinion(False, held, tags)]
    if entry.disputed:
        opinions.append(state.SignalOpinion(False, category.NEGATIVE_CLASS, {"disputed"}))
    return opinions


def _outcome(opinion: state.SignalOpinion) -> t.Tuple[str, t.Optional[str]]:
    category = state.SignalOpinionCategory
    if opinion.category == category.POSITIVE_CLASS:
        return ("removed" if "removed" in opinion.tags else "blocked"), None
    if opinion.category == category.NEGATIVE_CLASS:
        return ("mistaken", None) if "mistaken" in opinion.tags else ("kept", "not_a_violation")
    return "seen", None


def _said(entry: str, outcome: str, reason: t.Optional[str], count: int) -> t.Dict[str, object]:
    said: t.Dict[str, object] = {
        "id": str(uuid.uuid4()),
        "entry": entry,
        "kind": outcome,
        "count": count,
        "at": datetime.now(timezone.utc).isoformat().replace("+00:00", "Z"),
    }
    if reason is not None:
        said["reason"] = reason
    return said
