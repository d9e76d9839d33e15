"""A node's API over HTTP: with limits, without redirects (the key must not travel on), waiting when it is asked to."""

import ipaddress
import json
import typing as t
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

#: Bytes of an answer, at most.
BODY_BYTES_MAX = 64 * 1024 * 1024
CONNECT_SECONDS = 10
READ_SECONDS = 60
RETRIES = 4
#: Numbers of the feed that a page looks at.
PAGE = 1_000


class RempartError(Exception):
    """No answer, or one that says no. The text says what to do and holds no key and no hash."""


class AgreementChanged(RempartError):
    """What the node shows this key has changed: a fetch from scratch is needed."""


class RempartClient:
    """Asks a node."""

    def __init__(self, url: str, key: str) -> None:
        self.base = _checked(url)
        self._session = requests.Session()
        # POSTs are repeated too: an outcome's id counts once.
        retry = Retry(
            total=RETRIES,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=None,
            backoff_factor=0.2,
            backoff_jitter=0.2,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))
        self._session.headers["Authorization"] = f"Bearer {key.strip()}"

    def changes(self, after: int, agreement: t.Optional[str]) -> object:
        """A page of the feed."""
        query: t.Dict[str, t.Union[int, str]] = {"after": after, "limit": PAGE}
        if agreement:
            query["agreement"] = agreement
        return self._call("GET", "changes", params=query)

    def acknowledge(self, seq: int) -> None:
        """Says that everything up to `seq` is in force."""
        self._call("PUT", "cursor", body={"seq": seq})

    def holders(self, kind: str, value: str) -> t.List[str]:
        """Ids of the entries that hold exactly this fingerprint."""
        answer = self._call("POST", "match", body={"queries": [{kind: value}], "radius": 0})
        try:
            matches = t.cast(t.Any, answer)["results"][0]["matches"]
            return [str(match["entry"]) for match in matches if match.get("view") is None]
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise RempartError(f"{self.base} answered something that is not its API") from error

    def outcomes(self, outcomes: t.Sequence[t.Mapping[str, object]]) -> None:
        """Says what was done."""
        self._call("POST", "outcomes", body={"outcomes": list(outcomes)})

    def _call(
        self,
        method: str,
        path: str,
        params: t.Optional[t.Mapping[str, t.Union[int, str]]] = None,
        body: t.Optional[t.Mapping[str, object]] = None,
    ) -> object:
        try:
            response = self._session.request(
                method,
                f"{self.base}/api/v1/{path}",
                params=params,
                json=body,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with response:
                whole = bytearray()
                for chunk in response.iter_content(64 * 1024):
                    whole += chunk
                    if len(whole) > BODY_BYTES_MAX:
                        raise RempartError(f"{self.base} sent more than {BODY_BYTES_MAX} bytes")
        except requests.RequestException as error:
            # Its own text may hold the address with its parameters.
            raise RempartError(f"no answer from {self.base} ({type(error).__name__})") from None
        parsed = _json(bytes(whole))
        if response.ok and response.status_code < 300:
            if whole and parsed is None:
                raise RempartError(f"{self.base} answered something that is not its API")
            return parsed
        name, detail = _problem(parsed)
        if response.status_code == 409 and name in ("agreement-changed", "ahead-of-bank"):
            raise AgreementChanged(f"what {self.base} shows this key has changed")
        raise RempartError(f"{self.base} answered {response.status_code}: {detail or name or 'no reason given'}")


def _json(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _problem(parsed: object) -> t.Tuple[str, str]:
    if not isinstance(parsed, dict):
        return "", ""
    kind, detail = parsed.get("type"), parsed.get("detail")
    prefix = "urn:rempart:problem:"
    name = kind[len(prefix) :] if isinstance(kind, str) and kind.startswith(prefix) else ""
    return name, detail[:500] if isinstance(detail, str) else ""


def _checked(url: str) -> str:
    parts = urlsplit(url.strip())
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise ValueError("a node's address is https://host, with a path before /api if there is one")
    if parts.scheme == "http" and not _is_here(host):
        raise ValueError("without https the key and the hashes would travel open: use https")
    return url.strip().rstrip("/")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
