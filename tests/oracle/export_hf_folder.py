#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""A Llama-family GGUF file as a Hugging Face folder: the same weights, dequantised, in Hugging Face's names, order of rows and files.

    python export_hf_folder.py MODEL.gguf [FOLDER]        (build/exported/SmolLM2-135M-Instruct beside the repository's build folder)

tests/core/engine/tst_exported_folder.cpp compares the two; the folder is not committed (513 MB for SmolLM2-135M). Weights are written as float32, so
that both hold the same numbers. Only byte-level vocabularies with SmolLM's cuts are written, all others are refused.
"""
import json
import pathlib
import sys

import gguf
import numpy as np
from gguf.quants import dequantize
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

DEFAULT = pathlib.Path(__file__).resolve().parents[2] / "build" / "exported" / "SmolLM2-135M-Instruct"
TOP = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight", "output.weight": "lm_head.weight"}
PARTS = {"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
         "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
         "ffn_down": "mlp.down_proj"}


def unpermute(w, heads):
    """Rows of a rotary pair stand next to each other in the file, half a head apart in a folder."""
    return w.reshape(heads, w.shape[0] // heads // 2, 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def tensors(reader, field):
    for t in reader.tensors:
        w = dequantize(t.data, t.tensor_type).astype(np.float32).reshape(tuple(int(n) for n in reversed(t.shape)))
        if t.name in TOP:
            yield TOP[t.name], np.ascontiguousarray(w)
            continue
        _, layer, part, kind = t.name.split(".")
        if part in ("attn_q", "attn_k"):
            w = unpermute(w, field("attention.head_count" if part == "attn_q" else "attention.head_count_kv"))
        yield f"model.layers.{layer}.{PARTS[part]}.{kind}", np.ascontiguousarray(w)


def write_config(folder, field, tied):
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": field("vocab_size"), "hidden_size": field("embedding_length"),
        "intermediate_size": field("feed_forward_length"), "num_hidden_layers": field("block_count"),
        "num_attention_heads": field("attention.head_count"), "num_key_value_heads": field("attention.head_count_kv"),
        "max_position_embeddings": field("context_length"), "rms_norm_eps": field("attention.layer_norm_rms_epsilon"),
        "rope_theta": field("rope.freq_base"), "rope_scaling": None, "hidden_act": "silu", "tie_word_embeddings": tied, "torch_dtype": "float32",
    }, indent=2) + "\n")


def write_tokenizer(folder, value):
    tokens, types = value("tokenizer.ggml.tokens"), value("tokenizer.ggml.token_type")
    if value("tokenizer.ggml.model") != "gpt2" or value("tokenizer.ggml.pre") != "smollm":
        sys.exit("only byte-level vocabularies with SmolLM's cuts are written")
    merges = [tuple(m.split(" ", 1)) for m in value("tokenizer.ggml.merges")]
    tok = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                 pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True)])
    tok.decoder = decoders.ByteLevel()
    tok.add_special_tokens([AddedToken(t, special=True, normalized=False) for t, kind in zip(tokens, types) if kind == 3])
    tok.save(str(folder / "tokenizer.json"))
    name = {key: tokens[value(f"tokenizer.ggml.{key}_token_id")] for key in ("bos", "eos")}
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "add_bos_token": bool(value("tokenizer.ggml.add_bos_token")), "bos_token": name["bos"], "eos_token": name["eos"],
        "tokenizer_class": "GPT2Tokenizer", "chat_template": value("tokenizer.chat_template")}, indent=2, ensure_ascii=False) + "\n")
    (folder / "generation_config.json").write_text(json.dumps({
        "bos_token_id": value("tokenizer.ggml.bos_token_id"), "eos_token_id": value("tokenizer.ggml.eos_token_id")}, indent=2) + "\n")


def main(path, folder):
    reader = gguf.GGUFReader(path)
    value = lambda key: reader.fields[key].contents()
    if value("general.architecture") != "llama":
        sys.exit("only files of the llama architecture are exported")
    field = lambda key: value("llama." + key)
    folder.mkdir(parents=True, exist_ok=True)
    weights = dict(tensors(reader, field))
    save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
    write_config(folder, field, "lm_head.weight" not in weights)
    write_tokenizer(folder, value)
    print(folder, sum(w.nbytes for w in weights.values()), "bytes")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else DEFAULT)
