# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Perplexity of bundled texts in llama-perplexity's windows, by transformers in float32 on the model's dequantised weights.

usage: make_ppl_golden.py MODEL.gguf [LLAMA_PERPLEXITY]
Windows of n tokens follow each other without overlap; the logits of positions n/2 .. n-2 are scored. With a path to llama-perplexity its own
figures are printed beside (they are not committed: they depend on its build).
"""
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from gguf_model import llama_of, tokenizer_of  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = ["essay_maps.txt", "lecture_queues.txt", "story_lighthouse.txt"]
WINDOWS = [256, 512]


def main():
    torch.manual_seed(0)
    text = "".join((ROOT / "resources/corpus" / name).read_text(encoding="utf-8") for name in TEXTS)
    text = text.removesuffix("\n")
    tokenizer, model = tokenizer_of(sys.argv[1]), llama_of(sys.argv[1])
    ids = tokenizer.encode(text).ids
    out = {"texts": TEXTS, "tokens": len(ids), "windows": {}}
    for window in WINDOWS:
        nll, count, chunks = 0.0, 0, len(ids) // window
        for i in range(chunks):
            part = torch.tensor([ids[i * window : (i + 1) * window]])
            with torch.no_grad():
                logits = model(part).logits[0].double()
            rows = torch.log_softmax(logits[window // 2 : window - 1], dim=-1)
            nll -= rows.gather(1, part[0, window // 2 + 1 :, None]).sum().item()
            count += window - window // 2 - 1
        out["windows"][str(window)] = {"chunks": chunks, "count": count, "ppl": math.exp(nll / count)}
        if len(sys.argv) > 2:
            with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                said = subprocess.run([sys.argv[2], "-m", sys.argv[1], "-f", file.name, "-c", str(window), "-b", str(window), "-t", "2"],
                                      capture_output=True, text=True, check=True)
            print(window, "transformers", out["windows"][str(window)]["ppl"], "llama-perplexity",
                  re.search(r"Final estimate: PPL = ([0-9.]+)", said.stdout + said.stderr).group(1))
    target = ROOT / "tests/data/eval/ppl.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
