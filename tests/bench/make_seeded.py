# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes a seeded Llama-shaped F16 GGUF (hidden size 1,024) with the vocabulary of another GGUF, for timing weight types that need rows of 256:
python make_seeded.py VOCABULARY.gguf OUT.gguf. Runs in the oracle environment."""
import sys

import gguf
import numpy

LAYERS, HIDDEN, HEADS, KV_HEADS, WIDE = 12, 1024, 16, 4, 2816


def main(source, out):
    reader = gguf.GGUFReader(source)
    text = lambda key: reader.fields[key].contents()
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_name("seeded llama 1024")
    writer.add_context_length(8192)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(WIDE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    tokens = text("tokenizer.ggml.tokens")
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model(text("tokenizer.ggml.model"))
    writer.add_tokenizer_pre(text("tokenizer.ggml.pre"))
    writer.add_token_list(tokens)
    writer.add_token_types(text("tokenizer.ggml.token_type"))
    writer.add_token_merges(text("tokenizer.ggml.merges"))
    writer.add_bos_token_id(text("tokenizer.ggml.bos_token_id"))
    writer.add_eos_token_id(text("tokenizer.ggml.eos_token_id"))
    random = numpy.random.default_rng(1)
    matrix = lambda rows, cols: (random.standard_normal((rows, cols)) * 0.02).astype(numpy.float16)
    writer.add_tensor("token_embd.weight", matrix(len(tokens), HIDDEN))
    writer.add_tensor("output_norm.weight", numpy.ones(HIDDEN, numpy.float32))
    kv = HIDDEN // HEADS * KV_HEADS
    for layer in range(LAYERS):
        for name, rows, cols in (("attn_q", HIDDEN, HIDDEN), ("attn_k", kv, HIDDEN), ("attn_v", kv, HIDDEN), ("attn_output", HIDDEN, HIDDEN),
                                 ("ffn_gate", WIDE, HIDDEN), ("ffn_up", WIDE, HIDDEN), ("ffn_down", HIDDEN, WIDE)):
            writer.add_tensor(f"blk.{layer}.{name}.weight", matrix(rows, cols))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", numpy.ones(HIDDEN, numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
