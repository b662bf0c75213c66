# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Random texts through PressLab's tokenizer and through Hugging Face's: ids and decoded text must be the same.

    python check_tokenizers.py TOKENIZE_BATCH [-n 100000] [--gguf MODEL.gguf] [--folder HF_FOLDER] [FAMILY ...]

TOKENIZE_BATCH is the program that `cmake --build build --target tokenize_batch` makes. FAMILY: of tokenizer_families.py, all without any.
--gguf: a byte-level GGUF is rebuilt as a tokenizer.json; that folder and the GGUF itself are compared too.
Exit status 1 when anything differs.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from tokenizers import AddedToken, Tokenizer

from tokenizer_families import FAMILIES, random_texts


def ours(program, model, texts):
    lines = "".join(json.dumps(t) + "\n" for t in texts)
    done = subprocess.run([program, str(model)], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{model}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(name, program, model, tok, texts):
    tok.encode_special_tokens = True
    bad = whole = 0
    for text, row in zip(texts, ours(program, model, texts), strict=True):
        ids = tok.encode(text, add_special_tokens=False).ids
        decoded = tok.decode(ids)
        whole += decoded == text
        if row["ids"] == ids and row["text"] == decoded:
            continue
        bad += 1
        if bad <= 3:
            print(f"  {name}: {text!r}\n    theirs {ids} {decoded!r}\n    ours   {row['ids']} {row['text']!r}")
    print(f"{name}: {len(texts) - bad} of {len(texts)} texts the same; {whole} come back whole", flush=True)
    return bad


def exported(gguf_path, folder):
    """The GGUF's vocabulary as a tokenizer.json."""
    import gguf
    from gguf_model import field, tokenizer_of
    tok = tokenizer_of(gguf_path)
    reader = gguf.GGUFReader(gguf_path)
    tokens, types = field(reader, "tokenizer.ggml.tokens"), field(reader, "tokenizer.ggml.token_type")
    tok.add_special_tokens([AddedToken(t, normalized=False, special=True) for t, kind in zip(tokens, types) if kind == 3])
    tok.save(str(folder / "tokenizer.json"))
    return tok


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("families", nargs="*")
    arguments.add_argument("-n", type=int, default=100000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--gguf")
    arguments.add_argument("--folder", action="append", default=[])
    a = arguments.parse_intermixed_args()
    texts = random_texts(a.n, a.seed)
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name in a.families or FAMILIES:
            folder = pathlib.Path(scratch) / name
            folder.mkdir()
            tok = FAMILIES[name]()
            tok.save(str(folder / "tokenizer.json"))
            bad += compare(name, a.program, folder, tok, texts)
        for path in a.folder:
            bad += compare(path, a.program, path, Tokenizer.from_file(f"{path}/tokenizer.json"), texts)
        if a.gguf:
            folder = pathlib.Path(scratch) / "exported"
            folder.mkdir()
            tok = exported(a.gguf, folder)
            bad += compare("exported folder", a.program, folder, tok, texts)
            bad += compare("GGUF", a.program, a.gguf, tok, texts)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
