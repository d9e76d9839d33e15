"""A Rempart node as an exchange of python-threatexchange and HMA."""

from threatexchange.extensions.manifest import ThreatExchangeExtensionManifest

from rempart_tx.exchange import (
    RempartCheckpoint,
    RempartCollabConfig,
    RempartCredentials,
    RempartSignalExchangeAPI,
    RempartSignalMetadata,
)
from rempart_tx.wire import Entry

__all__ = [
    "Entry",
    "RempartCheckpoint",
    "RempartCollabConfig",
    "RempartCredentials",
    "RempartSignalExchangeAPI",
    "RempartSignalMetadata",
    "TX_MANIFEST",
]

TX_MANIFEST = ThreatExchangeExtensionManifest(apis=(RempartSignalExchangeAPI,))
