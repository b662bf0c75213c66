# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Measures the CUDA path against llama.cpp's and against the memory's bandwidth, and writes docs/measuring-cuda.md (`./dev bench --device cuda`).

Ours and the peer alternate as whole processes. A rate's share of the limit is (weights + cache read for a token) / (bandwidth measured by the same process),
over the time of a token. Without a peer or a second model the rows that need them are left out, with a line that says so. Standard library only.
"""
import argparse
import json
import pathlib
import subprocess
import sys

from measure import Llama, Ours, median, pairs, run, table

ROOT = pathlib.Path(__file__).resolve().parents[2]


class OnDevice(Ours):
    def __init__(self, program, device):
        super().__init__(program)
        self.device = device

    def bench(self, model, prompt=0, new=0, depth=0, press="none", repeats=3):
        rows = json.loads(run([self.program, "bench", "-m", model, "--device", self.device, "-p", prompt, "-n", new, "-d", depth, "-r", repeats,
                               "--press", press, "-o", "json"]))
        return rows[-1]


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
    p.add_argument("--out", default=str(ROOT / "docs" / "measuring-cuda.md"))
    args = p.parse_args()
    if args.device == "cuda":
        args.device = "cuda:0"
    ours = OnDevice(args.presslab, args.device)
    text = ["# Measuring on a GPU", "", f"*`./dev bench --device {args.device}`*", ""]
    card = subprocess.run(["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"], capture_output=True, text=True)
    text += [card.stdout.strip() or "no nvidia-smi", ""]
    text += ["## Against llama.cpp", ""]
    text += [against_peer(ours, LlamaOnDevice(args.llama_bench), args.model, args)] if args.llama_bench else ["Not measured: no llama-bench for CUDA was given."]
    models = [("SmolLM2-135M Q4_1", args.model, 0, "none", .30), ("SmolLM2-135M Q4_1", args.model, 8000, "none", .70),
              ("SmolLM2-135M Q4_1", args.model, 8000, "eplb_duo(ratio=0.5)", .70)]
    if args.large:
        models.append(("1B seeded", args.large, 0, "none", .65))
    text += ["", "## Against the memory's bandwidth", "", against_limit(ours, models)]
    same = [greedy_ids(args.presslab, args.model, d, "The lighthouse keeper counted the boats") for d in ("cpu", args.device)]
    text += ["", f"Greedy ids in exact, 32 tokens, CPU and {args.device}: {'equal' if same[0] == same[1] else 'DIFFERENT'}."]
    pathlib.Path(args.out).write_text("\n".join(text) + "\n")
    print("\n".join(text))
    return 0 if same[0] == same[1] else 1


if __name__ == "__main__":
    sys.exit(main())
