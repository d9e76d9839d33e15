"""The same codes and queries, searched by faiss-cpu, on one thread.

    cargo run --release -p hamming --example search -- 10000000 write=FOLDER
    python3 -m venv VENV && VENV/bin/pip install faiss-cpu==1.15.1 numpy
    VENV/bin/python crates/hamming/benches/peers.py FOLDER [queries] [flat] [multihash]

Prints, for each index, how long it took to build, the processor time of a single query at radius 31, and its recall
against the number of matches that the example found. MultiHash has the parameters that threatexchange gives it:
16 hashes of 16 bits, one bit flipped.
"""

import resource
import sys
import time

import faiss
import numpy as np

RADIUS = 31


def main(folder, count, names):
    codes = np.fromfile(f"{folder}/codes.bin", dtype=np.uint8).reshape(-1, 32)
    queries = np.fromfile(f"{folder}/queries.bin", dtype=np.uint8).reshape(-1, 32)[:count]
    expected = np.loadtxt(f"{folder}/matches.txt", dtype=np.int64)[:count]
    faiss.omp_set_num_threads(1)
    for name in names:
        measure(name, codes, queries, expected)


def measure(name, codes, queries, expected):
    if name == "flat":
        index = faiss.IndexBinaryFlat(256)
    else:
        index = faiss.IndexBinaryMultiHash(256, 16, 16)
        index.nflip = RADIUS // 16
    before, start = memory_bytes(), time.process_time()
    index.add(codes)
    built = time.process_time() - start
    size = (memory_bytes() - before) / len(codes)

    found, walls = 0, []
    start = time.thread_time()
    for query in queries:
        wall = time.perf_counter()
        # faiss counts distances below the radius.
        limits, _, _ = index.range_search(query[None, :], RADIUS + 1)
        walls.append(time.perf_counter() - wall)
        found += int(limits[-1])
    mean = (time.thread_time() - start) / len(queries)
    recall = found / max(1, int(expected.sum()))
    print(
        f"faiss {name}, {len(codes)} codes: built in {built:.1f} s of processor, about {size:.0f} bytes a code more; "
        f"mean {mean * 1e6:.0f} us of processor, p50 {np.median(walls) * 1e6:.0f} us, recall {recall:.4f}",
        flush=True,
    )


def memory_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    words = sys.argv[2:]
    counts = [int(word) for word in words if word.isdigit()]
    chosen = [word for word in words if not word.isdigit()]
    main(sys.argv[1], counts[0] if counts else 200, chosen or ["flat", "multihash"])
