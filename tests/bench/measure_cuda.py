# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Measures the CUDA path against llama.cpp's and against the memory's bandwidth, and writes docs/measuring-cuda.md (`./dev bench --device cuda`).

Ours and the peer alternate as whole processes, as do both sides of every other pair. A rate's share of the limit is (weights + cache read for a token) / (bandwidth measured by the same process),
over the time of a token. Without a peer or a second model the rows that need them are left out, with a line that says so. Standard library only.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

from measure import Llama, Ours, line_fit, median, pairs, run, table

ROOT = pathlib.Path(__file__).resolve().parents[2]


class OnDevice(Ours):
    def __init__(self, program, device, early=False):
        super().__init__(program)
        self.device = device
        self.env = os.environ | {"PRESSLAB_CUDA_EARLY_LAUNCH": "1" if early else "0"}

    def bench(self, model, prompt=0, new=0, depth=0, press="none", repeats=3):
        rows = json.loads(run([self.program, "bench", "-m", model, "--device", self.device, "-p", prompt, "-n", new, "-d", depth, "-r", repeats,
                               "--press", press, "-o", "json"], env=self.env))
        return rows[-1]

    def token_ms(self, model, depth, press="none"):
        return float(self.bench(model, new=64, depth=depth, press=press)["itl_p50_ns"]) / 1e6


class LlamaOnDevice(Llama):
    def bench(self, model, prompt=0, new=0, depth=0, repeats=3):
        rows = json.loads(run([self.program, "-m", model, "-ngl", "99", "-p", prompt, "-n", new, "-d", depth, "-r", repeats, "-fa", "1", "-o", "json"]))
        return rows[-1]


def share_of_limit(row):
    read = row["weight_bytes"] + row.get("kv_bytes", 0)
    return read * row["avg_ts"] / (row["bandwidth_gb_s"] * 1e9)


def against_peer(ours, peer, model, args):
    rows = []
    for label, goal, arguments in (("decode 128", 1.5, {"new": 128}), ("decode 128 at depth 4096", 1.5, {"new": 128, "depth": 4096}),
                                   ("prefill 2048", None, {"prompt": 2048})):
        samples = pairs(lambda: ours.bench(model, **arguments)["avg_ts"], lambda: peer.bench(model, **arguments)["avg_ts"], args.pairs)
        ratios = [a / b for a, b in samples]
        met = "" if goal is None else "yes" if median(ratios) >= goal else "no"
        rows.append([label, f"{median([a for a, _ in samples]):.1f}", f"{median([b for _, b in samples]):.1f}", f"{median(ratios):.2f}",
                     f"{min(ratios):.2f} - {max(ratios):.2f}", "" if goal is None else f"{goal:g}", met])
    return table(["test", "ours, tok/s", "llama.cpp, tok/s", "ratio", "spread", "goal", "met"], rows)


def against_limit(ours, models):
    rows = []
    for name, model, depth, press, goal in models:
        row = ours.bench(model, new=128, depth=depth, press=press)
        share = share_of_limit(row)
        rows.append([name, str(depth), press, f"{row['avg_ts']:.1f}", f"{row['bandwidth_gb_s']:.0f}", f"{100 * share:.1f} %", f"{100 * goal:.0f} %",
                     "yes" if share >= goal else "no"])
    return table(["model", "depth", "press", "tok/s", "GB/s", "share of the limit", "goal", "met"], rows)


def law(ours, model, lengths, ratios, press, count):
    """A token's time follows the kept bytes: t(T, r) against t((1 - r) T, 0), and the line through all points. Rounds go through all points in turn, the two
    of a pair one after the other."""
    cases = [(t, r, int(t * (1 - r))) for t in lengths for r in ratios]
    pressed, plain = {c: [] for c in cases}, {c: [] for c in cases}
    for _ in range(count):
        for case in cases:
            t, r, kept = case
            pressed[case].append(ours.token_ms(model, t, f"{press}(ratio={r:g})"))
            plain[case].append(ours.token_ms(model, kept))
    rows, points = [], []
    for case in cases:
        t, r, kept = case
        mine, other = median(pressed[case]), median(plain[case])
        off = abs(mine / other - 1)
        points += [(kept, mine), (kept, other)]
        rows.append([str(t), f"{r:g}", str(kept), f"{mine:.3f}", f"{other:.3f}", f"{100 * off:.1f} %", "yes" if off <= .05 else "no"])
    a, b, r2 = line_fit(points)
    return (table(["T", "r", "kept", "t(T, r), ms", "t((1-r)T, 0), ms", "apart", "within 5 %"], rows)
            + f"\n\nFit t = a + b kept over all points: a = {a:.3f} ms, b = {b * 1000:.4f} us per kept token, R^2 = {r2:.4f} (goal .99).")


def early_launches(ours, early, model, depths, count):
    """Launches of a layer that may begin before the one in front has ended (off unless asked for)."""
    rows = []
    for depth in depths:
        samples = pairs(lambda: ours.token_ms(model, depth), lambda: early.token_ms(model, depth), count)
        ratios = [a / b for a, b in samples]
        rows.append([str(depth), f"{median([a for a, _ in samples]):.3f}", f"{median([b for _, b in samples]):.3f}", f"{median(ratios):.3f}",
                     f"{min(ratios):.3f} - {max(ratios):.3f}"])
    return table(["depth", "off, ms", "on, ms", "off / on", "spread"], rows)


def greedy_ids(program, model, device, prompt):
    out = run([program, "generate", "-m", model, "--device", device, "--precision", "exact", "-p", prompt, "-n", "32", "--format", "json"])
    return json.loads(out)["ids"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--presslab", required=True)
    p.add_argument("--device", default="cuda:0")
    p.add_argument("--llama-bench", help="built with GGML_CUDA")
    p.add_argument("--model", "-m", required=True)
    p.add_argument("--large", help="a model of about 1e9 weights (tests/bench/make_seeded.py)")
    p.add_argument("--pairs", type=int, default=5)
    p.add_argument("--lengths", default="2000,4000,8000", help="context lengths of the law")
    p.add_argument("--rounds", type=int, default=3, help="rounds through all points of the law")
    p.add_argument("--out", default=str(ROOT / "docs" / "measuring-cuda.md"))
    args = p.parse_args()
    if args.device == "cuda":
        args.device = "cuda:0"
    ours = OnDevice(args.presslab, args.device)
    text = ["# Measuring on a GPU", "", f"*`./dev bench --device {args.device}`*", ""]
    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    card = subprocess.run(query, capture_output=True, text=True).stdout.strip() if shutil.which(query[0]) else ""
    text += [card or "no nvidia-smi", ""]
    text += ["## Against llama.cpp", ""]
    text += [against_peer(ours, LlamaOnDevice(args.llama_bench), args.model, args)] if args.llama_bench else ["Not measured: no llama-bench for CUDA was given."]
    models = [("SmolLM2-135M Q4_1", args.model, 0, "none", .30), ("SmolLM2-135M Q4_1", args.model, 8000, "none", .70),
              ("SmolLM2-135M Q4_1", args.model, 8000, "eplb_duo(ratio=0.5)", .70)]
    if args.large:
        models.append(("1B seeded", args.large, 0, "none", .65))
    text += ["", "## Against the memory's bandwidth", "", against_limit(ours, models)]
    text += ["", "## The law: time follows kept bytes", "",
             law(ours, args.model, [int(n) for n in args.lengths.split(",")], [.25, .5, .75], "knorm", args.rounds)]
    text += ["", "## Early launches", "", "`PRESSLAB_CUDA_EARLY_LAUNCH=1` against without, from compute capability 9.0 on.", "",
             early_launches(ours, OnDevice(args.presslab, args.device, early=True), args.model, [0, 4000], args.pairs)]
    same = [greedy_ids(args.presslab, args.model, d, "The lighthouse keeper counted the boats") for d in ("cpu", args.device)]
    text += ["", f"Greedy ids in exact, 32 tokens, CPU and {args.device}: {'equal' if same[0] == same[1] else 'DIFFERENT'}."]
    pathlib.Path(args.out).write_text("\n".join(text) + "\n")
    print("\n".join(text))
    return 0 if same[0] == same[1] else 1


if __name__ == "__main__":
    sys.exit(main())
