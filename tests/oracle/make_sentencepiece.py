# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/tokenizer/sentencepiece.json: two small vocabularies that PyPI's sentencepiece trains, and what it makes of the texts in
families/texts.json.

    python make_sentencepiece.py [OUT_FOLDER]

For each vocabulary: tokens, scores and types as a GGUF file holds them, add_space_prefix, the ids of the first 20 texts, and for each 50 texts
FNV-1a (64 bits) of all ids (as hashes.json has it) and of the decoded bytes.
"""
import io
import json
import pathlib
import struct
import sys

import sentencepiece

from make_tokenizers import CHUNK, SHOWN, fnv
from tokenizer_families import CORPUS, MARK

USERS = ("\n\n", "\n\n\n", "<table>", "</think>", MARK * 2, MARK * 3)
NORMAL, UNKNOWN, CONTROL, USER, UNUSED, BYTE = 1, 2, 3, 4, 5, 6


def train(prefix):
    out = io.BytesIO()
    lines = [line for text in CORPUS for line in text.split("\n") if line and "\0" not in line]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=out, model_type="bpe", vocab_size=1400, byte_fallback=True, character_coverage=0.98,
        normalization_rule_name="identity", add_dummy_prefix=prefix, remove_extra_whitespaces=False, minloglevel=2, num_threads=1,
        user_defined_symbols=[] if prefix else list(USERS), control_symbols=["<start_of_turn>"], allow_whitespace_only_pieces=True)
    return sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())


def kind(sp, i, users):
    if sp.is_unknown(i):
        return UNKNOWN
    if sp.is_control(i):
        return CONTROL
    if sp.is_byte(i):
        return BYTE
    if sp.id_to_piece(i) in users:
        return USER
    return UNUSED if sp.is_unused(i) else NORMAL


def vocabulary(sp, prefix, texts):
    ids = [sp.encode(t) for t in texts]
    chunks = range(0, len(texts), CHUNK)
    decoded = [sp.decode(i) for i in ids]
    types = [kind(sp, i, () if prefix else USERS) for i in range(sp.get_piece_size())]
    # A GGUF file holds user-defined tokens as they stand in a text.
    tokens = [sp.id_to_piece(i).replace(MARK, " ") if types[i] == USER else sp.id_to_piece(i) for i in range(len(types))]
    return {"tokens": tokens, "scores": [sp.get_score(i) for i in range(len(types))], "types": types, "add_space_prefix": prefix, "first": ids[:SHOWN],
            "ids": [fnv(b"".join(struct.pack(f"<{len(i) + 1}i", len(i), *i) for i in ids[c:c + CHUNK])) for c in chunks],
            "decoded": [fnv("\0".join(decoded[c:c + CHUNK]).encode()) for c in chunks]}, ids


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "data" / "tokenizer")
    # Marks in a text mean spaces to it. Only the vocabulary without prefix has user-defined tokens: it looks for them after the prefix was put
    # and the spaces were marked, a GGUF file's peers before.
    texts = [t for t in json.loads((folder / "families" / "texts.json").read_text()) if MARK not in t]
    texts = texts[:len(texts) // CHUNK * CHUNK]
    rows = []
    for prefix in (True, False):
        data, ids = vocabulary(train(prefix), prefix, texts)
        rows.append(data)
        print("prefix" if prefix else "no prefix", len(data["tokens"]), "tokens,", sum(map(len, ids)), "ids")
    (folder / "sentencepiece.json").write_text(json.dumps(rows, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
