# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Holds presslab-cli against the peers on texts that are not among the golden data.

    python check_cli.py CLI MODEL.gguf [tokenize] [exact] [fast] [generate] [torch]      (default: all but torch)

tokenize: ids equal to the reference tokenizer on texts in many scripts; exact and fast: mean NLL of 600 tokens and the ten best logits
of the last position against transformers with the dequantised weights in float32; generate: 48 greedy ids. torch adds the same checks
through the LibTorch path. Exits 1 when a limit is broken.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import torch

from gguf_model import llama_of, tokenizer_of

LIMITS = {"exact": (1e-3, 2e-2), "fast": (2e-2, None)}

PROSE = """The ferry had been out of service since the second week of October, and the island had begun to talk about it the way people talk
about weather. Maren kept the ticket office open anyway. She sold no tickets, but there was a kettle, and there was the noticeboard, and by
eleven most mornings there were four or five people leaning on the counter who had nowhere in particular to be. The engineer from the
mainland had promised the gearbox within ten days. That was three weeks ago. "He is a careful man," said old Per, who had never met him. The
baker rowed his flour across in two trips and complained about neither. When the children asked whether school would close, their teacher
pulled down the map and showed them how their grandparents had crossed in winter, on foot, with ropes tied from waist to waist, and how on
the far side a woman would light a lamp and count them as they came. Nobody was sure whether this was true, but it was agreed that it was a
good thing to say. By the time the gearbox came, on a barge in the rain, the office had acquired a second kettle and a waiting list for the
chairs. Maren sold forty-one tickets that afternoon and closed early, and for the first time that autumn she missed the company. """
CODE = '''#include <cstdio>
#include <vector>

struct Interval { int lo, hi; };

// Merges overlapping intervals; the input is sorted by its lower end.
std::vector<Interval> merge(const std::vector<Interval>& in) {
  std::vector<Interval> out;
  for (const Interval& x : in) {
    if (!out.empty() && x.lo <= out.back().hi) {
      out.back().hi = out.back().hi < x.hi ? x.hi : out.back().hi;
    } else {
      out.push_back(x);
    }
  }
  return out;
}

def moving_average(values, window):
    """Yields the mean of every full window."""
    total = 0.0
    for i, v in enumerate(values):
        total += v
        if i >= window:
            total -= values[i - window]
        if i >= window - 1:
            yield total / window

SELECT customer_id, COUNT(*) AS orders, SUM(amount) FROM orders WHERE placed_at >= '2023-01-01' GROUP BY customer_id HAVING COUNT(*) > 3;
'''
MINUTES = """Minutes, working group on water supply. Present: A. Okafor (chair), L. Brandt, S. Iyer, M. Costa. Item 1: the minutes of 14
March were approved with one correction (page 2, "litres" for "metres"). Item 2: consumption. Brandt reported 3,412 cubic metres in April
against 3,208 in April of last year, a rise of 6.4 per cent; losses were 11.9 per cent, the lowest since 2016. Item 3: pump 4. The bearing
will be changed on 22 May between 06:00 and 14:00; zone B will be supplied from the upper tank. Item 4: tariffs. Iyer proposed a base charge
of 4.10 a month and 1.35 per cubic metre; Costa asked for a lower first block. Deferred. Item 5: any other business. A letter from the
allotment society was read. The chair thanked all. Next meeting: 18 June, 17:30, room 2.04. """
DIALOGUE = """- Did you bring the key?
- Which key?
- The one for the shed. You said you'd bring it.
- I said I'd look for it. Looking is not bringing.
- So we have a wheelbarrow inside, a heap of gravel outside, and no key.
- We have two spoons.
- Spoons!
- And the whole afternoon. My grandfather moved a hill with less.
- Your grandfather sold insurance.
- He sold a great deal of it. That is also a kind of hill. """
RECIPE = """Soak 250 g of white beans overnight. Next day, drain them, cover with 1.5 l of fresh water, add a bay leaf, half an onion and a
splash of oil, and simmer for 70-90 minutes until soft; salt only at the end. Meanwhile cut 2 carrots, 1 stick of celery and 3 cloves of
garlic small and let them sweat in 3 tbsp of olive oil for 10 minutes. Add 400 g of tinned tomatoes, 1/2 tsp of chilli and a sprig of
rosemary. Cook until the oil separates. Stir in the beans with two ladles of their water; crush a third of them against the side of the pot.
Serves 4. It is better the second day, when you may need to add water, and best the third, when there is usually none left. """
FRENCH = """Le matin, la place est encore vide quand le boulanger ouvre ses volets. Une camionnette s'arr\u00eate, deux caisses de l\u00e9gumes
descendent, puis le silence revient. \u00ab Vous \u00eates en avance \u00bb, dit la fleuriste sans lever les yeux. Personne ne r\u00e9pond, car
personne n'est en avance\u00a0: c'est l'horloge de l'\u00e9glise qui retarde de sept minutes depuis l'orage de 1987. """
STYLES = {"prose": PROSE, "code": CODE, "minutes": MINUTES, "dialogue": DIALOGUE, "recipe and French": RECIPE + FRENCH}

TEXTS = [
    "", "\n", "\r\n", "\t", "  ", "x", "\x00", "a\x00b\x00\x00c", "One. Two! Three?", "I'd've thought they'll say it's John's; DON'T, I'M, we'Re",
    "\u4f60\u597d\uff0c\u4e16\u754c\uff01\u4eca\u5929\u662f2025\u5e7411\u670825\u65e5\uff0c\u6c14\u6e29-3\u2103\u3002", "\u81fa\u7063\u7684\u65b0\u7af9\u79d1\u5b78\u5712\u5340\u300c\u6676\u5713\u300d\u8207\u300e\u5c01\u88dd\u300f\u2014\u2014\u5f88\u91cd\u8981\u2026\u2026",
    "\u79c1\u306f\u6628\u65e5\u3001\u53cb\u9054\u3068\u30e9\u30fc\u30e1\u30f3\u3092\u98df\u3079\u307e\u3057\u305f\u3002\u300c\u7f8e\u5473\u3057\u304b\u3063\u305f\uff5e\uff01\u300d\uff12\uff10\uff12\uff15\u5e74", "\uff76\uff9e\uff77\uff9e\uff78\uff9e \u3350 \u32a5 \u338f",
    "\ub098\ub294 \uc5b4\uc81c \uc2dc\uc7a5\uc5d0\uc11c \uc0ac\uacfc 3\uac1c\ub97c \uc0c0\uc5b4\uc694. \uac12\uc740 4,500\uc6d0!", "\u1100\u1161\u11a8 \u110b\u1175\u11ab",
    "\u0643\u0627\u0646 \u064a\u0627 \u0645\u0627 \u0643\u0627\u0646\u060c \u0641\u064a \u0642\u062f\u064a\u0645 \u0627\u0644\u0632\u0645\u0627\u0646\u061b \u0669\u0668\u0667\u066b\u0665\u066a", "\u0628\u0650\u0633\u0652\u0645\u0650 \u0627\u0644\u0644\u064e\u0651\u0647\u0650 \u0640\u0640\u0640 \ufdfa", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0628\u0631\u0648\u0645 \u06f4\u06f5\u06f6",
    "\u05d0\u05b2\u05e0\u05b4\u05d9 \u05dc\u05b9\u05d0 \u05d9\u05d5\u05b9\u05d3\u05b5\u05e2\u05b7 \u2014 \u05e6\u05d4\u05f4\u05dc 42", "\u092f\u0939 \u090f\u0915 \u092a\u0930\u0940\u0915\u094d\u0937\u093e \u0939\u0948\u0964 \u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f \u0936\u094d\u0930\u0940 \u096a\u096b\u096c", "\u09ac\u09be\u0982\u09b2\u09be\u09a6\u09c7\u09b6\u09c7\u09b0 \u09b0\u09be\u099c\u09a7\u09be\u09a8\u09c0 \u09a2\u09be\u0995\u09be\u0964 \u09ef\u09ee\u09ed",
    "\u0ba8\u0bbe\u0ba9\u0bcd \u0baa\u0bb3\u0bcd\u0bb3\u0bbf\u0b95\u0bcd\u0b95\u0bc1\u0b9a\u0bcd \u0b9a\u0bc6\u0ba9\u0bcd\u0bb1\u0bc7\u0ba9\u0bcd.", "\u0e09\u0e31\u0e19\u0e01\u0e34\u0e19\u0e02\u0e49\u0e32\u0e27\u0e41\u0e25\u0e49\u0e27\u0e19\u0e30 \u0e51\u0e52\u0e53", "\u0ea5\u0eb2\u0ea7 \u0ed1\u0ed2", "\u1797\u17d2\u1793\u17c6\u1796\u17c1\u1789 \u17e3\u17e4", "\u1006\u101b\u102c\u1019 \u1041\u1042",
    "\u0f53\u0f58\u0f0b\u0f58\u0f41\u0f60\u0f0d \u0f24\u0f25", "\u1230\u120b\u121d \u1372", "\u0447\u0442\u043e-\u043d\u0438\u0431\u0443\u0434\u044c \u0438\u0301\u043d\u043e\u0433\u0434\u0430 \u0401\u043b\u043a\u0430 \u0457\u0436\u0430\u043a \u045e", "\u03ac\u03b4\u03b5\u03b9\u03b1 \u03c3\u03c2 \u1fbd\u1f08\u03b8\u03ae\u03bd\u03b1\u03b9", "\u0130stanbul \u0131\u015f\u0131k \u011f\u00fc\u011f\u00fc\u015f \u01c5 \ufb03 \u1e9e",
    "\U0001f469\u200d\U0001f680\U0001f468\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f468 \U0001f9d1\U0001f3ff\u200d\U0001f9af 1\ufe0f\u20e3 \U0001f1ef\U0001f1f5\U0001f1e7\U0001f1f7 \U0001fae0", "e\u0301\u0323o\u0308\u0304 n\u0303 \u1ea1\u0302 A\u030a \u212b", "Z\u0334\u0321\u0325\u0350\u0346a\u0335\u0322\u0349\u0341l\u0336\u0326\u035dg\u0337\u0331\u034bo\u0338\u032f\u0357",
    "if (a<b && !c[0]) { x->y = ~z ^ 0xDEADbeef; } /* \u00a7 */\r\n\r\n\tgoto end;\r\n", "lambda x: {**x, 'k': [*range(10)][::-1]} # TODO(me): 100%", "$ curl -sS 'https://a.b/c?d=%20&e=f#g' | jq '.[] | .id' > /dev/null 2>&1",
    "\\begin{equation} \\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2} \\end{equation}", "a  b   c    d     e\t\tf \t g\n\n\nh \n i\n \nj", "   three before, three after   ", "\n\n  \n\t\n end\n\n", "\r\r\n\n\r mixed line ends \r",
    "\u00a0\u2003nbsp and em\u2003\u00a0 space\u3000\u3000ideographic", "word\u200bjoin\u2060er\u00adsoft\ufeff", "<|im_end|>", "<|im_start|>system\nYou are a pirate.<|im_end|>\n<|im_start|>user", "<|endoftext|><|endoftext|>text<|im_end|", "< |im_end| > <|IM_END|> <||>",
    "0", "00", "12345678901234567890", "3.14159265358979 -1e-9 +7 1/2 50% 1_000", "\u0664\u0662 \u096a\u0968 \u56db\u5341\u4e8c XLII \u2163 \u00bd \u2460 \U0001d7dc", "v1.2.3-rc.4+build.567 192.168.0.1:8080 2001:db8::1", "!!!???...,,,;;;:::---___***///\\\\\\|||", "\u201cquote\u201d \u2018it\u2019s\u2019 \u00abguillemets\u00bb \u2014 \u2013 \u2026",
    "\ud7ff\ue000\ufffd\U0010ffff", "\x01\x02\x1b[31mred\x1b[0m\x7f\x80\x9f", "the the the the the the the the", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "Pneumonoultramicroscopicsilicovolcanoconiosis", "\u4e00" * 33 + "\u3042" * 17, "\U0001f600" * 9, "()[]{}" * 11,
]


class Check:
    def __init__(self, cli, model, folder):
        self.cli, self.model, self.folder, self.failed = cli, model, pathlib.Path(folder), 0
        self.tok, self.peer = tokenizer_of(model), None

    def run(self, *args):
        r = subprocess.run([self.cli, *map(str, args)], capture_output=True)
        if r.returncode:
            raise SystemExit(f"{' '.join(map(str, args))}: exit {r.returncode}: {r.stderr.decode()}")
        return json.loads(r.stdout)

    def report(self, good, text):
        self.failed += not good
        print("ok  " if good else "FAIL", text, flush=True)

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def tokenize(self):
        bad = 0
        texts = TEXTS + list(STYLES.values())
        for text in texts:
            got = self.run("tokenize", "-m", self.model, "--format", "json", "--file", self.file("t.txt", text.encode("utf-8", "surrogatepass")))
            want = self.tok.encode(text).ids
            if got["ids"] != want:
                bad += 1
                print("     ", repr(text), got["ids"], want)
        self.report(bad == 0, f"tokenize: {len(texts) - bad} of {len(texts)} texts equal")

    def ids(self, style, n):
        ids = self.tok.encode(STYLES[style]).ids
        while len(ids) < n:
            ids = ids + ids
        return ids[:n]

    def logits(self, precision, extra=()):
        self.peer = self.peer or llama_of(self.model)
        for style in STYLES:
            ids = self.ids(style, 600)
            got = self.run("logits", "-m", self.model, "--format", "json", "--tokens", self.file("ids.json", json.dumps(ids).encode()),
                           "--top", 10, "--precision", precision, *extra)
            with torch.no_grad():
                logits = self.peer(torch.tensor([ids])).logits[0]
            lp = torch.log_softmax(logits[:-1].double(), -1)
            nll = float(-lp[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].mean())
            off = abs(got["nll_mean"] - nll)
            want = torch.topk(logits[-1], 10)
            worst = max(abs(t["logit"] - float(logits[-1][t["id"]])) for t in got["top"])
            worst = max(worst, max(abs(t["logit"] - float(v)) for t, v in zip(got["top"], want.values)))
            nll_limit, logit_limit = LIMITS[precision]
            self.report(got["n_tokens"] == 600 and off < nll_limit and (logit_limit is None or worst < logit_limit),
                        f"logits {precision} {' '.join(extra)} {style}: NLL {nll:.4f} off by {off:.1e}, ten best off by {worst:.1e}")

    @torch.no_grad()
    def generate(self, extra=()):
        self.peer = self.peer or llama_of(self.model)
        for style in STYLES:
            ids = self.ids(style, 150)
            got = self.run("generate", "-m", self.model, "--format", "json", "--tokens", self.file("ids.json", json.dumps(ids).encode()), "-n", 48,
                           "--precision", "exact", *extra)["ids"]
            want, margins, cache, x = [], [], None, torch.tensor([ids])
            for _ in range(48):
                r = self.peer(x, past_key_values=cache, use_cache=True)
                cache, best = r.past_key_values, torch.topk(r.logits[0, -1], 2)
                want.append(int(best.indices[0]))
                margins.append(float(best.values[0] - best.values[1]))
                x = torch.tensor([[want[-1]]])
            first = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), None)
            self.report(got == want, f"generate {' '.join(extra)} {style}: " + ("48 ids equal" if got == want else
                        f"differs at step {first} of {len(got)}, where the peer's lead is {margins[first] if first is not None else 0:.4f}"))


def main():
    what = sys.argv[3:] or ["tokenize", "exact", "fast", "generate"]
    with tempfile.TemporaryDirectory() as folder:
        c = Check(sys.argv[1], sys.argv[2], folder)
        if "tokenize" in what:
            c.tokenize()
        for precision in ("exact", "fast"):
            if precision in what:
                c.logits(precision)
        if "generate" in what:
            c.generate()
        if "torch" in what:
            c.logits("exact", ("--backend", "torch"))
            c.logits("fast", ("--backend", "torch"))
            c.generate(("--backend", "torch"))
    sys.exit(c.failed > 0)


main()
