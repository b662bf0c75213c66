# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes what kvpress keeps with presses that work in hooks, over several layers or while decoding: per_layer, dms, cam, kvzip, kvcompose. On the seeded tensors of
make_press_golden.py.

    python make_hook_golden.py [OUT_FOLDER]      (OUT_FOLDER: ../data/press)
"""
import inspect
import pathlib
import sys
from types import SimpleNamespace

import numpy as np
import torch
from kvpress import CAMPress, DMSPress, KeyDiffPress, KnormPress, KVComposePress, KVzipPress, LagKVPress, PerLayerCompressionPress, SnapKVPress, StreamingLLMPress
from transformers import DynamicCache
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb, repeat_kv

from make_press_golden import DIM, GROUP, KV_HEADS, LAYERS, Splitmix, attention_module, hex_map, kept_rows, masked_rows, tensors, write

PREFIX, LEAD, FIRST, NEXT, SUFFIX = 3, 8, 3, 2, 1  # tokens around a context that is read again


def hooked(press, layer, tokens, decoded):
    """The press's hook after the prefill and after each decoded token."""
    k, v, q = tensors(tokens + decoded, layer)
    module = attention_module(layer)
    module.masked_key_indices = None
    cache = DynamicCache()
    for first, last in [(0, tokens)] + [(t, t + 1) for t in range(tokens, tokens + decoded)]:
        cache.update(k[:, :, first:last], v[:, :, first:last], layer)
        positions = torch.arange(first, last)
        hidden = q[:, first:last]
        kwargs = {"hidden_states": hidden, "past_key_values": cache, "cache_position": positions,
                  "position_embeddings": module.rotary_emb(hidden, positions[None])}
        press.forward_hook(module, [], kwargs, [None, None])
    if module.masked_key_indices is not None:
        return masked_rows(module, KV_HEADS, tokens + decoded)
    return kept_rows(k, cache.layers[layer].keys)


def draw(seed, layer, head, position):
    """CamKeeper::draw of core/press/cam_press.cpp."""
    mix = Splitmix(seed)
    for part in (layer, head, position):
        mix = Splitmix(mix.next() ^ part)
    return mix.uniform()


def attended(layer, tokens):
    """Attention that each token got while decoding."""
    random = Splitmix(9000 + layer)
    return torch.tensor(np.array([random.uniform() for _ in range(KV_HEADS * tokens)]).astype(np.float32)).view(1, KV_HEADS, tokens)


def cam(press, layer, tokens, decoded):
    """One cut; the numbers that bernoulli compares with are those of `draw`."""
    k, v, q = tensors(tokens, layer)
    module = attention_module(layer)
    press.layer_step_counts[layer] = decoded
    press._running_attn_sum[layer] = attended(layer, tokens)

    def bernoulli(probability):
        slots = inspect.currentframe().f_back.f_locals["merge_indices"]
        numbers = torch.tensor([[[draw(0, layer, h, int(s)) for s in slots[0]] for h in range(KV_HEADS)]])
        return (numbers < probability).float()

    random, torch.bernoulli = torch.bernoulli, bernoulli
    k2, v2 = press.compress(module, q[:, -1:], k.clone(), v.clone(), press._running_attn_sum[layer], {})
    torch.bernoulli = random
    return kept_rows(k, k2), float(v2.double().abs().sum())


def repetition(layer, part, count):
    """Keys, values and queries before rotation of the tokens that repeat a part of the context."""
    random = Splitmix(20000 + 100 * layer + part)
    draws = lambda *shape: torch.from_numpy((np.array([random.uniform() for _ in range(int(np.prod(shape)))]).reshape(shape) * 4 - 2).astype(np.float32))
    return draws(1, KV_HEADS, count, DIM), draws(1, KV_HEADS, count, DIM), draws(1, count, KV_HEADS * GROUP * DIM)


def kvzip(press, tokens):
    press.context_length = tokens
    press.score_val = torch.zeros(LAYERS, 1, KV_HEADS, tokens)
    modules = [attention_module(layer) for layer in range(LAYERS)]
    for part, start in enumerate(range(PREFIX, tokens, press.chunk_size)):
        press.start_idx, press.end_idx = start, min(tokens, start + press.chunk_size)
        count = (FIRST if start == PREFIX else NEXT + LEAD) + SUFFIX + press.end_idx - start
        for layer, module in enumerate(modules):
            k, v, _ = tensors(tokens, layer)
            again_k, again_v, q = repetition(layer, part, count)
            embeddings = module.rotary_emb(q, torch.arange(tokens, tokens + count)[None])
            press.score_kvzip(module, q, torch.cat([k, again_k], 2), torch.cat([v, again_v], 2), None, {"position_embeddings": embeddings})
    press.compress_post(SimpleNamespace(model=SimpleNamespace(layers=[SimpleNamespace(self_attn=m) for m in modules])))
    return [masked_rows(m, KV_HEADS, tokens) for m in modules]


def kvcompose(press, tokens):
    """The attention of a second reading of the whole context on itself, and what the press makes of it."""
    press.num_layers, press.num_kv_heads, press.num_att_heads, press.num_kv_groups, press.device = LAYERS, KV_HEADS, KV_HEADS * GROUP, GROUP, "cpu"
    press.register_context_ids(torch.zeros(1, tokens))
    later = torch.ones(tokens, tokens).triu(1).bool()
    caches = []
    for layer in range(LAYERS):
        module = attention_module(layer)
        k, v, _ = tensors(tokens, layer)
        again_k, _, q = repetition(layer, 0, tokens)
        cos, sin = module.rotary_emb(q, torch.arange(tokens, 2 * tokens)[None])
        heads = q.view(1, tokens, KV_HEADS * GROUP, DIM).transpose(1, 2)
        turned, _ = apply_rotary_pos_emb(heads, heads, cos, sin)
        logits = turned @ repeat_kv(torch.cat([k, again_k], 2), GROUP).transpose(2, 3) / DIM**.5
        logits[..., tokens:].masked_fill_(later, float("-inf"))
        press.forward_hook(SimpleNamespace(layer_idx=layer), None, {}, [None, torch.softmax(logits, -1)])
        caches.append(SimpleNamespace(keys=k, values=v))
    press._register_cache(SimpleNamespace(layers=caches))
    press.prepare_important_masks()
    return [[head.nonzero().flatten().tolist() for head in layer] for layer in press.important_mask_per_kv_head]


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "data" / "press")
    rows = []
    for spec, press, decoded in (
        ("per_layer(knorm,compression_ratios=0.2/0.5/0.8)", PerLayerCompressionPress(KnormPress(), [.2, .5, .8]), 0),
        ("per_layer(snapkv(window_size=16),compression_ratios=0.7/0.3/0.6)", PerLayerCompressionPress(SnapKVPress(window_size=16), [.7, .3, .6]), 0),
        ("per_layer(keydiff,compression_ratios=0.1/0.9/0.5)", PerLayerCompressionPress(KeyDiffPress(), [.1, .9, .5]), 0),
        # LagKV spares 205 of the 333 tokens, or 29: budgets below that end among equal scores, of which any may stay.
        ("per_layer(lagkv,compression_ratios=0.2/0.3/0.35)", PerLayerCompressionPress(LagKVPress(), [.2, .3, .35]), 0),
        ("per_layer(lagkv(n_sink=2,lag_size=16),compression_ratios=0.25/0.5/0.8)", PerLayerCompressionPress(LagKVPress(n_sink=2, lag_size=16), [.25, .5, .8]), 0),
        ("dms(knorm,threshold=-5.2)", DMSPress(KnormPress(), -5.2), 0),
        ("dms(keydiff,threshold=-0.4,sliding_window_size=20)", DMSPress(KeyDiffPress(), -.4, 20), 0),
        ("dms(snapkv(window_size=16),threshold=0.004,sliding_window_size=50)", DMSPress(SnapKVPress(window_size=16), .004, 50), 0),
        ("dms(knorm,threshold=-5.2,sliding_window_size=30,decoding=true)", DMSPress(KnormPress(), -5.2, 30, decoding=True), 70),
        ("dms(knorm,threshold=-5,sliding_window_size=400,decoding=true)", DMSPress(KnormPress(), -5., 400, decoding=True), 80),
    ):
        layers = [[hex_map(r, 333 + decoded) for r in hooked(press, layer, 333, decoded)] for layer in range(LAYERS)]
        rows.append({"press": spec, "tokens": 333, "decoded": decoded, "kept": layers})
    for spec, press, decoded in (
        ("cam(knorm,target_size=150)", CAMPress(KnormPress(), target_size=150), 60),
        ("cam(keydiff,target_size=300,merge_budget=5)", CAMPress(KeyDiffPress(), target_size=300, merge_budget=5), 512),
        ("cam(streaming_llm(n_sink=4),target_size=90,merge_budget=1)", CAMPress(StreamingLLMPress(n_sink=4), target_size=90, merge_budget=1), 17),
    ):
        layers = [cam(press, layer, 333, decoded) for layer in range(LAYERS)]
        rows.append({"press": spec, "tokens": 333, "decoded": decoded, "kept": [[hex_map(r, 333) for r in kept] for kept, _ in layers], "values": [s for _, s in layers]})
    for spec, arguments in (
        ("kvzip(ratio=0.5,chunk_size=100)", {"chunk_size": 100}),
        ("kvzip(ratio=0.7,layerwise=true,n_sink=2,chunk_size=400)", {"compression_ratio": .7, "layerwise": True, "n_sink": 2, "chunk_size": 400}),
        ("kvzip(ratio=0.5,kvzip_plus_normalization=true,chunk_size=100)", {"kvzip_plus_normalization": True, "chunk_size": 100}),
        ("kvzip(ratio=0.6,layerwise=true,kvzip_plus_normalization=true)", {"compression_ratio": .6, "layerwise": True, "kvzip_plus_normalization": True}),
    ):
        press = KVzipPress(**{"compression_ratio": .5, **arguments})
        layers = kvzip(press, 333)
        rows.append({"press": spec, "tokens": 333, "decoded": 0, "kept": [[hex_map(r, 333) for r in layer] for layer in layers]})
    for spec, arguments in (
        ("kvcompose(ratio=0.5)", {}),
        ("kvcompose(ratio=0.7,agg_task=mean,agg_group=max,agg_head=max,keep_token_lower_bound=60)",
         {"compression_ratio": .7, "agg_task": "mean", "agg_group": "max", "agg_head": "max", "keep_token_lower_bound": 60}),
        ("kvcompose(ratio=0.4,structured=false)", {"compression_ratio": .4, "structured": False}),
        ("kvcompose(ratio=0.6,structured=false,add_v_norm=true,add_mean_across_heads=false)",
         {"compression_ratio": .6, "structured": False, "add_v_norm": True, "add_mean_across_heads": False}),
    ):
        layers = kvcompose(KVComposePress(**{"compression_ratio": .5, **arguments}), 333)
        rows.append({"press": spec, "tokens": 333, "decoded": 0, "kept": [[hex_map(r, 333) for r in layer] for layer in layers]})
    write(folder / "hooked_kept.json", {"layers": LAYERS, "kv_heads": KV_HEADS, "group": GROUP, "dim": DIM}, rows)


main()
