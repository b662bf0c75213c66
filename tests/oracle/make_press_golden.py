# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes what kvpress keeps: on seeded tensors that the tests draw again, and on the default model.

    python make_press_golden.py MODEL.gguf [OUT_FOLDER]      (OUT_FOLDER: ../data/press)

Kept positions are hexadecimal maps: position 4i is the highest bit of digit i.
"""
import json
import pathlib
import sys

import kvpress
import numpy as np
import torch
from kvpress import (AdaKVPress, BlockPress, CapPress, ChunkKVPress, ChunkPress, CompactorPress, CriticalAdaKVPress, CriticalKVPress, CURPress,
                     EntropyGatedChunkKVPress, ExpectedAttentionPress, ExpectedAttentionStatsPress, FinchPress, KeyRerotationPress, LeverageScorePress, MergingPress,
                     NonCausalAttnPress, QFilterPress, SimLayerKVPress, ThinKPress, KeyDiffPress, KnormPress, LagKVPress, ObservedAttentionPress, PyramidKVPress,
                     SnapKVPress, StreamingLLMPress, TOVAPress)
from transformers import DynamicCache, LlamaConfig
from transformers.models.llama.modeling_llama import LlamaAttention, LlamaRotaryEmbedding, apply_rotary_pos_emb, repeat_kv

from gguf_model import llama_of

LAYERS, KV_HEADS, GROUP, DIM = 3, 2, 2, 16
MASK = (1 << 64) - 1


def cases():
    """Spec text of ours -> the press of kvpress. The seeded tensors take all of them, the model those of MODEL_SPECS."""
    return {
        "streaming_llm(ratio=0.3)": StreamingLLMPress(0.3),
        "streaming_llm(ratio=0.7,n_sink=9)": StreamingLLMPress(0.7, n_sink=9),
        "knorm(ratio=0.5)": KnormPress(0.5),
        "knorm(ratio=0.9)": KnormPress(0.9),
        "keydiff(ratio=0.5)": KeyDiffPress(0.5),
        "keydiff(ratio=0.25)": KeyDiffPress(0.25),
        "snapkv(ratio=0.5)": SnapKVPress(0.5),
        "snapkv(ratio=0.3,window_size=16,kernel_size=9)": SnapKVPress(0.3, window_size=16, kernel_size=9),
        "expected_attention(ratio=0.5)": ExpectedAttentionPress(0.5),
        "expected_attention(ratio=0.6,n_future_positions=700,n_sink=2,epsilon=0.01)":
            ExpectedAttentionPress(0.6, n_future_positions=700, n_sink=2, epsilon=0.01),
        "expected_attention(ratio=0.4,use_covariance=false)": ExpectedAttentionPress(0.4, use_covariance=False),
        "expected_attention(ratio=0.4,use_vnorm=false)": ExpectedAttentionPress(0.4, use_vnorm=False),
        "tova(ratio=0.5)": TOVAPress(0.5),
        "observed_attention(ratio=0.5)": ObservedAttentionPress(0.5),
        "lagkv(ratio=0.5)": LagKVPress(0.5),
        "lagkv(ratio=0.3)": LagKVPress(0.3),
        "lagkv(ratio=0.8)": LagKVPress(0.8),
        "lagkv(ratio=0.3,n_sink=2,lag_size=16,cross_scoring=true)": LagKVPress(0.3, n_sink=2, lag_size=16, cross_scoring=True),
        "pyramidkv(ratio=0.5)": PyramidKVPress(0.5),
        "pyramidkv(ratio=0.4,window_size=4,beta=5)": PyramidKVPress(0.4, window_size=4, beta=5),
        "adakv(snapkv(ratio=0.5))": AdaKVPress(SnapKVPress(0.5)),
        "adakv(knorm(ratio=0.6),alpha_safeguard=0.5)": AdaKVPress(KnormPress(0.6), alpha_safeguard=0.5),
        "chunkkv(snapkv(ratio=0.5))": ChunkKVPress(SnapKVPress(0.5)),
        "chunkkv(keydiff(ratio=0.3),chunk_length=7)": ChunkKVPress(KeyDiffPress(0.3), chunk_length=7),
        "entropy_gated_chunkkv(snapkv(ratio=0.5))": EntropyGatedChunkKVPress(SnapKVPress(0.5)),
        "entropy_gated_chunkkv(keydiff(ratio=0.3),chunk_length=7,low_entropy_chunk_length=2)":
            EntropyGatedChunkKVPress(KeyDiffPress(0.3), chunk_length=7, low_entropy_chunk_length=2),
        "entropy_gated_chunkkv(keydiff(ratio=0.1))": EntropyGatedChunkKVPress(KeyDiffPress(0.1)),  # spiky chunks leave budget over
        "cur(ratio=0.5)": CURPress(0.5),
        "cur(ratio=0.3,leverage_type=kv_avg,use_local_approximation=false)": CURPress(0.3, leverage_type="kv_avg", use_local_approximation=False),
        "cur(ratio=0.4,leverage_type=key,use_random_leverage=true,num_sinks=2,local_window_size=24)":
            CURPress(0.4, leverage_type="key", use_random_leverage=True, num_sinks=2, local_window_size=24),
        "leverage(ratio=0.5,sketch_dimension=12)": LeverageScorePress(0.5, sketch_dimension=12),
        "non_causal_attention(ratio=0.5,chunk_size=111)": NonCausalAttnPress(0.5, chunk_size=111),
        "compactor(ratio=0.4,chunk_size=107,sketch_dimension=12)": CompactorPress(0.4, chunk_size=107, sketch_dimension=12),
        "cap(ratio=0.5)": CapPress(0.5),
        "cap(ratio=0.3,tau=2,n_future_positions=700,n_sink=2)": CapPress(0.3, tau=2.0, n_future_positions=700, n_sink=2),
        "qfilter(ratio=0.5)": QFilterPress(0.5),
        "expected_attention_stats(ratio=0.5)": ExpectedAttentionStatsPress(0.5),
        "think(key_channel_compression_ratio=0.4,window_size=20)": ThinKPress(0.4, window_size=20),
        "simlayerkv(lazy_threshold=0.6,n_recent=90)": SimLayerKVPress(0.6, n_recent=90),
        "finch(ratio=0.5,rerotate_keys=false,window_size=16)": FinchPress(0.5, rerotate_keys=False),
        "finch(ratio=0.3,chunk_length=64,normalize_scores=false,window_size=16)": FinchPress(0.3, chunk_length=64, normalize_scores=False),
        "criticalkv(snapkv(ratio=0.5,window_size=16))": CriticalKVPress(SnapKVPress(0.5, window_size=16)),
        "criticalkv(tova(ratio=0.4),epsilon=0.01,first_stage_ratio=0.2)": CriticalKVPress(TOVAPress(0.4), epsilon=0.01, first_stage_ratio=0.2),
        "critical_adakv(snapkv(ratio=0.5,window_size=16))": CriticalAdaKVPress(SnapKVPress(0.5, window_size=16)),
        "chunk(keydiff(ratio=0.4),chunk_length=50)": ChunkPress(KeyDiffPress(0.4), chunk_length=50),
        "block(keydiff(ratio=0.6),block_size=20)": BlockPress(KeyDiffPress(0.6), block_size=20),
        "key_rerotation(keydiff(ratio=0.5))": KeyRerotationPress(KeyDiffPress(0.5)),
        "merging(knorm(ratio=0.5))": MergingPress(KnormPress(0.5)),
        "merging(knorm(ratio=0.5),similarity_threshold=0.4,merge_fraction=0.5)": MergingPress(KnormPress(0.5), similarity_threshold=0.4, merge_fraction=0.5),
    }


MODEL_SPECS = ["streaming_llm(ratio=0.3)", "knorm(ratio=0.5)", "keydiff(ratio=0.5)", "snapkv(ratio=0.5)", "expected_attention(ratio=0.5)", "tova(ratio=0.5)",
               "observed_attention(ratio=0.5)", "lagkv(ratio=0.5)", "pyramidkv(ratio=0.5)", "adakv(snapkv(ratio=0.5))", "chunkkv(snapkv(ratio=0.5))",
               "entropy_gated_chunkkv(snapkv(ratio=0.5))"]


class Splitmix:
    """The generator of core/press/random.h."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (float(self.next() >> 11) + 0.5) * 2.0**-53

    def normal(self):
        radius = (-2 * np.log(self.uniform())) ** 0.5
        return radius * np.cos(6.283185307179586 * self.uniform())


def sketches(layer):
    """torch.randn of presses that draw a random projection, as core/press/linear.cpp draws it with seed 0: one a head, or one for all."""
    def one(head, rows, cols):
        own = Splitmix(Splitmix(0).next() ^ (layer << 32 | head))
        return [[own.normal() for _ in range(cols)] for _ in range(rows)]

    def randn(*size, **_):
        if len(size) == 2:
            return torch.tensor(one(0, *size), dtype=torch.float32)
        return torch.tensor([[one(h, *size[2:]) for h in range(size[1])]], dtype=torch.float32)
    return randn


def statistics():
    """Q-Filters, query means and diagonal covariances of every layer."""
    random = Splitmix(77)
    draw = lambda *shape: np.array([random.uniform() for _ in range(int(np.prod(shape)))]).reshape(shape)
    filters = torch.from_numpy((draw(LAYERS, KV_HEADS, DIM) * 2 - 1).astype(np.float32))
    mean = torch.from_numpy((draw(LAYERS, KV_HEADS * GROUP, DIM) * 2 - 1).astype(np.float32))
    cov = torch.diag_embed(torch.from_numpy(draw(LAYERS, KV_HEADS * GROUP, DIM).astype(np.float32)))
    return filters, mean, cov


def tensors(tokens, layer):
    """Keys with a mean of their own in each channel, values, queries before rotation; (heads, T, dim), float32."""
    random = Splitmix(1000 + layer)
    draw = lambda n: np.array([random.uniform() for _ in range(n)])
    offset = draw(KV_HEADS * DIM).reshape(KV_HEADS, 1, DIM)
    k = (draw(KV_HEADS * tokens * DIM).reshape(KV_HEADS, tokens, DIM) * 4 - 2 + offset).astype(np.float32)
    v = (draw(KV_HEADS * tokens * DIM).reshape(KV_HEADS, tokens, DIM) * 2 - 1).astype(np.float32)
    q = (draw(tokens * KV_HEADS * GROUP * DIM).reshape(tokens, KV_HEADS * GROUP * DIM) * 4 - 2).astype(np.float32)
    return torch.from_numpy(k)[None], torch.from_numpy(v)[None], torch.from_numpy(q)[None]


def attention_module(layer):
    """An attention layer whose query projection passes its input through."""
    width = KV_HEADS * GROUP * DIM
    config = LlamaConfig(hidden_size=width, num_attention_heads=KV_HEADS * GROUP, num_key_value_heads=KV_HEADS, head_dim=DIM, num_hidden_layers=LAYERS,
                         max_position_embeddings=4096, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, attn_implementation="sdpa")
    module = LlamaAttention(config, layer).float()
    with torch.no_grad():
        module.q_proj.weight.copy_(torch.eye(width))
        random = Splitmix(500 + layer)
        module.o_proj.weight.copy_(torch.tensor([random.uniform() * 2 - 1 for _ in range(width * width)]).view(width, width))
    module.rotary_emb = LlamaRotaryEmbedding(config)
    return module


def kept_rows(before, after):
    """Rows of (1, H, T, D) that (1, H, n, D) holds, as a list of sorted lists."""
    out = []
    for b, a in zip(before[0], after[0]):
        same = (a[:, None, :] == b[None, :, :]).all(-1)
        assert (same.sum(1) == 1).all(), "a row is not unique"
        out.append(sorted(same.int().argmax(1).tolist()))
    return out


def masked_rows(module, heads, tokens):
    """Rows left by a press that masks (AdaKV)."""
    _, head, position = module.masked_key_indices
    gone = torch.zeros(heads, tokens, dtype=torch.bool)
    gone[head, position] = True
    return [(~g).nonzero().flatten().tolist() for g in gone]


def hex_map(rows, tokens):
    bits = 0
    for r in rows:
        bits |= 1 << (4 * ((tokens + 3) // 4) - 1 - r)
    return format(bits, f"0{(tokens + 3) // 4}x")


def compress(press, module, hidden, k, v, attentions, kwargs):
    module.masked_key_indices = None
    k2, v2 = press.compress(module, hidden, k.clone(), v, attentions, kwargs)
    if isinstance(press, ThinKPress):  # the channels that are 0 now
        return [(head == 0).all(0).nonzero().flatten().tolist() for head in k2[0]]
    if isinstance(press, KeyRerotationPress) or getattr(press, "rerotate_keys", False):
        return kept_rows(v, v2)
    if isinstance(press, MergingPress):
        merged_values.append(float(v2.double().abs().sum()))
    if module.masked_key_indices is not None:
        return masked_rows(module, k.shape[1], k.shape[2])
    return kept_rows(k, k2)


def eager_attention(k, q, cos, sin):
    """The whole attention matrix, which observed attention reads."""
    heads = q.view(1, q.shape[1], KV_HEADS * GROUP, DIM).transpose(1, 2)
    turned, _ = apply_rotary_pos_emb(heads, heads, cos, sin)
    logits = turned @ repeat_kv(k, GROUP).transpose(2, 3) / DIM**0.5
    return torch.softmax(logits.masked_fill(torch.ones(logits.shape[-2:]).triu(1).bool(), float("-inf")), -1)


merged_values = []


@torch.no_grad()
def seeded_case(spec, press, tokens):
    layers = []
    merged_values.clear()
    filters, mean, cov = statistics()
    if isinstance(press, QFilterPress):
        press.q_filters = filters
    if isinstance(press, ExpectedAttentionStatsPress):
        press.mu, press.cov = mean, cov
    if isinstance(press, FinchPress):
        press.window_size = 16
    drawn = torch.randn
    for layer in range(LAYERS):
        k, v, q = tensors(tokens, layer)
        module = attention_module(layer)
        cos, sin = module.rotary_emb(q, torch.arange(tokens)[None])
        attentions = eager_attention(k, q, cos, sin) if isinstance(press, ObservedAttentionPress) else None
        torch.randn = sketches(layer)
        keys_before = kvpress.presses.leverage_press.get_prerope_key_states
        kvpress.presses.leverage_press.get_prerope_key_states = lambda module, hidden: turned_back(k, cos, sin, hidden.shape[1])
        rows = compress(press, module, q, k, v, attentions, {"position_embeddings": (cos, sin), "hidden_states": q})
        kvpress.presses.leverage_press.get_prerope_key_states = keys_before
        torch.randn = drawn
        layers.append([hex_map(r, tokens) for r in rows])
    case = {"press": spec, "tokens": tokens, "kept": layers}
    return case | {"values": list(merged_values)} if merged_values else case


def turned_back(k, cos, sin, count):
    """Keys before rotation; a slice of the context is the one that Compactor's first and last tokens leave."""
    first = 8 if count < k.shape[2] else 0
    _, before = apply_rotary_pos_emb(k, k, cos, -sin)
    return before[:, :, first:first + count]


@torch.no_grad()
def model_case(model, spec, press, ids):
    layers = []
    inner = press.compress

    def record(module, hidden, keys, values, attentions, kwargs):
        module.masked_key_indices = None
        k2, v2 = inner(module, hidden, keys, values, attentions, kwargs)
        rows = masked_rows(module, keys.shape[1], keys.shape[2]) if module.masked_key_indices is not None else kept_rows(keys, k2)
        module.masked_key_indices = None
        layers.append([hex_map(r, len(ids)) for r in rows])
        return keys, values

    model.set_attn_implementation("eager" if isinstance(press, ObservedAttentionPress) else "sdpa")
    press.compress = record
    with press(model):
        model(torch.tensor([ids]), past_key_values=DynamicCache(), use_cache=True)
    del press.compress
    return {"press": spec, "kept": layers}


def write(path, head, rows):
    lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
    path.write_text("{" + json.dumps(head)[1:-1] + ',"cases":[\n' + lines + "\n]}\n")


def main():
    torch.set_num_threads(1)
    here = pathlib.Path(__file__).parent
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else here.parent / "data" / "press")
    folder.mkdir(parents=True, exist_ok=True)
    shape = {"layers": LAYERS, "kv_heads": KV_HEADS, "group": GROUP, "dim": DIM}
    # Chunks of non-causal attention divide their context: kvpress pads the last chunk, and lets the padding take part.
    seeded = [seeded_case(spec, press, tokens) for spec, press in cases().items() for tokens in (151, 333) if tokens == 333 or "chunk_size=" not in spec]
    write(folder / "seeded_kept.json", shape, seeded)
    ids = json.loads((here.parent / "data" / "model" / "smollm2_logits.json").read_text())["cases"][0]["ids"]
    model = llama_of(sys.argv[1])
    presses = cases()
    write(folder / "smollm2_kept.json", {"ids": ids}, [model_case(model, spec, presses[spec], ids) for spec in MODEL_SPECS])


if __name__ == "__main__":
    main()
