# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes what kvpress keeps of texts that no golden data holds, on the default model in float32, for a check by hand.

    python make_unseen_kept.py MODEL.gguf OUT.json [TOKENS]
    PRESSLAB_UNSEEN=OUT.json build/tests/tst_press_golden unseenTexts       (prints the worst head of every press)

Texts: those of unseen/, and files of this repository, cut to at most TOKENS tokens (1500). Each text is prefilled once for all presses and ratios,
and once more with the attention matrix for observed_attention. OUT.json is not committed: the files of the repository change.
"""
import json
import pathlib
import sys

import torch
from kvpress import (AdaKVPress, ExpectedAttentionPress, KeyDiffPress, KnormPress, LagKVPress, ObservedAttentionPress, PyramidKVPress, SnapKVPress,
                     StreamingLLMPress, TOVAPress)
from transformers import DynamicCache

from gguf_model import llama_of, tokenizer_of
from make_press_golden import hex_map, masked_rows

RATIOS = (0.25, 0.5, 0.75)
FILES = (("docs/adr/0005-routed-press.md", 900), ("kernels/prefill_attention.cpp", 1300), ("tests/oracle/make_press_golden.py", 1000),
         ("README.zh-CN.md", 1100), ("docs/evaluating.md", 611))


def presses(ratio):
    return {
        f"knorm(ratio={ratio})": KnormPress(ratio),
        f"streaming_llm(ratio={ratio})": StreamingLLMPress(ratio),
        f"snapkv(ratio={ratio})": SnapKVPress(ratio),
        f"tova(ratio={ratio})": TOVAPress(ratio),
        f"expected_attention(ratio={ratio})": ExpectedAttentionPress(ratio),
        f"observed_attention(ratio={ratio})": ObservedAttentionPress(ratio),
        f"pyramidkv(ratio={ratio})": PyramidKVPress(ratio),
        f"lagkv(ratio={ratio})": LagKVPress(ratio),
        f"keydiff(ratio={ratio})": KeyDiffPress(ratio),
        f"adakv(snapkv(ratio={ratio}))": AdaKVPress(SnapKVPress(ratio)),
    }


def kept_rows(before, after):
    """Rows of each head of (1, H, T, D) that (1, H, n, D) holds, ascending."""
    out = []
    for b, a in zip(before[0].numpy(), after[0].numpy()):
        places = {row.tobytes(): i for i, row in enumerate(b)}
        assert len(places) == len(b), "a row is not unique"
        out.append(sorted(places[row.tobytes()] for row in a))
    return out


@torch.no_grad()
def kept_of(model, ids):
    """Cases of all presses over one text."""
    cases = {spec: [] for ratio in RATIOS for spec in presses(ratio)}
    all_presses = {spec: press for ratio in RATIOS for spec, press in presses(ratio).items()}
    for attention in ("sdpa", "eager"):
        some = {s: p for s, p in all_presses.items() if isinstance(p, ObservedAttentionPress) == (attention == "eager")}
        recorder = KnormPress(0.5)

        def record(module, hidden, keys, values, attentions, kwargs):
            for spec, press in some.items():
                module.masked_key_indices = None
                k2, _ = press.compress(module, hidden, keys, values, attentions, kwargs)
                masked = module.masked_key_indices is not None
                rows = masked_rows(module, keys.shape[1], keys.shape[2]) if masked else kept_rows(keys, k2)
                cases[spec].append([hex_map(r, len(ids)) for r in rows])
            module.masked_key_indices = None
            return keys, values

        model.set_attn_implementation(attention)
        recorder.compress = record
        with recorder(model):
            model(torch.tensor([ids]), past_key_values=DynamicCache(), use_cache=True)
    return [{"press": spec, "kept": kept} for spec, kept in cases.items()]


def texts(most):
    here = pathlib.Path(__file__).parent
    for path in sorted((here / "unseen").glob("*.txt")):
        yield path.name, path.read_text(), most
    for name, tokens in FILES:
        yield name, (here.parent.parent / name).read_text(), min(tokens, most)


def main():
    torch.set_num_threads(2)
    model, tokenizer = llama_of(sys.argv[1]), tokenizer_of(sys.argv[1])
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 1500
    out = []
    for name, text, tokens in texts(most):
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:tokens]
        print(name, len(ids), "tokens", flush=True)
        out.append({"text": name, "ids": ids, "cases": kept_of(model, ids)})
        pathlib.Path(sys.argv[2]).write_text(json.dumps(out))  # what is done so far can be checked


if __name__ == "__main__":
    main()
