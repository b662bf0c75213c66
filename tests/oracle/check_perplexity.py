# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Perplexity of texts by llama-perplexity and by presslab-cli eval, like with like.

    python check_perplexity.py LLAMA_PERPLEXITY PRESSLAB_CLI MODEL.gguf PRECISION WINDOW TEXT...

llama.cpp computes a quantised file with 8-bit activations: PRECISION fast is the like of that. For exact give the same weights as F32
(llama-quantize --allow-requantize MODEL.gguf F32.gguf F32). At most 16 windows of each text, which must fill two. Ends with 1 when a difference exceeds 0.5 %.
"""
import csv
import io
import pathlib
import re
import subprocess
import sys

CHUNKS = "16"


def said(command):
    return subprocess.run(command, capture_output=True, text=True, check=True)


def main():
    llama, cli, model, precision, window = sys.argv[1:6]
    worst = 0.0
    print(f"{'text':30} {'llama-perplexity':>16} {'presslab ' + precision:>16} {'difference':>10}")
    for text in sys.argv[6:]:
        out = said([llama, "-m", model, "-f", text, "-c", window, "-b", window, "--chunks", CHUNKS, "-t", "2"])
        final = re.search(r"Final estimate: PPL = ([0-9.]+)", out.stdout + out.stderr)
        if not final:
            sys.exit(f"{text}: llama-perplexity gives no estimate: {out.stderr.strip().splitlines()[-1]}")
        theirs = float(final.group(1))
        out = said([cli, "eval", "--task", "ppl", "--press", "none", "--lengths", window, "--file", text, "--chunks", CHUNKS, "--precision", precision,
                    "-m", model, "--format", "csv"])
        ours = float(next(csv.DictReader(io.StringIO(out.stdout)))["ppl"])
        worst = max(worst, abs(ours / theirs - 1))
        print(f"{pathlib.Path(text).name:30} {theirs:16.4f} {ours:16.4f} {100 * (ours / theirs - 1):9.2f}%", flush=True)
    return worst > 0.005


if __name__ == "__main__":
    sys.exit(main())
