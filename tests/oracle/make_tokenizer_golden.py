# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes the tokenizer golden data: ids of many texts from Hugging Face's tokenizers.

    python make_tokenizer_golden.py MODEL.gguf [OUT_FOLDER]      (OUT_FOLDER: ../data/tokenizer)

smollm2_ids.json holds ids under the model's own vocabulary; pieces_*.json hold the cuts of each pre-tokeniser (byte offsets), and
classes.json the ranges of code points that the peers take for letters, numbers and white space.
"""
import json
import pathlib
import sys

import gguf
from tokenizers import Regex, pre_tokenizers

from transformers.utils.chat_template_utils import render_jinja_template

from gguf_model import field, pre_tokenizer, tokenizer_of

TEXTS = [
    "", " ", "a", "Hello, world!", "The quick brown fox jumps over the lazy dog.", "don't can't I'll we've you're he'd I'm it's DON'T IT'S WE'LL",
    "Voil\u00e0 un \u00e9t\u00e9 o\u00f9 le c\u0153ur na\u00eff s'\u00e9gare \u00e0 N\u00eemes.", "Stra\u00dfe, \u00c4pfel und \u00d6l; \u201eGr\u00fc\u00dfe\u201c aus M\u00fcnchen!",
    "Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144", "\u00bfQu\u00e9 hora es? \u00a1Ma\u00f1ana!", "\u00cen Rom\u00e2nia \u0219i \u021bara", "Ti\u1ebfng Vi\u1ec7t c\u00f3 d\u1ea5u thanh",
    "cafe\u0301 (decomposed) vs caf\u00e9", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0434\u0435\u043b\u0430? \u0421\u044a\u0435\u0448\u044c \u0436\u0435 \u0435\u0449\u0451 \u044d\u0442\u0438\u0445 \u0431\u0443\u043b\u043e\u043a.",
    "\u039a\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1 \u03ba\u03cc\u03c3\u03bc\u03b5, \u1f10\u03bd \u1f00\u03c1\u03c7\u1fc7", "\u0531\u0575\u0562\u0578\u0582\u0562\u0565\u0576 \u0563\u056b\u0580\u0568", "\u10e5\u10d0\u10e0\u10d7\u10e3\u10da\u10d8 \u10d4\u10dc\u10d0",
    "\u6211\u4eec\u660e\u5929\u53bb\u5317\u4eac\uff0c\u597d\u5417\uff1f2024\u5e743\u670815\u65e5\u3002", "\u7e41\u9ad4\u4e2d\u6587\u8207\u5168\u5f62\u6578\u5b57\uff11\uff12\uff13\u3000\u7a7a\u683c", "\u6771\u4eac\u306f\u65e5\u672c\u306e\u9996\u90fd\u3067\u3059\u3002\u30ab\u30bf\u30ab\u30ca\u3068\u3072\u3089\u304c\u306a\u30fc\uff01",
    "\uff8a\uff9d\uff76\uff78 \u30ab\u30bf\u30ab\u30ca", "\uc548\ub155\ud558\uc138\uc694. \uc624\ub298 \ub0a0\uc528\uac00 \uc88b\ub124\uc694!", "\u1112\u1161\u11ab\u1100\u1173\u11af jamo", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u060c \u0643\u064a\u0641 \u062d\u0627\u0644\u0643\u061f \u0661\u0662\u0663\u0664",
    "\u0627\u0644\u0644\u064f\u0651\u063a\u064e\u0629\u064f \u0627\u0644\u0639\u064e\u0631\u064e\u0628\u0650\u064a\u064e\u0651\u0629", "\u0641\u0627\u0631\u0633\u06cc \u0645\u06cc\u200c\u0646\u0648\u06cc\u0633\u0645 \u06f1\u06f2\u06f3", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd, \u05de\u05d4 \u05e9\u05dc\u05d5\u05de\u05da?", "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05b4\u05c1\u05d9\u05ea \u05d1\u05bc\u05b8\u05e8\u05b8\u05d0",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01 \u0e53\u0e54\u0e55 \u0e1c\u0e39\u0e49\u0e43\u0e2b\u0e0d\u0e48", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e, \u0967\u0968\u0969 \u0930\u0941\u092a\u092f\u0947\u0964", "\u0986\u09ae\u09be\u09b0 \u09b8\u09cb\u09a8\u09be\u09b0 \u09ac\u09be\u0982\u09b2\u09be \u09e7\u09e8\u09e9", "\u0ba4\u0bae\u0bbf\u0bb4\u0bcd \u0bae\u0bca\u0bb4\u0bbf \u0be7\u0bf0\u0bf1",
    "\u0c24\u0c46\u0c32\u0c41\u0c17\u0c41 \u0c2d\u0c3e\u0c37", "\u0c95\u0ca8\u0ccd\u0ca8\u0ca1 \u0cad\u0cbe\u0cb7\u0cc6", "\u0d2e\u0d32\u0d2f\u0d3e\u0d33\u0d02", "\u0a2a\u0a70\u0a1c\u0a3e\u0a2c\u0a40", "\u0dc3\u0dd2\u0d82\u0dc4\u0dbd", "\u1019\u103c\u1014\u103a\u1019\u102c\u1005\u102c",
    "\u1797\u17b6\u179f\u17b6\u1781\u17d2\u1798\u17c2\u179a \u17e1\u17e2", "\u0f56\u0f7c\u0f51\u0f0b\u0f66\u0f90\u0f51\u0f0b \u0f21\u0f22\u0f33", "\u12a0\u121b\u122d\u129b \u1369\u136a", "\u13e3\u13b3\u13a9 \uab83", "\u1820\u182d\u1824\u182f",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family \U0001f3f3\ufe0f\u200d\U0001f308 flag \U0001f44d\U0001f3fd ok \U0001f1eb\U0001f1f7", "\u2764\ufe0f\u2728\U0001f680\U0001f680\U0001f680 to the \U0001f319",
    "def f(x):\n    if x > 10:\n        return x**2  # square\n\treturn {'a': [1, 2, 3]}\n", "for (int i = 0; i < n; ++i) { a[i] += b[i] * 0x1F; }\t// loop\n\n\n",
    "<html>\n  <body class=\"x\">&nbsp;</body>\n</html>", "SELECT * FROM t WHERE a = 'it''s' AND b >= 3.14e-10;", "{\"key\": [null, true, 1.5e3, \"\\u00e9\"]}", "#!/bin/sh\nset -eu; echo \"$@\" | grep -E '^[a-z]+$'\n",
    "line one\r\nline two\r\n\r\nline three\r", "tabs\tand\t\ttabs \t mixed\t ", "a\u00a0b \u00a0c\u00a0 d\u202fe", "zero\u200bwidth\u200djoin\ufeffbom\u2060", "\u2000\u2001\u2002x\u2009 y\u3000 z\u205f\u1680w\u0085v\u2028u\u2029t",
    "1234567890 12,345.67 1e9 007 v2.0.1", "x\u00b2 + y\u00b3 = \u00bd \u2153 \u2160\u2163\u216b \u2460\u2461 \u3021\u3038", "\u0661\u0662\u0663 \u0967\u0968 \u09e7 \uff11\uff12 \U0001d7d8\U0001d7d9 \U00010107", "a1b22c333d4444 5 66  777   8888",
    "     leading", "trailing     ", "many          spaces          inside", "   \n   \n\n  x  \n", "\n\n\n\n", " \t \t ", "a  \n  b\n\n\n c", "!!! ... ??? --- === *** ((( )))", "'' 's 'S ' s 'tis 'Twas \u2019s \u2018quoted\u2019", " 's 'LL'Re'vE'd'M \u2019ll '\u017f",
    "<|im_start|>user\nhello<|im_end|>\n<|endoftext|> <repo_name> <file_sep>", "\x00\x01\x02\x03 nul \x07\x08\x0b\x0c\x0e\x1b[0m\x7f", "no token: \x04\x06t\x13h\x14e\x16 \x1d.", "\u0378\u0379 unassigned \ue000 private \ufffd \U000e0001",
    "\U00020000\U0002a6d6 rare han \U0001d400\U0001d5d4 math \U00010400 deseret \U00012000 cuneiform", "a\u0300\u0301\u0302\u0303b\u0304 Z\u0351\u036b\u0343a\u0329l\u0327g\u0321o\u033a", "\u2192 \u2200x\u2208\u211d: x\u00b2\u22650 \u221e \u20ac5 \u00a31 \u20bf \u2116 \u2122",
    "https://example.org/a/b?c=d&e=%20f#g user.name+tag@mail.example", "CamelCaseWords snake_case_words kebab-case-words SHOUTING", "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "^" * 70, "ab" * 60, "=" * 100 + "\n" + "-" * 64, "\u4e2d" * 40, "\U0001f469\u200d" * 12, " " * 65 + "x" + " " * 33, "\n \n  \n   \n",
]


LLAMA3_LIKE = """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}{{- tools | tojson(indent=4) }}{%- endif %}
{{- "Today: " + date_string + "\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {{- message.tool_calls[0].function | tojson }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
TEMPLATES = [
    LLAMA3_LIKE,
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must "
    "alternate') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ message['content'] + "
    "eos_token }}{% endif %}{% endfor %}",
    "{{ bos_token }}{% for m in messages %}{% set role = 'model' if m.role == 'assistant' else m.role %}{{ '<start_of_turn>' + role + '\\n' + "
    "m['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}",
    "{%- if messages[0]['role'] == 'system' -%}\n  S\n{%- else -%}\n  N\n{%- endif %}\n{% for m in messages -%}\n  {{ m.role }}: {{ m.content }}\n"
    "{%- if not loop.last %}, {% endif %}\n{% endfor %}\nend\n",
    "a\n  {% if true %}\n  b\n  {% endif %}\nc {# remark #} d\n   {# alone #}\ne {%+ if 1 %} f {% endif +%}\n\n",
    "{% set ns = namespace(n=0, last='') %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% set ns.last = m.role %}{% endfor %}{{ ns.n }} {{ ns.last }}",
    "{% set x = 1 %}{% for m in messages %}{% set x = 2 %}{{ x }}{{ loop.first }}{{ loop.last }}{{ loop.index }}{% endfor %}{{ x }}",
    "{{ messages | length }} {{ 'abc' | length }} {{ nothing | default('d') }} {{ '' | default('e', true) }} {{ messages[0] | tojson }} {{ [1, 'x\\n', "
    "none, true] | tojson }}",
    "{{ 1 + 2 * 3 - 4 // 3 }} {{ -7 % 3 }} {{ 'a' ~ 1 ~ true }} {{ 1 < 2 < 3 }} {{ 'b' in 'abc' }} {{ 'z' not in ['x'] }} {{ not false and 1 }}",
    "{{ messages[-1].content.strip() }}|{{ ' x '.lstrip() }}|{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith('ab') }}|{{ messages[0].missing is "
    "defined }}{{ none is none }}{{ 'q' is string }}{{ {'a': 1}['a'] }}",
    "{% for m in messages if m.role == 'nobody' %}x{% else %}empty{% endfor %}{{ '%}' }}{{ \"}}\" }}{{ 'it' 's' }}",
    "one\r\n{% if true %}\r\ntwo{{ '\r\n' }}\rthree{% endif %}\r\n",
    "{{ raise_exception('no') }}", "{% for a in messages %}", "{{ messages.foo.bar }}", "{{ 1 / 0 }}",
]
MESSAGES = [[{"role": "user", "content": "  Why is \"it\" so?\n"}],
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "\u00e9t\u00e9"}, {"role": "assistant", "content": "ok"}]]


def rendered(template, messages):
    """What Hugging Face renders, null where it fails."""
    try:
        text, _ = render_jinja_template(conversations=[messages], chat_template=template, add_generation_prompt=True, bos_token="<s>", eos_token="</s>",
                                        date_string="26 Jul 2024")      # what the template itself falls back to
        return text[0]
    except Exception:
        return None


def cuts(pre, text):
    """Byte offsets at which the pre-tokeniser's pieces end."""
    return [len(text[:end].encode()) for _, (_, end) in pre.pre_tokenize_str(text)]


def ranges(member):
    out = []
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000 or not member(c):
            continue
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def matcher(pattern):
    """Whether one character matches, as the peers' regular expressions see it."""
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    return lambda c: not split.pre_tokenize_str(chr(c))


def main():
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent.parent / "data" / "tokenizer")
    folder.mkdir(parents=True, exist_ok=True)

    def dump(name, data):
        (folder / name).write_text(json.dumps(data, separators=(",", ":")) + "\n")

    tok = tokenizer_of(sys.argv[1])
    templates = [field(gguf.GGUFReader(sys.argv[1]), "tokenizer.chat_template")] + TEMPLATES
    dump("templates.json", [{"template": t, "messages": m, "text": rendered(t, m)} for t in templates for m in MESSAGES])
    rows = []
    for text in TEXTS:
        ids = tok.encode(text).ids
        # The peer leaves out the bytes that this vocabulary has no token for; such a text does not come back whole.
        back = tok.decode(ids)
        rows.append({"text": text, "ids": ids} if back == text else {"text": text, "ids": ids, "decoded": back})
    dump("smollm2_ids.json", rows)
    print(len(rows), "texts,", sum("decoded" in r for r in rows), "not whole")
    plain = {"smollm": pre_tokenizer("smollm"), "gpt-2": pre_tokenizer("gpt-2"), "llama-bpe": pre_tokenizer("llama-bpe")}
    for name, pre in plain.items():
        dump(f"pieces_{name}.json", [{"text": t, "ends": cuts(pre, t)} for t in TEXTS])
    dump("classes.json", {"letter": ranges(matcher(r"\p{L}")), "number": ranges(matcher(r"\p{N}")), "space": ranges(matcher(r"\s"))})


if __name__ == "__main__":
    main()
