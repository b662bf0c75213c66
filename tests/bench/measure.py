# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Measures PressLab against its peers and writes docs/measuring.md (run through `./dev bench`).

Every comparison alternates: ours, peer, ours, peer ... as whole processes, so that a machine whose speed drifts gives a ratio that holds.
Reported are medians, the spread of the ratio pair by pair, and the read bandwidth and load of the moment. Needs only the standard library;
the transformers part runs in the oracle environment and is left out, with a line that says so, where that is not installed.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

from effects import HEADER, effects

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(command, **more):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(str(c) for c in command)}: exit {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


class Ours:
    name = "PressLab"

    def __init__(self, program):
        self.program = program

    def bench(self, model, threads, prompt=0, new=0, depth=0, press="none", repeats=1, cache="f16"):
        rows = json.loads(run([self.program, "bench", "-m", model, "-p", prompt, "-n", new, "-d", depth, "-t", threads, "-r", repeats,
                               "--press", press, "-ctk", cache, "-ctv", cache, "-o", "json"]))
        return rows[-1]


class Llama:
    name = "llama.cpp"

    def __init__(self, program):
        self.program = program

    def bench(self, model, threads, prompt=0, new=0, depth=0, repeats=1, flash=1):
        rows = json.loads(run([self.program, "-m", model, "-p", prompt, "-n", new, "-d", depth, "-t", threads, "-r", repeats, "-fa", flash,
                               "-o", "json"]))
        return rows[-1]

    def faster_flash(self, model, threads, **settings):
        """0 or 1: with or without flash attention, whichever is faster here (in one run each)."""
        return max((0, 1), key=lambda flash: float(self.bench(model, threads, flash=flash, **settings)["avg_ts"]))


def median(values):
    return statistics.median(values)


def load_now():
    return os.getloadavg()[0]


def pairs(ours, theirs, count):
    """[(ours, theirs)] tokens per second, alternated, after one pair that is not counted."""
    out = []
    for i in range(count + 1):
        pair = (ours(), theirs())
        if i:
            out.append(pair)
    return out


def ratio_row(label, samples, goal, bandwidth):
    ratios = [a / b for a, b in samples]
    held = "yes" if median(ratios) >= goal else "no"
    return [label, f"{median([a for a, _ in samples]):.1f}", f"{median([b for _, b in samples]):.1f}",
            f"{median(ratios):.2f}", f"{min(ratios):.2f} - {max(ratios):.2f}", f"{goal:g}", held, f"{bandwidth:.1f}", f"{load_now():.2f}"]


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def race(ours, llama, model, threads, count, tests, label=""):
    rows = []
    for kind, size, depth, goal in tests:
        settings = {"prompt": size, "depth": depth} if kind == "prefill" else {"new": size, "depth": depth}
        seen = []

        def mine():
            row = ours.bench(model, threads, **settings)
            seen.append(float(row.get("bandwidth_gb_s") or 0))
            return float(row["avg_ts"])

        flash = llama.faster_flash(model, threads, **settings)
        samples = pairs(mine, lambda: float(llama.bench(model, threads, flash=flash, **settings)["avg_ts"]), count)
        name = f"{label}{kind} {size}" + (f" at depth {depth}" if depth else "") + f" (peer: -fa {flash})"
        rows.append(ratio_row(name, samples, goal, median(seen)))
        print(rows[-1], file=sys.stderr)
    return rows


def line_fit(points):
    """Least squares t = a + b x with R^2."""
    n = len(points)
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    sxx = sum((x - mx) ** 2 for x, _ in points)
    b = sum((x - mx) * (y - my) for x, y in points) / sxx
    a = my - b * mx
    rest = sum((y - a - b * x) ** 2 for x, y in points)
    return a, b, 1 - rest / sum((y - my) ** 2 for _, y in points)


def law(ours, model, threads, lengths, ratios, press, count):
    """Milliseconds per token at every (T, r): median over rounds; the rounds go through all points in turn."""
    times = {(t, r): [] for t in lengths for r in ratios}
    kept = {}
    for _ in range(count):
        for (t, r), samples in times.items():
            row = ours.bench(model, threads, new=32, depth=t, press="none" if r == 0 else f"{press}(ratio={r})")
            samples.append(float(row["itl_p50_ns"]) / 1e6)
            kept[(t, r)] = (int(row["kv_bytes"]), float(row.get("bandwidth_gb_s") or 0), int(row["model_size"]))
    return {key: median(samples) for key, samples in times.items()}, kept


def law_chart(path, points, a, b, bound):
    """A small SVG: measured points, fitted line, bandwidth bound."""
    width, height, left, bottom = 640, 360, 60, 44
    top_x, top_y = max(x for x, *_ in points) * 1.05, max(y for _, y, *_ in points) * 1.15
    px = lambda x: left + x / top_x * (width - left - 20)
    py = lambda y: height - bottom - y / top_y * (height - bottom - 20)
    colours = {0: "#0072b2", 0.25: "#009e73", 0.5: "#d55e00", 0.75: "#cc79a7"}
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{width}" height="{height}" fill="#fff"/>',
           f'<path d="M{left} 20V{height - bottom}H{width - 20}" fill="none" stroke="#444"/>']
    for i in range(6):
        x, y = top_x * i / 5, top_y * i / 5
        out.append(f'<text x="{px(x):.0f}" y="{height - bottom + 16}" text-anchor="middle">{x:.0f}</text>')
        out.append(f'<text x="{left - 6}" y="{py(y) + 4:.0f}" text-anchor="end">{y:.1f}</text>')
    out.append(f'<path d="M{px(0):.1f} {py(a):.1f}L{px(top_x):.1f} {py(a + b * top_x):.1f}" stroke="#444" stroke-width="1.5"/>')
    out.append(f'<path d="M{px(0):.1f} {py(bound(0)):.1f}L{px(top_x):.1f} {py(bound(top_x)):.1f}" stroke="#888" stroke-dasharray="5 4"/>')
    for x, y, r in points:
        out.append(f'<circle cx="{px(x):.1f}" cy="{py(y):.1f}" r="4" fill="{colours.get(r, "#000")}"/>')
    for i, r in enumerate(sorted({r for *_, r in points})):
        out.append(f'<circle cx="{left + 20}" cy="{34 + 18 * i}" r="4" fill="{colours.get(r, "#000")}"/>'
                   f'<text x="{left + 30}" y="{38 + 18 * i}">ratio {r:g}</text>')
    out.append(f'<text x="{(left + width) / 2:.0f}" y="{height - 8}" text-anchor="middle">tokens kept per KV head</text>')
    out.append(f'<text transform="translate(16 {height / 2:.0f}) rotate(-90)" text-anchor="middle">ms per token</text></svg>')
    path.write_text("\n".join(out) + "\n")


TORCH_PEER = r"""
import json, sys, time, torch
from transformers import AutoModelForCausalLM, DynamicCache
from kvpress import SnapKVPress
model_file, threads, length, new, ratio = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
torch.set_num_threads(threads)
import os
folder, name = os.path.split(model_file)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.bfloat16, attn_implementation="sdpa").eval()
ids = torch.randint(100, 40000, (1, length), generator=torch.Generator().manual_seed(1))
def once():
    cache = DynamicCache()
    with torch.inference_mode():
        start = time.perf_counter()
        if ratio > 0:
            with SnapKVPress(compression_ratio=ratio)(model):
                model.model(ids, past_key_values=cache)
        else:
            model.model(ids, past_key_values=cache)
        prefill = length / (time.perf_counter() - start)
        token = torch.tensor([[100]])
        if new == 0:
            return prefill, 0
        start = time.perf_counter()
        for i in range(new):
            position = torch.tensor([[length + i]])
            out = model(token, past_key_values=cache, position_ids=position)
            token = out.logits[:, -1:].argmax(-1)
        return prefill, new / (time.perf_counter() - start)
once()
p, d = once()
print(json.dumps({"prefill": p, "decode": d}))
"""


def torch_rows(ours, python, model, threads, count):
    rows = []
    peer = lambda length, new, ratio: json.loads(run([python, "-c", TORCH_PEER, model, threads, length, new, ratio]).splitlines()[-1])
    seen = []

    def mine(key, **settings):
        row = ours.bench(model, threads, **settings)
        seen.append(float(row.get("bandwidth_gb_s") or 0))
        return float(row["avg_ts"])

    samples = pairs(lambda: mine("p", prompt=1024), lambda: peer(1024, 0, 0)["prefill"], count)
    rows.append(ratio_row("prefill 1024, transformers bf16", samples, 1.2, median(seen)))
    print(rows[-1], file=sys.stderr)
    samples = pairs(lambda: mine("d", new=32, depth=4096, press="snapkv(ratio=0.5)"), lambda: peer(4096, 32, 0.5)["decode"], count)
    rows.append(ratio_row("decode 32 at depth 4096, snapkv .5, kvpress", samples, 8, median(seen)))
    print(rows[-1], file=sys.stderr)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presslab", default=ROOT / "build/bin/presslab-cli")
    parser.add_argument("--llama-bench", required=True)
    parser.add_argument("--oracle", default=ROOT / ".venv-oracle/bin/python")
    parser.add_argument("-m", "--model", default=ROOT / "build/models/SmolLM2-135M-Instruct.Q4_1.gguf")
    parser.add_argument("--other", action="append", default=[], help="NAME=FILE: another weight type, decode only")
    parser.add_argument("-t", "--threads", type=int, default=os.cpu_count())
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--lengths", default="1024,2048,4096,8000", help="context lengths of the law")
    parser.add_argument("--rounds", type=int, default=3, help="rounds through all points of the law and of the effects")
    parser.add_argument("--kernel-bench", default=ROOT / "build/bin/presslab_kernel_bench")
    parser.add_argument("--window", default=ROOT / "build/bin/presslab")
    parser.add_argument("--out", default=ROOT / "docs/measuring.md")
    parser.add_argument("--skip", default="", help="comma separated: race, other, torch, law, effects")
    args = parser.parse_args()
    skip = set(args.skip.split(","))
    ours, llama = Ours(args.presslab), Llama(args.llama_bench)
    header = ["test", "ours, tok/s", "peer, tok/s", "ratio", "spread", "goal", "met", "GB/s", "load"]
    parts = []
    if "race" not in skip:
        tests = [("decode", 64, 0, 1.5), ("decode", 64, 1024, 2.0), ("decode", 64, 4096, 2.5), ("prefill", 512, 0, 4.0), ("prefill", 2048, 0, 3.0)]
        parts.append("## Against llama.cpp\n\n" + table(header, race(ours, llama, args.model, args.threads, args.pairs, tests)))
    if args.other and "other" not in skip:
        rows = []
        for item in args.other:
            name, file = item.split("=", 1)
            rows += race(ours, llama, file, args.threads, args.pairs, [("decode", 64, 0, 1.1)], name + " ")
        parts.append("## Other weight types\n\n" + table(header, rows))
    if "torch" not in skip:
        if pathlib.Path(args.oracle).exists():
            parts.append("## Against transformers and kvpress\n\n" + table(header, torch_rows(ours, args.oracle, args.model, args.threads, 3)))
        else:
            parts.append("## Against transformers and kvpress\n\nNot measured: the oracle environment is not installed (`./dev oracle`).")
    if "law" not in skip:
        lengths, ratios = [int(n) for n in args.lengths.split(",")], [0, 0.25, 0.5, 0.75]
        times, kept = law(ours, args.model, args.threads, lengths, ratios, "knorm", args.rounds)
        points = [(int(t * (1 - r)), ms, r) for (t, r), ms in times.items()]
        a, b, r2 = line_fit([(x, y) for x, y, _ in points])
        bandwidth = median([v[1] for v in kept.values()])
        weights, per_token = next(iter(kept.values()))[2], kept[(lengths[0], 0)][0] / lengths[0]
        bound = lambda x: (weights + per_token * x) / bandwidth / 1e6
        law_chart(ROOT / "docs/law.svg", points, a, b, bound)
        rows = [[str(t)] + [f"{times[(t, r)]:.2f}" for r in ratios] for t in lengths]
        parts.append("## The law: time follows kept bytes\n\n![ms per token against kept tokens](law.svg)\n\n"
                     + table(["T"] + [f"r = {r:g}, ms" for r in ratios], rows)
                     + f"\n\nFit t = a + b kept: a = {a:.2f} ms, b = {b * 1000:.3f} us per kept token, R^2 = {r2:.4f} (goal .99). "
                     + f"Bandwidth bound at {bandwidth:.1f} GB/s: {bound(0):.2f} ms + {(bound(1000) - bound(0)):.3f} us per kept token.")
    if "effects" not in skip:
        rows, missing = effects(ours, args.presslab, args.model, args.threads, args.rounds, args.kernel_bench, args.window)
        for r in rows:
            print(r, file=sys.stderr)
        parts.append("\n\n".join(["## What compression costs and frees", table(HEADER, rows)] + missing))
    write_report(pathlib.Path(args.out), args, parts)


SECTIONS = ["Against llama.cpp", "Other weight types", "Against transformers and kvpress", "The law: time follows kept bytes",
            "What compression costs and frees"]


def sections_of(text):
    """Title -> text of each section of a report."""
    return {part.split("\n", 1)[0].strip(): "## " + part.strip() for part in text.split("\n## ")[1:]}


def write_report(path, args, parts):
    """Parts that were measured now replace theirs, each with its command and commit; the others stay as they were."""
    commit = run([args.presslab, "--version"]).split()[2][:7]
    command = "./dev bench" + (f" --skip {args.skip}" if args.skip else "") + (f" --pairs {args.pairs}" if args.pairs != 7 else "")
    stamp = f"*`{command}`, commit {commit}, {time.strftime('%Y-%m-%d')}, {args.threads} threads, {cpu()}*"
    found = sections_of(path.read_text()) if path.exists() else {}
    for part in parts:
        title, _, body = part.partition("\n")
        found[title.removeprefix("## ")] = f"{title}\n\n{stamp}\n{body}"
    head = ("# Measuring\n\nHow PressLab's speed is measured, and the last result of each part. Every row alternates whole processes; the ratio is the "
            "median of the pairs, the spread its smallest and largest. Bandwidth and load are those of the moment: a shared machine moves by a "
            f"factor, ratios hold.\n\n- System: {platform.system()}\n- Model: {pathlib.Path(args.model).name}\n"
            "- Peer: llama-bench built natively from the sources that llama-cpp-python 0.3.36 ships, with or without flash attention, whichever is faster in a test\n")
    path.write_text(head + "\n" + "\n\n".join(found[title] for title in SECTIONS if title in found) + "\n")


def cpu():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
            break
    else:
        name = platform.processor()
    flags = open("/proc/cpuinfo").read()
    best = "AMX" if "amx_bf16" in flags else "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "baseline"
    return f"{name} ({best})"


if __name__ == "__main__":
    main()
