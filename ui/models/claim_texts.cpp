// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/claim_texts.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <vector>

namespace presslab {
namespace {

// Source texts that the engine writes.
[[maybe_unused]] const char* const kTexts[]{
    QT_TRANSLATE_NOOP("Claims", "holds"),
    QT_TRANSLATE_NOOP("Claims", "does not hold"),
    QT_TRANSLATE_NOOP("Claims", "cannot hold here"),
    QT_TRANSLATE_NOOP("Claims", "Duo saves 30-50 % of KV memory"),
    QT_TRANSLATE_NOOP("Claims", "Duo decodes 1.2-1.5 times as fast"),
    QT_TRANSLATE_NOOP("Claims", "Duo keeps 95-98 % of quality (same most likely token)"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo saves 40-60 % of KV memory"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo decodes 1.5-2.0 times as fast"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo keeps 93-97 % of quality (same most likely token)"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo saves 15-25 % more memory than Duo"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo decodes 10-20 % faster than Duo"),
    QT_TRANSLATE_NOOP("Claims", "better than the band"),
    QT_TRANSLATE_NOOP("Claims", "better than stated"),
    QT_TRANSLATE_NOOP("Claims", "Duo vs baseline: memory reduction 29.3 %"),
    QT_TRANSLATE_NOOP("Claims", "Duo vs baseline: speed improvement 24.6 %"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo vs baseline: memory reduction 47.2 %"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo vs baseline: speed improvement 47.5 %"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo vs Duo: additional memory reduction 25.3 %"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo vs Duo: additional speed improvement 18.4 %"),
    QT_TRANSLATE_NOOP("Claims", "Duo usually improves speed by 20-40 %"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo usually improves speed by 40-70 %"),
    QT_TRANSLATE_NOOP("Claims", "No compression: 1.23 GB on a context of 50 words"),
    QT_TRANSLATE_NOOP("Claims", "ratio .3 keeps quality better than .5"),
    QT_TRANSLATE_NOOP("Claims", "ratio .7 is faster than .5"),
    QT_TRANSLATE_NOOP("Claims", "out of memory: lower the ratio to .2, with 2 experts"),
    QT_TRANSLATE_NOOP("Claims", "quality down: ratio .3"),
    QT_TRANSLATE_NOOP("Claims", "quality down: 60 % of the bytes by EPLB, 40 % by Duo"),
    QT_TRANSLATE_NOOP("Claims", "2 experts are the light setting"),
    QT_TRANSLATE_NOOP("Claims", "8 experts are the high-performance setting"),
    QT_TRANSLATE_NOOP("Claims", "table"),
    QT_TRANSLATE_NOOP("Claims", "text"),
    QT_TRANSLATE_NOOP("Claims", "sample output"),
    QT_TRANSLATE_NOOP("Claims", "conclusion"),
    QT_TRANSLATE_NOOP("Claims", "tips"),
    QT_TRANSLATE_NOOP("Claims", "ratio"),
    QT_TRANSLATE_NOOP("Claims", "bytes"),
    QT_TRANSLATE_NOOP("Claims", "quality"),
    QT_TRANSLATE_NOOP("Claims", "% less"),
    QT_TRANSLATE_NOOP("Claims", "% agree"),
    QT_TRANSLATE_NOOP("Claims", "% faster"),
    QT_TRANSLATE_NOOP("Claims", "x"),
    QT_TRANSLATE_NOOP("Claims", "GB"),
    QT_TRANSLATE_NOOP("Claims", "MB"),
    QT_TRANSLATE_NOOP("Claims", "nats"),
    QT_TRANSLATE_NOOP("Claims", "tok/s"),
    QT_TRANSLATE_NOOP("Claims", "ms"),
};

// The same with figures; where one begins like another, the longer one stands first.
const char* const kTemplates[]{
    QT_TRANSLATE_NOOP("Claims",
                      "at %1 tokens the bound is %2x: %3 of weights are read for every token beside %4 of keys and values, of which %5 are kept; no "
                      "length gives %6x at this ratio"),
    QT_TRANSLATE_NOOP("Claims",
                      "at %1 tokens the bound is %2x: %3 of weights are read for every token beside %4 of keys and values, of which %5 are kept; %6x "
                      "needs %7 tokens, the model has %8 positions"),
    QT_TRANSLATE_NOOP("Claims",
                      "at %1 tokens the bound is %2x: %3 of weights are read for every token beside %4 of keys and values, of which %5 are kept; %6x "
                      "needs %7 tokens"),
    QT_TRANSLATE_NOOP("Claims", "the method was asked to remove %1 %, %2 % were saved"),
    QT_TRANSLATE_NOOP("Claims", "the method was asked to remove %1 %"),
    QT_TRANSLATE_NOOP("Claims", "the bandwidth bound at this length is %1x, already passed because the baseline reaches only %2 % of its own limit"),
    QT_TRANSLATE_NOOP("Claims", "the bandwidth bound at this length is %1x"),
    QT_TRANSLATE_NOOP("Claims", "KL divergence %1 nats over %2 positions"),
    QT_TRANSLATE_NOOP("Claims", "both were given equal bytes; compare at equal quality (--match quality)"),
    QT_TRANSLATE_NOOP("Claims", "at this ratio both hold equal bytes by their budget; compare at equal quality (--match quality)"),
    QT_TRANSLATE_NOOP("Claims", "%1 % less than Duo's %2"),
    QT_TRANSLATE_NOOP("Claims", "the bound over Duo is %1x: both were given equal bytes, and speed follows bytes"),
    QT_TRANSLATE_NOOP("Claims", "the bound over Duo is %1x: at this ratio both hold equal bytes by their budget, and speed follows bytes"),
    QT_TRANSLATE_NOOP("Claims", "the bound over Duo is %1x: %2 against %3, and speed follows bytes"),
    QT_TRANSLATE_NOOP("Claims", "the bound over Duo is %1x"),
    QT_TRANSLATE_NOOP("Claims", "reading weights and kept cache allows %1 % at this length"),
    QT_TRANSLATE_NOOP("Claims", "the ratios ask for %1 %"),
    QT_TRANSLATE_NOOP("Claims",
                      "the whole cache of this run has %1 MB at %2 tokens; that of the sample's own model (distilgpt2, 18,432 bytes a token in 16 "
                      "bits) some 1.3 MB at 70 tokens, a thousandth of it"),
    QT_TRANSLATE_NOOP("Claims", "mean KL divergence: %1 against %2"),
    QT_TRANSLATE_NOOP("Claims", "decoded tokens a second: %1 against %2"),
    QT_TRANSLATE_NOOP("Claims", "KV cache held; the ratio is the share removed, so a lower one holds more: %1 against %2"),
    QT_TRANSLATE_NOOP("Claims", "time of compression: %1 against %2"),
    QT_TRANSLATE_NOOP("Claims", "%1 tokens are left out: the model has %2 positions"),
};

QString translated(const std::string& source) { return QCoreApplication::translate("Claims", source.c_str()); }

struct Template {
  const char* source;
  QRegularExpression pattern;
};

std::vector<Template> compiled() {
  static const QRegularExpression place(QStringLiteral("%\\d"));
  std::vector<Template> out;
  for (const char* source : kTemplates) {
    QString pattern;
    const QString text = QString::fromUtf8(source);
    qsizetype from = 0;
    for (auto it = place.globalMatch(text); it.hasNext();) {
      const QRegularExpressionMatch m = it.next();
      pattern += QRegularExpression::escape(text.mid(from, m.capturedStart() - from)) + QStringLiteral("(-?[0-9.,]+(?: [KMG]?B)?)");
      from = m.capturedEnd();
    }
    pattern += QRegularExpression::escape(text.mid(from));
    out.push_back({source, QRegularExpression(QRegularExpression::anchoredPattern(pattern))});
  }
  return out;
}

}  // namespace

QString claimPhrase(const std::string& english) {
  if (english.empty()) return {};
  static const std::vector<Template> templates = compiled();
  const QString whole = QString::fromStdString(english);
  for (const Template& t : templates) {
    const QRegularExpressionMatch m = t.pattern.match(whole);
    if (!m.hasMatch()) continue;
    QString text = QCoreApplication::translate("Claims", t.source);
    for (int i = m.lastCapturedIndex(); i >= 1; --i) text.replace(QLatin1Char('%') + QString::number(i), m.captured(i));
    return text;
  }
  return translated(english);
}

QString claimText(const Claim& claim) { return claimPhrase(claim.text); }
QString verdictText(const Claim& claim) { return claimPhrase(claim.verdict); }
QString claimReason(const Claim& claim) { return claimPhrase(claim.reason); }

}  // namespace presslab
