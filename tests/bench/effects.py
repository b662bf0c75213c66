# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""What compression costs and frees on the default model: one row a sentence of the design's section 8, each with its goal.

Used by measure.py. Times alternate within one round; the value is the median over rounds, beside it the smallest and largest.
"""
import json
import math
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

UNIFORM = [("knorm(ratio=0.5)", 0.05), ("snapkv(ratio=0.5)", 0.05), ("duo(ratio=0.5)", 0.10), ("eplb_duo(ratio=0.5)", 0.10)]
SHARES = [("knorm(ratio=0.5)", 0.05), ("snapkv(ratio=0.5)", 0.05), ("duo(ratio=0.5)", 0.05), ("eplb_duo(ratio=0.5)", 0.10)]
HEADER = ["what", "value", "spread", "goal", "met"]


def run(command, **more):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(str(c) for c in command)}: exit {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


def row(what, values, goal, at_most, digits=3):
    value = statistics.median(values)
    met = value <= goal if at_most else value >= goal
    show = lambda x: f"{x:.{digits}f}" if abs(x) >= 1e-3 or x == 0 else f"{x:.1e}"
    return [what, show(value), f"{show(min(values))} - {show(max(values))}", ("at most " if at_most else "at least ") + f"{goal:g}", "yes" if met else "no"]


def law_rows(ours, model, threads, rounds):
    """t(4096, .5) against t(2048, 0), and the speed-up against the bytes that are left."""
    points = {"full": ("none", 4096), "half": ("none", 2048), **{press: (press, 4096) for press, _ in UNIFORM}}
    times, rows_of = {key: [] for key in points}, {}
    for _ in range(rounds):
        for key, (press, depth) in points.items():
            rows_of[key] = ours.bench(model, threads, new=48, depth=depth, press=press)
            times[key].append(float(rows_of[key]["itl_p50_ns"]))
    out = []
    for press, limit in UNIFORM:
        ratios = [a / b for a, b in zip(times[press], times["half"])]
        ratio = statistics.median(times[press]) / statistics.median(times["half"])
        out.append([f"{press}: t(4096, .5) / t(2048, 0), of the medians", f"{ratio:.3f}", f"{min(ratios):.3f} - {max(ratios):.3f}",
                    f"within {limit:g} of 1", "yes" if abs(ratio - 1) <= limit else "no"])
    for press, _ in UNIFORM:
        weights, full, kept = int(rows_of["full"]["weight_bytes"]), int(rows_of["full"]["kv_bytes"]), int(rows_of[press]["kv_bytes"])
        bound = (weights + full) / (weights + kept)
        share = [a / b / bound for a, b in zip(times["full"], times[press])]
        out.append(row(f"{press}: share of the speed-up {bound:.2f} that the bytes allow, 4096 tokens", share, 0.85, False))
    return out


def compare_rows(program, model, rounds):
    """Scoring, selection and compaction as a share of prefill; peak of the cache; memory that the system got back."""
    methods = ";".join(["none"] + [press for press, _ in SHARES])
    runs = [json.loads(run([program, "compare", "-m", model, "--context", 4096, "--methods", methods, "-n", 2, "--format", "json", "-q",
                            "--no-quality", "--no-history"])) for _ in range(rounds)]
    of = lambda name: [next(m for m in r["methods"] if m["method"].split("(")[0] == name.split("(")[0]) for r in runs]
    out = []
    for press, limit in SHARES:
        share = [m["compress_ms"] / m["prefill_ms"] for m in of(press)]
        out.append(row(f"{press}: scoring, selection and compaction as a share of prefill, 4096 tokens", share, limit, True))
    layers = json.loads(run([program, "inspect", "-m", model, "--format", "json"]))["layers"]
    none = of("none")
    for press, _ in SHARES:
        peak = [m["kv_bytes_peak"] / ((m["kv_bytes"] + m["kv_bytes_full"] / layers) * 1.05) for m in of(press)]
        out.append(row(f"{press}: peak of the cache against result + one layer + 5 %", peak, 1, True))
    for press, _ in SHARES:
        freed = [((n["rss_after_prefill_bytes"] - n["rss_before_bytes"]) - (m["rss_after_prefill_bytes"] - m["rss_before_bytes"]))
                 / (n["kv_bytes"] - m["kv_bytes"]) for n, m in zip(none, of(press))]
        out.append(row(f"{press}: share of the freed bytes that left the process", freed, 0.9, False))
    return out


def start_rows(program, model, rounds):
    seconds = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        run([program, "generate", "-m", model, "--prompt", "The capital of France is", "-n", 1, "-q"])
        seconds.append(time.perf_counter() - start)
    return [row("from a warm file cache to the first token, s", seconds[1:], 0.6, True)]


def all_logits(program, model, ids, kv, precision):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(ids, file)
        file.flush()
        found = json.loads(run([program, "logits", "-m", model, "--tokens", file.name, "--top", 10 ** 6, "--kv-type", kv,
                                "--precision", precision, "--format", "json"]))
    return {t["id"]: t["logit"] for t in found["top"]}


def divergence(a, b):
    """KL(a || b) in nats over the whole vocabulary."""
    def log_sum(x):
        top = max(x.values())
        return top + math.log(sum(math.exp(v - top) for v in x.values()))
    za, zb = log_sum(a), log_sum(b)
    return sum(math.exp(v - za) * ((v - za) - (b[i] - zb)) for i, v in a.items())


def q8_rows(ours, program, model, threads, rounds):
    ratios = []
    for _ in range(rounds):
        pair = [float(ours.bench(model, threads, new=32, depth=8000, cache=kind)["itl_p50_ns"]) for kind in ("f16", "q8_0")]
        ratios.append(pair[0] / pair[1])
    text = (pathlib.Path(__file__).resolve().parents[2] / "resources/corpus/report_pump.txt").read_text()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(text)
        file.flush()
        ids = json.loads(run([program, "tokenize", "-m", model, "--file", file.name, "--format", "json"]))["ids"]
    places = [min(len(ids), 120 + 90 * i) for i in range(8)]
    def mean_kl(kv, precision):
        logits = lambda n, kind: all_logits(program, model, ids[:n], kind, precision)
        return sum(divergence(logits(n, "f16"), logits(n, kv)) for n in places) / len(places)
    what = "mean KL divergence from the f16 cache, nats, at eight places of a text"
    floor = mean_kl("f32", "fast")
    return [row("q8_0 cache: decode against f16 at depth 8000", ratios, 1.2, False),
            row(f"q8_0 cache, exact arithmetic: {what}", [mean_kl("q8_0", "exact")], 1e-3, True),
            # Activations are int8 there: any other rounding, also a better one, moves the logits about as much.
            [f"fast: {what}: q8_0, and f32 beside it", f"{mean_kl('q8_0', 'fast'):.1e}", f"f32: {floor:.1e}", "none", "-"]]


def compaction_rows(kernel_bench, rounds):
    ratios = []
    for _ in range(rounds):
        found = json.loads(run([kernel_bench, "--benchmark_filter=^(compact|copy)$", "--benchmark_format=json"]))["benchmarks"]
        times = {b["name"]: b["real_time"] for b in found}
        ratios.append(times["compact"] / times["copy"])
    return [row("compaction of a random half of 8 MiB against memcpy of as many bytes", ratios, 1.3, True)]


def window_rows(program, window, model, rounds):
    """The same comparison with the window open (drawn in memory) and on the command line; decode of `none`."""
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        home = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PRESSLAB_HISTORY": folder + "/h.db", "XDG_CONFIG_HOME": folder,
                "XDG_DATA_HOME": folder}
        for _ in range(rounds):
            run([window, "-m", model, "--screenshot", folder + "/w.png", "--context", 1000], env=home)
            seen = json.loads(run([program, "export", "last", "--format", "json"], env=home))
            methods = ";".join(m["method"] for m in seen["methods"])
            alone = json.loads(run([program, "compare", "-m", model, "--context", 1000, "--methods", methods, "--no-quality", "-n",
                                    seen["methods"][0]["new_tokens"], "--format", "json", "-q", "--no-history"], env=home))
            ratios.append(seen["methods"][0]["decode_p50_ms"] / alone["methods"][0]["decode_p50_ms"] - 1)
    return [row("what the open window adds to a decoded token (none, 1000 tokens)", ratios, 0.03, True)]


def effects(ours, program, model, threads, rounds, kernel_bench, window):
    rows, missing = [], []
    parts = [lambda: law_rows(ours, model, threads, rounds), lambda: compare_rows(program, model, rounds),
             lambda: start_rows(program, model, rounds), lambda: q8_rows(ours, program, model, threads, rounds)]
    for need, part in ((kernel_bench, lambda: compaction_rows(kernel_bench, rounds)), (window, lambda: window_rows(program, window, model, rounds))):
        if pathlib.Path(need).exists():
            parts.append(part)
        else:
            missing.append(f"Not measured: {pathlib.Path(need).name} is not built.")
    for part in parts:
        rows += part()
    return rows, missing
