# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/tokenizer/families: small trained tokenizers (tokenizer.json) and what Hugging Face's tokenizers make of random texts.

    python make_tokenizers.py [OUT_FOLDER]

texts.json   the texts
NAME/tokenizer.json
hashes.json  for each NAME and each 50 texts: FNV-1a (64 bits) of all ids (a text's count, then its ids, 4 bytes each, little endian), and of
             the bytes that they decode to; and the ids of the first 20 texts in full.
Special tokens are not looked for in text (encode_special_tokens), none is put before it.
"""
import json
import pathlib
import struct
import sys

from tokenizer_families import FAMILIES, random_texts

CHUNK, TEXTS, SEED, SHOWN = 50, 2000, 6, 20


def fnv(data):
    h = 0xCBF29CE484222325
    for b in data:
        h = (h ^ b) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "data" / "tokenizer" / "families")
    folder.mkdir(parents=True, exist_ok=True)
    texts = random_texts(TEXTS, SEED, 16)
    (folder / "texts.json").write_text(json.dumps(texts, separators=(",", ":")) + "\n")
    rows = {}
    for name, make in FAMILIES.items():
        tok = make()
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "tokenizer.json").write_text(json.dumps(json.loads(tok.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n")
        tok.encode_special_tokens = True
        ids = [tok.encode(t, add_special_tokens=False).ids for t in texts]
        decoded = [tok.decode(i) for i in ids]
        chunks = range(0, TEXTS, CHUNK)
        rows[name] = {"first": ids[:SHOWN],
                      "ids": [fnv(b"".join(struct.pack(f"<{len(i) + 1}i", len(i), *i) for i in ids[c:c + CHUNK])) for c in chunks],
                      "decoded": [fnv("\0".join(decoded[c:c + CHUNK]).encode()) for c in chunks]}
        print(name, tok.get_vocab_size(), "tokens,", sum(d == t for d, t in zip(decoded, texts)), "texts come back whole")
    (folder / "hashes.json").write_text(json.dumps(rows, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
