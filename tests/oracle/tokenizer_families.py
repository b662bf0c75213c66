# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Small trained tokenizers with the very stacks of the model families, and random texts to try them on. Seeded."""
import random
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from gguf_model import LLAMA3_PATTERN
from make_tokenizer_golden import TEXTS

QWEN2_PATTERN = LLAMA3_PATTERN.replace(r"\p{N}{1,3}", r"\p{N}")
MARK = "\u2581"
PROSE = """The harbour office keeps two clocks. One shows the time of the town, the other the time of the tide, and nobody has ever asked why
they disagree. In 1987 the keeper wrote 14 pages about it: rain, ropes, three lamps, a list of names. "Read it twice," she said, "and count
the words that you'd miss." Most of them could go; the last line had to stay, and so did the first. They've copied 25,000 lines by hand.
def keep(rows, limit=10):
    return [r for r in rows if r.score > 0][:limit]

Der Hafenmeister f\u00fchrt zwei Uhren; \u043d\u0430\u0431\u0435\u0440\u0435\u0436\u043d\u0430\u044f \u043f\u0443\u0441\u0442\u0430. \u6e2f\u53e3\u529e\u516c\u5ba4\u6709\u4e24\u4e2a\u949f\u3002 \u6f6e\u6c34\u306e\u6642\u9593\u3092\u793a\u3059\u3002 L'\u00e9t\u00e9 \u00e0 No\u00ebl.
"""
CORPUS = [PROSE] * 20 + TEXTS * 3


def byte_trainer(size, special):
    return trainers.BpeTrainer(vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=special, show_progress=False)


def byte_level(pre, special, size=700, normalizer=None, ignore_merges=False):
    tok = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        tok.normalizer = normalizer
    tok.pre_tokenizer = pre
    tok.decoder = decoders.ByteLevel()
    tok.train_from_iterator(CORPUS, byte_trainer(size, []))
    tok.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in special])
    return tok


def split_by(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def gpt2():
    return byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|endoftext|>"])


def gpt2_prefix():
    return byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True), ["<|endoftext|>"])


def smollm():
    return byte_level(pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]),
                      ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])


def llama3():
    tok = byte_level(split_by(LLAMA3_PATTERN), ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
                     ignore_merges=True)
    bos = tok.token_to_id("<|begin_of_text|>")
    tok.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False),
                                              processors.TemplateProcessing(single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", bos)])])
    return tok


def qwen2():
    tok = byte_level(split_by(QWEN2_PATTERN), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizer=normalizers.NFC())
    tok.add_tokens([AddedToken(s, normalized=False, special=False) for s in ("<tool_call>", "</tool_call>", "<think>", "</think>")])
    return tok


def characters(size, special, byte_names=True, unk="<unk>"):
    """Merges over characters; the bytes' names come right after the special tokens, as in the models' own vocabularies."""
    names = [f"<0x{b:02X}>" for b in range(256)] if byte_names else []
    tok = Tokenizer(models.BPE(unk_token=unk, fuse_unk=True, byte_fallback=byte_names))
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=special + names, show_progress=False, limit_alphabet=160)
    # Words are only for the training: the model itself merges over whole texts.
    tok.normalizer = normalizers.Replace(" ", MARK)
    tok.pre_tokenizer = pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="always", split=True)
    tok.train_from_iterator(CORPUS, trainer)
    tok.pre_tokenizer = None
    return tok


def finished(tok, special):
    """Byte names must not be found as added tokens; only the special ones stay in that list."""
    import json
    data = json.loads(tok.to_str())
    data["added_tokens"] = [dict(a, normalized=False) for a in data["added_tokens"] if a["content"] in special]
    return Tokenizer.from_str(json.dumps(data))


def spaces_decoder(strip):
    steps = [decoders.Replace(MARK, " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if strip else []))


def with_bos(tok, bos):
    tok.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, tok.token_to_id(bos))])
    return tok


def gemma():
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<start_of_turn>", "<end_of_turn>"]
    tok = finished(characters(1000, special), special)
    tok.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tok.decoder = spaces_decoder(False)
    tok.add_tokens([AddedToken(s, normalized=False) for s in ["\n" * n for n in range(2, 9)] + [MARK * n for n in range(2, 9)] + ["\t\t", "<table>"]])
    return with_bos(tok, "<bos>")


def llama2():
    special = ["<unk>", "<s>", "</s>"]
    tok = finished(characters(1000, special), special)
    tok.normalizer = normalizers.Sequence([normalizers.Prepend(MARK), normalizers.Replace(" ", MARK)])
    tok.decoder = spaces_decoder(True)
    return with_bos(tok, "<s>")


def mistral():
    special = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"]
    tok = finished(characters(1000, special), special)
    tok.normalizer = None
    tok.pre_tokenizer = pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="first", split=False)
    tok.decoder = spaces_decoder(True)
    return with_bos(tok, "<s>")


def phi3():
    tok = llama2()
    tok.post_processor = processors.TemplateProcessing(single="$A")
    tok.add_special_tokens([AddedToken(s, rstrip=True, normalized=False) for s in ("<|endoftext|>", "<|assistant|>", "<|user|>", "<|end|>")])
    tok.add_tokens([AddedToken("<note>", rstrip=True, normalized=False), AddedToken("<left>", lstrip=True, normalized=False),
                    AddedToken("word", single_word=True, normalized=False), AddedToken("Tide x", normalized=True)])
    return tok


def metaspace():
    """Pieces at marks, no bytes to fall back to, the Metaspace decoder."""
    special = ["<unk>", "<s>", "</s>"]
    tok = finished(characters(700, special, byte_names=False), special)
    tok.normalizer = None
    tok.pre_tokenizer = pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="always", split=True)
    tok.decoder = decoders.Metaspace(replacement=MARK, prepend_scheme="always", split=True)
    return tok


FAMILIES = {f.__name__: f for f in (gpt2, gpt2_prefix, smollm, llama3, qwen2, gemma, llama2, mistral, phi3, metaspace)}
NAMES = ["<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "<|endoftext|>", "<s>", "</s>", "<0x41>", "<unk>", "<note>", "<left>",
         "word", "Tide x", "<table>", "<start_of_turn>", "[INST]", "<|user|>", "<|end|>", "<|eot_id|>", MARK, MARK * 3]


def assigned():
    """Characters that Python's Unicode knows: newer ones belong to other classes in older libraries."""
    return [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and unicodedata.category(chr(c)) not in ("Cn", "Co")]


def random_texts(n, seed, longest=40):
    rng = random.Random(seed)
    every = assigned()
    marks = [c for c in every if unicodedata.combining(chr(c))]
    words = sorted(set(w for t in CORPUS for w in t.split()))
    blanks = [" ", "  ", "   ", "\n", "\n\n", "\n\n\n\n\n", "\t", "\t\t", "\r\n", "\u00a0", "\u3000", " \n", "\n ", "\u2028", " " * 9]
    ascii_ = [chr(c) for c in range(32, 127)]

    def part():
        kind = rng.randrange(12)
        if kind < 3:
            return rng.choice(words)
        if kind < 5:
            return rng.choice(blanks)
        if kind == 5:
            return rng.choice(NAMES)
        if kind == 6:
            return "".join(chr(rng.choice(every)) for _ in range(rng.randint(1, 4)))
        if kind == 7:
            return "".join(rng.choice(ascii_) for _ in range(rng.randint(1, 8)))
        if kind == 8:
            return str(rng.randrange(10 ** rng.randint(1, 8)))
        if kind == 9:
            return rng.choice("aeonAEOZ\u0627\u1112\u0937\u05d0") + "".join(chr(rng.choice(marks)) for _ in range(rng.randint(1, 3)))
        if kind == 10:
            return " " + rng.choice(words)
        return rng.choice(["'s", "'LL", "'re", "'\u017f", "don't", "\u2019s", "...", "==", "0x1F", "\U0001f468\u200d\U0001f469", "\u212b", "\uac01", "\u1100\u1161\u11a8", "\x00", "\x1c"])

    out = []
    while len(out) < n:
        text = ""
        while len(text) < rng.randint(0, longest):
            text += part()
        out.append(text)
    return out
