"""A real node on loopback, a server that breaks the rules, and `tx` with a home of its own."""

import json
import os
import pathlib
import subprocess
import sys
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

BINARY = "REMPART_TEST_BINARY"


def rempart(folder: pathlib.Path, *arguments: str, stdin: str = "") -> str:
    """Runs a command of the node in this folder."""
    command = [os.environ[BINARY], *arguments, "--data", str(folder)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stderr}"
    return done.stdout


class Node:
    """A node that serves."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        command = [os.environ[BINARY], "serve", "--json", "--listen", "127.0.0.1:0"]
        command += ["--operator-listen", "127.0.0.1:0", "--data", str(folder)]
        environment = {**os.environ, "REMPART_LOG": "warn"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None
        self.url: str = json.loads(self.process.stdout.readline())["url"].rstrip("/")

    def partner(self, name: str, *more: str) -> str:
        """A new partner's key."""
        said = rempart(self.folder, "partner", "add", name, "--json", "--sees", "minor:reported,adult:reported", *more)
        return str(json.loads(said)["key"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


@pytest.fixture()
def node(tmp_path: pathlib.Path) -> t.Iterator[Node]:
    assert os.environ.get(BINARY), f"set {BINARY} to the rempart binary; `cargo xtask test --only python` does"
    serving = Node(tmp_path / "node")
    yield serving
    serving.stop()


class Tx:
    """`tx` with its own home and state."""

    def __init__(self, home: pathlib.Path, key: str) -> None:
        home.mkdir()
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "TX_STATEDIR": str(home / "state"),
            "TX_REMPART_KEY": key,
        }

    def run(self, *arguments: str, succeeds: bool = True) -> str:
        command = [sys.executable, "-m", "threatexchange", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=self.environment)
        both = done.stdout + done.stderr
        assert (done.returncode == 0) == succeeds, f"tx {' '.join(arguments)}: {both}"
        return both


@pytest.fixture()
def tx(tmp_path: pathlib.Path) -> t.Callable[[str], Tx]:
    return lambda key: Tx(tmp_path / "home", key)


class Scripted:
    """Answers each call with the next of what it was given."""

    def __init__(self, answers: t.Sequence[t.Tuple[int, t.Mapping[str, str], bytes]]) -> None:
        self.answers = list(answers)
        self.asked: t.List[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                outer.asked.append(f"{self.command} {self.path}")
                status, headers, body = outer.answers.pop(0) if outer.answers else (500, {}, b"")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture()
def scripted() -> t.Iterator[t.Callable[..., Scripted]]:
    begun: t.List[Scripted] = []

    def begin(*answers: t.Tuple[int, t.Mapping[str, str], bytes]) -> Scripted:
        begun.append(Scripted(answers))
        return begun[-1]

    yield begin
    for server in begun:
        server.stop()
