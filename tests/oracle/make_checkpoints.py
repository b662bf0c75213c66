#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Seeded checkpoints of every architecture, and what transformers and kvpress compute with them: tests/data/checkpoints/.

    python make_checkpoints.py [NAME ...]

For each NAME a Hugging Face folder NAME/, the same weights as NAME.gguf (llama.cpp's names, keys and row order), and
  NAME.json  ids, all different; positions whose logits are stored; 16 greedy ids (each step a whole forward pass) and the lead of each over the
             second best; knorm and snapkv: positions that a ratio of 0.5 keeps, [layer][head], null for layers that presses leave alone
  NAME.bin   float32 logits, positions x vocabulary
Weights are rounded to the stored type before anything is computed, so that all files hold the same numbers; computed in float32.
"""
import json
import pathlib
import shutil
import sys
from contextlib import contextmanager

import gguf
import numpy as np
import torch
import transformers
from kvpress import KnormPress, SnapKVPress
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import DynamicCache

OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "checkpoints"
VOCAB, TOKENS, GREEDY = 300, 160, 16
TEXT = """The harbour office keeps two clocks. One shows the time of the town, the other the time of the tide, and nobody has ever
asked why they disagree. In 1987 the keeper wrote 14 pages about it: rain, ropes, three lamps, a list of names. "Read it twice," she said,
"and count the words that you would miss." Most of them could go; the last line had to stay, and so did the first. The engineer laughed,
copied 25 lines by hand, lost 12 of them on the ferry, and still knew where the lamps were. def keep(rows): return [r for r in rows if r.score > 0]
"""
LONG_FACTORS = [1.0 + 0.4 * i for i in range(8)]
SHORT_FACTORS = [1.0 + 0.05 * i for i in range(8)]
BASE = dict(vocab_size=VOCAB, hidden_size=64, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
            max_position_embeddings=512, bos_token_id=296, eos_token_id=297, pad_token_id=None)
LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}
LONGROPE = {"rope_type": "longrope", "rope_theta": 10000.0, "long_factor": LONG_FACTORS, "short_factor": SHORT_FACTORS,
            "original_max_position_embeddings": 256}


def config_of(name):
    t = transformers
    if name == "llama":
        return t.LlamaConfig(**BASE, rope_parameters=LLAMA3, rms_norm_eps=1e-5, tie_word_embeddings=True)
    if name == "mistral":
        return t.MistralConfig(**BASE, sliding_window=48, rms_norm_eps=1e-5, tie_word_embeddings=False)
    if name == "qwen2":
        return t.Qwen2Config(**BASE, rms_norm_eps=1e-6, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1e6})
    if name == "qwen3":
        return t.Qwen3Config(**BASE, head_dim=32, rms_norm_eps=1e-6, tie_word_embeddings=True,
                             rope_parameters={"rope_type": "default", "rope_theta": 1e6})
    if name == "gemma3":
        small = BASE | dict(hidden_size=32, intermediate_size=48, num_hidden_layers=7, num_attention_heads=4, num_key_value_heads=2)
        return t.Gemma3TextConfig(**small, head_dim=16, query_pre_attn_scalar=16, sliding_window=24, rms_norm_eps=1e-6)
    if name == "phi3":
        return t.Phi3Config(**BASE | dict(pad_token_id=0, max_position_embeddings=1024), original_max_position_embeddings=256,
                            rms_norm_eps=1e-5, tie_word_embeddings=False, rope_parameters=LONGROPE)
    return t.GPT2Config(vocab_size=VOCAB, n_positions=176, n_embd=32, n_layer=2, n_head=2, bos_token_id=296, eos_token_id=297)


STORED = {"qwen3": torch.bfloat16}
NAMES = ["llama", "mistral", "gpt2", "qwen2", "qwen3", "gemma3", "phi3"]


def seeded(name, config):
    """A model in evaluation mode whose logits, norms and biases vary; weights rounded to the stored type."""
    torch.manual_seed({"qwen3": 2001}.get(name, 1000) + NAMES.index(name))   # one whose greedy steps are no near ties
    config._attn_implementation = "eager"
    model = transformers.AutoModelForCausalLM.from_config(config).float().eval()
    rounded = STORED.get(name, torch.float16)
    with torch.no_grad():
        for key, p in model.named_parameters():
            if key.endswith("bias"):
                p.copy_(0.3 * torch.randn(p.shape))
            elif p.dim() == 1:
                p.copy_((0.0 if name == "gemma3" else 1.0) + 0.25 * torch.randn(p.shape))
            elif "embed" in key or "wte" in key or "wpe" in key:
                p.copy_(0.35 * torch.randn(p.shape))
            else:
                fan_in = p.shape[0] if name == "gpt2" and "lm_head" not in key else p.shape[1]
                p.copy_(1.2 / fan_in**0.5 * torch.randn(p.shape))
            p.copy_(p.to(rounded).float())
    return model


def trained_tokenizer():
    """Byte-level BPE: 256 bytes, 40 merges, 4 special tokens."""
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tok.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tok.train_from_iterator([TEXT], trainers.BpeTrainer(vocab_size=296, initial_alphabet=alphabet, special_tokens=[], show_progress=False))
    assert tok.get_vocab_size() == 296, tok.get_vocab_size()
    tok.add_special_tokens(["<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    return tok


def save_tokenizer(name, tok, folder):
    data = json.loads(tok.to_str())
    if name == "gpt2":
        (folder / "vocab.json").write_text(json.dumps(tok.get_vocab(with_added_tokens=True), ensure_ascii=False) + "\n")
        merges = [" ".join(m) if isinstance(m, list) else m for m in data["model"]["merges"]]
        (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    else:
        tok.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "add_bos_token": False, "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "model_max_length": 512,
        "tokenizer_class": "GPT2Tokenizer" if name == "gpt2" else "PreTrainedTokenizerFast"}, indent=2) + "\n")


def old_keys(folder):
    """config.json as transformers 4 wrote it."""
    path = folder / "config.json"
    c = json.loads(path.read_text())
    rope = c.pop("rope_parameters", None)
    if rope:
        c["rope_theta"] = rope.pop("rope_theta")
        if rope.pop("rope_type") != "default":
            raise SystemExit("only plain rotary positions are turned into old keys")
        c["rope_scaling"] = None
    c["torch_dtype"] = c.pop("dtype")
    path.write_text(json.dumps(c, indent=2, sort_keys=True) + "\n")


def save_folder(name, model, tok):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    stored = STORED.get(name, torch.float16)
    copy = transformers.AutoModelForCausalLM.from_config(model.config)
    copy.load_state_dict(model.state_dict())
    copy.to(stored).save_pretrained(folder, max_shard_size="60KB" if name == "qwen2" else "1GB")
    save_tokenizer(name, tok, folder)
    if name in ("mistral", "qwen2"):
        old_keys(folder)
    if name == "gpt2":
        save_bins(model, folder)
    print(name, sorted(p.name for p in folder.iterdir()))


def save_bins(model, folder):
    """GPT-2's older kinds: a zip without the prefix, as gpt2's own file; a legacy pickle with buffers, as DialoGPT's."""
    state = model.state_dict()
    plain = {k.removeprefix("transformer."): v for k, v in state.items() if k != "lm_head.weight"}
    n = model.config.n_positions
    buffers = {}
    for layer in range(model.config.n_layer):
        buffers[f"transformer.h.{layer}.attn.bias"] = torch.tril(torch.ones(n, n, dtype=torch.uint8)).view(1, 1, n, n)
        buffers[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    for suffix, tensors, zipped in (("zip", plain, True), ("legacy", state | buffers, False)):
        other = OUT / f"gpt2-{suffix}"
        shutil.rmtree(other, ignore_errors=True)
        other.mkdir()
        for file in ("config.json", "generation_config.json", "vocab.json", "merges.txt", "tokenizer_config.json"):
            shutil.copy(folder / file, other / file)
        torch.save(type(state)(tensors) if not zipped else tensors, other / "pytorch_model.bin", _use_new_zipfile_serialization=zipped)


def permute(w, heads):
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


TENSORS = {
    "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight",
    "transformer.wte.weight": "token_embd.weight", "transformer.wpe.weight": "position_embd.weight",
    "transformer.ln_f.weight": "output_norm.weight", "transformer.ln_f.bias": "output_norm.bias",
}
PARTS = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.qkv_proj": "attn_qkv", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.gate_up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up",
    "mlp.c_proj": "ffn_down",
}


def gguf_name(name, key):
    if key in TENSORS:
        return TENSORS[key]
    layer, rest = key.split(".", 3)[2], key.split(".", 3)[3]
    part, kind = rest.rsplit(".", 1)
    parts = PARTS | ({"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
                      "post_feedforward_layernorm": "post_ffw_norm"} if name == "gemma3" else {"post_attention_layernorm": "ffn_norm"})
    return f"blk.{layer}.{parts[part]}.{kind}"


def gguf_tensors(name, model):
    c = model.config
    tied = c.tie_word_embeddings
    for key, p in model.state_dict().items():
        if key == "lm_head.weight" and tied:
            continue
        w = p.float().numpy()
        if name in ("llama", "mistral") and (".q_proj." in key or ".k_proj." in key):
            w = permute(w, c.num_attention_heads if ".q_proj." in key else c.num_key_value_heads)
        if name == "gemma3" and "norm" in key:
            w = w + 1
        if name == "gpt2" and w.ndim == 2 and ("c_attn" in key or "c_proj" in key or "c_fc" in key):
            w = w.T
        yield gguf_name(name, key), np.ascontiguousarray(w)


def add_rope_tensors(name, model, writer):
    if name == "llama":
        rope = model.model.rotary_emb
        plain = 1.0 / 10000.0 ** (torch.arange(0, 16, 2).float() / 16)
        writer.add_tensor("rope_freqs.weight", (plain / rope.inv_freq).numpy().astype(np.float32))
    if name == "phi3":
        writer.add_tensor("rope_factors_long.weight", np.array(LONG_FACTORS, np.float32))
        writer.add_tensor("rope_factors_short.weight", np.array(SHORT_FACTORS, np.float32))
        writer.add_rope_scaling_orig_ctx_len(256)
        writer.add_rope_scaling_attn_factors(float((1 + np.log(1024 / 256) / np.log(256)) ** 0.5))


def write_gguf(name, model, tok):
    c = model.config
    w = gguf.GGUFWriter(OUT / f"{name}.gguf", "llama" if name == "mistral" else name)
    w.add_name(f"seeded {name}")
    w.add_block_count(c.num_hidden_layers)
    w.add_context_length(c.max_position_embeddings)
    w.add_embedding_length(c.hidden_size)
    w.add_head_count(c.num_attention_heads)
    if name == "gpt2":
        w.add_feed_forward_length(4 * c.n_embd)
        w.add_layer_norm_eps(c.layer_norm_epsilon)
    else:
        w.add_feed_forward_length(c.intermediate_size)
        w.add_head_count_kv(c.num_key_value_heads)
        w.add_layer_norm_rms_eps(c.rms_norm_eps)
        full = c.rope_parameters.get("full_attention", c.rope_parameters)
        w.add_rope_freq_base(full["rope_theta"])
        dim = getattr(c, "head_dim", None) or c.hidden_size // c.num_attention_heads
        if name in ("qwen3", "gemma3"):
            w.add_key_length(dim)
            w.add_value_length(dim)
        else:
            w.add_rope_dimension_count(dim)
    if name in ("mistral", "gemma3"):
        w.add_sliding_window(c.sliding_window)
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("gpt-2")
    w.add_token_list([tok.id_to_token(i) for i in range(VOCAB)])
    w.add_token_types([1] * 296 + [3] * 4)
    merges = json.loads(tok.to_str())["model"]["merges"]
    w.add_token_merges([" ".join(m) if isinstance(m, list) else m for m in merges])
    w.add_bos_token_id(296)
    w.add_eos_token_id(297)
    w.add_add_bos_token(False)
    stored = {torch.float16: gguf.GGMLQuantizationType.F16, torch.bfloat16: gguf.GGMLQuantizationType.BF16,
              torch.float32: gguf.GGMLQuantizationType.F32}[STORED.get(name, torch.float16)]
    for key, data in gguf_tensors(name, model):
        kind = stored if data.ndim > 1 and not key.startswith("position") else gguf.GGMLQuantizationType.F32
        w.add_tensor(key, gguf.quants.quantize(data, kind), raw_dtype=kind)
    add_rope_tensors(name, model, w)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def presses_leave_alone(model, layer):
    """Sliding layers between full ones, as kvpress skips them in Gemma 3."""
    kinds = getattr(model.config, "layer_types", None) or []
    return "full_attention" in kinds and kinds[layer] == "sliding_attention"


@contextmanager
def recorded(press, model, kept):
    """kvpress's own hook on the layers that it presses; each call's indices are written down. GPT-2, which kvpress does not know, gets the
    same scores from its attention weights."""
    score = press.score

    def noted(module, hidden_states, keys, values, attentions, kwargs):
        if isinstance(model, transformers.GPT2LMHeadModel):
            scores = score(module, hidden_states, keys, values, attentions, kwargs)
        else:
            scores = score(module, hidden_states, keys, values, None, kwargs)
        n = int(keys.shape[2] * (1 - press.compression_ratio))
        best = scores[0].topk(n, dim=-1).indices.sort(dim=-1).values
        ranked = scores[0].sort(dim=-1, descending=True).values
        kept[module.layer_idx] = (best.tolist(), float((ranked[:, n - 1] - ranked[:, n]).min() / ranked[:, n - 1].abs().max()))
        return scores

    press.score = noted
    hooks = []
    body = model.model if hasattr(model, "model") else model.transformer
    for i, layer in enumerate(body.layers if hasattr(body, "layers") else body.h):
        if presses_leave_alone(model, i):
            continue
        attention = layer.self_attn if hasattr(layer, "self_attn") else layer.attn

        def hook(module, args, kwargs, output):
            cache = kwargs.get("past_key_values")
            keys, values = cache.layers[module.layer_idx].keys, cache.layers[module.layer_idx].values
            hidden = kwargs["hidden_states"] if "hidden_states" in kwargs else args[0]
            press.score(module, hidden, keys, values, output[1], kwargs)

        hooks.append(attention.register_forward_hook(hook, with_kwargs=True))
    try:
        yield
    finally:
        for h in hooks:
            h.remove()


def kept_positions(model, ids, press):
    kept = {}
    cache = DynamicCache()
    with recorded(press, model, kept):
        model(torch.tensor([ids]), past_key_values=cache, use_cache=True)
    layers = [kept[i][0] if i in kept else None for i in range(model.config.num_hidden_layers)]
    return layers, min(gap for _, gap in kept.values())


def expected(name, model, ids):
    positions = [0, 1, 23, 24, 47, 48, 100, TOKENS - 1]
    logits = model(torch.tensor([ids]), use_cache=False).logits[0]
    logits[positions].numpy().astype("<f4").tofile(OUT / f"{name}.bin")
    text, leads = list(ids), []
    for _ in range(GREEDY):
        two = model(torch.tensor([text]), use_cache=False).logits[0, -1].topk(2)
        text.append(int(two.indices[0]))
        leads.append(round(float(two.values[0] - two.values[1]), 4))
    knorm, knorm_gap = kept_positions(model, ids, KnormPress(0.5))
    snapkv, snapkv_gap = kept_positions(model, ids, SnapKVPress(0.5))
    print(f"  logits std {logits.std():.2f}, least greedy lead {min(leads)}, gaps knorm {knorm_gap:.1e} snapkv {snapkv_gap:.1e}")
    print("  greedy", text[TOKENS:])
    out = {"transformers": transformers.__version__, "ids": ids, "logit_positions": positions, "greedy": text[TOKENS:], "greedy_lead": leads,
           "knorm": knorm, "snapkv": snapkv}
    (OUT / f"{name}.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


@torch.no_grad()
def main():
    OUT.mkdir(parents=True, exist_ok=True)
    tok = trained_tokenizer()
    # No id twice: in the first layer equal tokens have keys of equal length, and rounding would decide between them.
    ids = np.random.default_rng(7).permutation(296)[:TOKENS].tolist()
    for name in sys.argv[1:] or NAMES:
        model = seeded(name, config_of(name))
        save_folder(name, model, tok)
        write_gguf(name, model, tok)
        expected(name, model, ids)


if __name__ == "__main__":
    main()
