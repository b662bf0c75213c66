# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes the model golden data: logits of a given GGUF in fp32, and a tiny seeded Llama as GGUF with its logits.

    python make_logits_golden.py MODEL.gguf [OUT_FOLDER]      (OUT_FOLDER: ../data/model)
"""
import json
import pathlib
import sys

import gguf
import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from gguf_model import llama_of, permute, tokenizer_of

TINY_TEXT = "The tide came in at seven, and the boats lay still; nobody spoke of the 3 missing nets."
TEMPLATE = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")


def long_text():
    towns = ["Arden", "Belmore", "Calder", "Dunmore", "Elstow", "Farley", "Garth", "Holme"]
    goods = ["wool", "salt", "timber", "slate", "barley", "copper", "glass", "rope"]
    lines = ["The harbour ledger of the northern coast was kept by hand for eleven years. Every ship was written down with its cargo, "
             "its home and the name of the pilot who brought it in."]
    for i in range(15):
        lines.append(f"In the {['spring', 'summer', 'autumn', 'winter'][i % 4]} of that year a ship from {towns[i % 8]} carried {goods[(3 * i) % 8]} "
                     f"to {towns[(5 * i + 3) % 8]}, paid {17 * i + 23} shillings at the gate, and left {'before' if i % 3 else 'after'} the storm.")
    lines.append("When the clerk grew old he gave the ledger to his daughter, who found that")
    return " ".join(lines)


def nll_mean(logits, ids):
    lp = torch.log_softmax(logits[:-1].double(), -1)
    return float(-lp[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].mean())


@torch.no_grad()
def greedy(model, ids, n):
    out, margins, cache, x = [], [], None, torch.tensor([ids])
    for _ in range(n):
        r = model(x, past_key_values=cache, use_cache=True)
        cache, logits = r.past_key_values, r.logits[0, -1]
        best = torch.topk(logits, 2)
        out.append(int(best.indices[0]))
        margins.append(round(float(best.values[0] - best.values[1]), 4))
        x = torch.tensor([[out[-1]]])
    return out, margins


@torch.no_grad()
def model_case(model, name, ids):
    logits = model(torch.tensor([ids])).logits[0]
    top = torch.topk(logits[-1], 10)
    new, margins = greedy(model, ids, 48)
    return {"name": name, "ids": ids, "nll_mean": nll_mean(logits, ids),
            "top": [{"id": int(i), "logit": float(v)} for i, v in zip(top.indices, top.values)], "greedy": new, "greedy_margin": margins}


def byte_characters():
    """GPT-2's printable stand-ins: byte value -> character."""
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    rest = [b for b in range(256) if b not in keep]
    return {**{b: chr(b) for b in keep}, **{b: chr(256 + i) for i, b in enumerate(rest)}}


def tiny_vocab():
    c = byte_characters()
    tokens = [c[b] for b in range(256)]
    merges = ["t h", "th e", "i n", "a n", "an d", "e r", "o n", "r e", "e n", "s t", "o u", "Ġ t", "Ġ a", "Ġ s", "Ġt he", "Ġ and", "i s", "i t", "in g",
              "Ġ b", "Ġ n", "o o", "l l", "e d", "Ġ o", "Ġo f", "a t", "o r", "h e", "T he", "Ġ i", "Ġi n", "Ġ m", "Ġ c", "a r", "e s", "Ġ w", "i d", "l e",
              "b o", "s i"]
    tokens += [m.replace(" ", "") for m in merges]
    tokens += ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    assert len(tokens) == 300 and len(set(tokens)) == 300, len(tokens)
    return tokens, merges


def write_tiny(folder):
    torch.manual_seed(20260)
    cfg = LlamaConfig(vocab_size=300, hidden_size=64, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                      head_dim=16, max_position_embeddings=512, rms_norm_eps=1e-5, rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
                      tie_word_embeddings=True)
    model = LlamaForCausalLM(cfg).float().eval()
    gen = torch.Generator().manual_seed(77)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=gen)
            p.copy_(1 + 0.1 * noise if "norm" in name else (0.4 if "embed" in name else 0.18) * noise)
    tokens, merges = tiny_vocab()
    path = folder / "tiny_llama.gguf"
    w = gguf.GGUFWriter(str(path), "llama")
    w.add_name("Tiny Llama for tests")
    w.add_block_count(2); w.add_context_length(512); w.add_embedding_length(64); w.add_feed_forward_length(64)
    w.add_head_count(4); w.add_head_count_kv(2); w.add_rope_freq_base(10000.0); w.add_layer_norm_rms_eps(1e-5)
    w.add_rope_dimension_count(16); w.add_vocab_size(300); w.add_file_type(0)
    w.add_tokenizer_model("gpt2"); w.add_tokenizer_pre("smollm"); w.add_token_list(tokens); w.add_token_types([1] * 297 + [3] * 3)
    w.add_token_merges(merges); w.add_bos_token_id(297); w.add_eos_token_id(299); w.add_unk_token_id(297); w.add_pad_token_id(299)
    w.add_add_bos_token(False); w.add_add_space_prefix(False); w.add_chat_template(TEMPLATE)
    sd = {k: v.detach().numpy() for k, v in model.state_dict().items()}
    w.add_tensor("token_embd.weight", sd["model.embed_tokens.weight"])
    w.add_tensor("output_norm.weight", sd["model.norm.weight"])
    names = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
             "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
    for i in range(2):
        for theirs, ours in names.items():
            w.add_tensor(f"blk.{i}.{theirs}.weight", sd[f"model.layers.{i}.{ours}.weight"])
        w.add_tensor(f"blk.{i}.attn_q.weight", np.ascontiguousarray(permute(sd[f"model.layers.{i}.self_attn.q_proj.weight"], 4)))
        w.add_tensor(f"blk.{i}.attn_k.weight", np.ascontiguousarray(permute(sd[f"model.layers.{i}.self_attn.k_proj.weight"], 2)))
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()

    again = llama_of(str(path))                       # what the file says, not what was meant to be written
    ids = tokenizer_of(str(path)).encode(TINY_TEXT).ids
    with torch.no_grad():
        logits, same = again(torch.tensor([ids])).logits[0], model(torch.tensor([ids])).logits[0]
    assert torch.allclose(logits, same, atol=1e-4), (logits - same).abs().max()
    new, margins = greedy(again, ids, 48)
    data = {"text": TINY_TEXT, "ids": ids, "nll_mean": nll_mean(logits, ids), "logits": [round(float(x), 6) for x in logits[-1]], "greedy": new,
            "greedy_margin": margins}
    (folder / "tiny_llama.json").write_text(json.dumps(data) + "\n")


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent.parent / "data" / "model")
    folder.mkdir(parents=True, exist_ok=True)
    write_tiny(folder)
    tok, model = tokenizer_of(sys.argv[1]), llama_of(sys.argv[1])
    texts = [("long", long_text()),
             ("middle", "A lighthouse keeper writes one line a day: the wind, the height of the water, and the number of birds that "
                        "rested on the rail. After forty years his notebooks showed that the"),
             ("short", "The capital of France is")]
    cases = [model_case(model, name, tok.encode(text).ids) for name, text in texts]
    (folder / "smollm2_logits.json").write_text(json.dumps({"model": pathlib.Path(sys.argv[1]).name, "cases": cases}) + "\n")
    for c in cases:
        print(c["name"], len(c["ids"]), c["nll_mean"], c["top"][0], repr(tok.decode(c["greedy"])), min(c["greedy_margin"]))


main()
