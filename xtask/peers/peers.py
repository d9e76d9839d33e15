"""Measures other implementations on the pictures and codes that `rempart bench` left in a folder.

    peers.py FOLDER [LIMIT]

FOLDER/hash holds WIDTHxHEIGHT-N.rgb, .grey and .jpg; FOLDER/search/N holds codes.bin, queries.bin and matches.bin, see
`rempart bench hash --help` and `rempart bench search --help`. Prints a JSON object a line:

    {"hash": "512x512 RGB", "peer": .., "ms": ..}
    {"search": 100000, "peer": .., "us": .., "recall": .., "bytes": .., "build_seconds": .., "exact": ..}

Times are of the processor, one thread, as ours are. A peer is left out where building it would take minutes: the number
beside it in PEERS is the largest bank it is built for. LIMIT leaves out larger banks altogether.
"""

import os

# Before anything that starts threads.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import importlib.metadata
import json
import pathlib
import statistics
import sys
import time

import faiss
import numpy
import pdqhash
import usearch.index
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes
from threatexchange.signal_type.pdq.pdq_index import PDQIndex

RADIUS = 31
# Neighbours that an index which cannot search by radius is asked for.
NEIGHBOURS = 32
# Processor seconds spent on the queries of one peer, and queries at the least and at most.
QUERY_SECONDS, QUERIES_MIN, QUERIES_MAX = 4, 20, 500
HASH_RUNS = 5


def main():
    folder = pathlib.Path(sys.argv[1])
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else 10**9
    faiss.omp_set_num_threads(1)
    hashing(folder / "hash")
    for bank in sorted((folder / "search").iterdir(), key=lambda bank: int(bank.name)):
        if int(bank.name) <= limit:
            searching(bank)


def hashing(folder):
    """The middle of several runs of each picture, and of those the mean."""
    pdqhash_name = f"pdqhash {version('pdqhash')}"
    threatexchange_name = f"threatexchange {version('threatexchange')}"
    times = {}
    for path in sorted(folder.glob("*.rgb")):
        size = path.stem.split("-")[0]
        width, height = map(int, size.split("x"))
        rgb = numpy.fromfile(path, numpy.uint8).reshape(height, width, 3)
        # The reference takes three channels only.
        grey = numpy.fromfile(path.with_suffix(".grey"), numpy.uint8).reshape(height, width)
        grey = numpy.ascontiguousarray(numpy.repeat(grey[:, :, None], 3, axis=2))
        jpeg = path.with_suffix(".jpg").read_bytes()
        runs = HASH_RUNS if width < 2000 else 3
        for name, peer, work in (
            (f"{size} RGB", pdqhash_name, lambda: pdqhash.compute(rgb)),
            (f"{size} grey", pdqhash_name, lambda: pdqhash.compute(grey)),
            (f"{size} JPEG", threatexchange_name, lambda: pdq_from_bytes(jpeg)),
        ):
            times.setdefault((name, peer), []).append(statistics.median(timed(work)[1] for _ in range(runs)))
    for (name, peer), each in times.items():
        say(hash=name, peer=peer, ms=statistics.mean(each) * 1e3)


def searching(bank):
    codes = numpy.fromfile(bank / "codes.bin", numpy.uint8).reshape(-1, 32)
    queries = numpy.fromfile(bank / "queries.bin", numpy.uint8).reshape(-1, 32)
    truth = matches(numpy.fromfile(bank / "matches.bin", "<u4"))
    for peer, largest, is_exact, build in PEERS:
        if len(codes) > largest:
            continue
        before = resident_bytes()
        search, build_seconds = timed(lambda: build(codes))
        grown = resident_bytes() - before
        found, expected, asked, spent = 0, 0, 0, 0.0
        for query, near in zip(queries[:QUERIES_MAX], truth):
            if asked >= QUERIES_MIN and spent > QUERY_SECONDS:
                break
            row = query[None, :]
            answer, took = timed(lambda: search(row))
            spent, asked = spent + took, asked + 1
            found, expected = found + len(near.intersection(map(int, answer))), expected + len(near)
        say(
            search=len(codes),
            peer=peer,
            us=spent / asked * 1e6,
            queries=asked,
            recall=found / max(expected, 1),
            bytes=grown / len(codes),
            build_seconds=build_seconds,
            exact=is_exact,
        )
        del search


def matches(flat):
    """The set of places for each query."""
    answers, at = [], 0
    while at < len(flat):
        count = int(flat[at])
        answers.append(set(map(int, flat[at + 1 : at + 1 + count])))
        at += 1 + count
    return answers


def within(index):
    """Of an index that searches by radius."""

    def search(row):
        # FAISS finds what is nearer than, not as near as.
        _, _, places = index.range_search(row, RADIUS + 1)
        return places

    return search


def flat(codes):
    index = faiss.IndexBinaryFlat(256)
    index.add(codes)
    return within(index)


def multi_hash(codes):
    """As threatexchange sets it: every distance up to 31 leaves one of 16 chunks with one bit at most."""
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = RADIUS // 16
    index.add(codes)
    return within(index)


def inverted_lists(probes):
    def build(codes):
        lists = 1024 if len(codes) <= 200_000 else 4096
        quantizer = faiss.IndexBinaryFlat(256)
        index = faiss.IndexBinaryIVF(quantizer, 256, lists)
        # The index refers to its quantizer and does not keep it.
        index.keeps = quantizer
        index.train(codes[: 40 * lists])
        index.add(codes)
        index.nprobe = probes
        return within(index)

    return build


def graph(codes):
    index = faiss.IndexBinaryHNSW(256, 16)
    index.hnsw.efConstruction = 40
    index.hnsw.efSearch = 128
    index.add(codes)

    def search(row):
        distances, places = index.search(row, NEIGHBOURS)
        return places[0][distances[0] <= RADIUS]

    return search


def usearch_graph(codes):
    index = usearch.index.Index(ndim=256, dtype="b1", metric="hamming", expansion_search=64)
    index.add(numpy.arange(len(codes)), codes, threads=1)

    def search(row):
        found = index.search(row[0], NEIGHBOURS, threads=1)
        return found.keys[found.distances <= RADIUS]

    return search


def exchange_index(codes):
    index = PDQIndex((code.tobytes().hex(), place) for place, code in enumerate(codes))
    return lambda row: [match.metadata for match in index.query(row.tobytes().hex())]


def timed(work):
    begun = time.thread_time()
    done = work()
    return done, time.thread_time() - begun


def resident_bytes():
    """Linux only; 0 elsewhere."""
    try:
        pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def version(package):
    return importlib.metadata.version(package)


def say(**figures):
    print(json.dumps(figures), flush=True)


# Name, largest bank, whether it is exact by construction, how to build it.
PEERS = (
    (f"FAISS {faiss.__version__} Flat", 10**8, True, flat),
    (f"FAISS {faiss.__version__} MultiHash(256,16,16)", 10**7, True, multi_hash),
    (f"FAISS {faiss.__version__} IVF, nprobe 64", 10**6, False, inverted_lists(64)),
    (f"FAISS {faiss.__version__} HNSW, efSearch 128", 10**5, False, graph),
    (f"usearch {version('usearch')}, ef 64", 10**5, False, usearch_graph),
    (f"threatexchange {version('threatexchange')} PDQIndex", 10**5, True, exchange_index),
)

if __name__ == "__main__":
    main()
