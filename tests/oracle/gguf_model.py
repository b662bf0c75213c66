# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Reads a GGUF with the gguf package and rebuilds its peers: a `tokenizers` tokenizer and a transformers Llama in fp32."""
import gguf
import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

LLAMA3_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
                  r"|\s+(?!\S)|\s+")


def field(reader, key, default=None):
    return reader.fields[key].contents() if key in reader.fields else default


def pre_tokenizer(pre):
    """The pre-tokeniser that a `tokenizer.ggml.pre` value stands for, as the models' own tokenizer.json spells it."""
    if pre == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    if pre == "llama-bpe":
        from tokenizers import Regex
        return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3_PATTERN), "isolated"),
                                        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)


def build_tokenizer(tokens, merges, pre, ignore_merges=False):
    vocab = {t: i for i, t in enumerate(tokens)}
    pairs = [tuple(m.split(" ", 1)) for m in merges]
    bpe = models.BPE(vocab=vocab, merges=[p for p in pairs if p[0] + p[1] in vocab], ignore_merges=ignore_merges)
    tok = Tokenizer(bpe)
    tok.pre_tokenizer = pre_tokenizer(pre)
    tok.decoder = decoders.ByteLevel()
    return tok


def tokenizer_of(path):
    r = gguf.GGUFReader(path)
    return build_tokenizer(field(r, "tokenizer.ggml.tokens"), field(r, "tokenizer.ggml.merges"), field(r, "tokenizer.ggml.pre"))


def permute(w, heads):
    """Hugging Face rows (d, d + dim/2) to the interleaved order that GGUF stores."""
    return w.reshape(heads, 2, w.shape[0] // heads // 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)


def unpermute(w, heads):
    return w.reshape(heads, w.shape[0] // heads // 2, 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)


def llama_of(path):
    """transformers' Llama with the GGUF's weights dequantised to fp32."""
    r = gguf.GGUFReader(path)
    t = {x.name: gguf.quants.dequantize(x.data, x.tensor_type).astype(np.float32) for x in r.tensors}
    heads, kv = field(r, "llama.attention.head_count"), field(r, "llama.attention.head_count_kv")
    layers, hidden = field(r, "llama.block_count"), field(r, "llama.embedding_length")
    tied = "output.weight" not in t
    cfg = LlamaConfig(vocab_size=t["token_embd.weight"].shape[0], hidden_size=hidden, intermediate_size=field(r, "llama.feed_forward_length"),
                      num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=kv, head_dim=hidden // heads,
                      max_position_embeddings=field(r, "llama.context_length"), rms_norm_eps=float(field(r, "llama.attention.layer_norm_rms_epsilon")),
                      rope_parameters={"rope_type": "default", "rope_theta": float(field(r, "llama.rope.freq_base"))}, tie_word_embeddings=tied)
    sd = {"model.embed_tokens.weight": t["token_embd.weight"], "model.norm.weight": t["output_norm.weight"],
          "lm_head.weight": t["token_embd.weight" if tied else "output.weight"]}
    names = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
             "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
    for i in range(layers):
        for theirs, ours in names.items():
            sd[f"model.layers.{i}.{ours}.weight"] = t[f"blk.{i}.{theirs}.weight"]
        sd[f"model.layers.{i}.self_attn.q_proj.weight"] = unpermute(t[f"blk.{i}.attn_q.weight"], heads)
        sd[f"model.layers.{i}.self_attn.k_proj.weight"] = unpermute(t[f"blk.{i}.attn_k.weight"], kv)
    model = LlamaForCausalLM(cfg).float().eval()
    model.load_state_dict({k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in sd.items()}, strict=True)
    return model
