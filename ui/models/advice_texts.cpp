// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/advice_texts.h"

#include <QCoreApplication>
#include <cmath>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

QString qt(const std::string& s) { return QString::fromStdString(s); }

struct Texts {
  Q_DECLARE_TR_FUNCTIONS(Advice)
 public:
  static QString complaint(Complaint c) {
    return c == Complaint::Memory ? tr("Out of memory") : c == Complaint::Speed ? tr("Slow") : tr("Quality down");
  }

  static QString tip(const Advice& a) {
    switch (a.kind) {
      case AdviceKind::Ratio:
        return a.complaint == Complaint::Memory ? tr("compression_ratio = 0.2 (\"lower the compression ratio\")")
                                                : tr("compression_ratio = 0.3 (\"lower the compression ratio\")");
      case AdviceKind::Experts:
        return tr("num_experts = 2 (\"fewer experts\")");
      case AdviceKind::Model:
        return tr("model_name = distilgpt2 (\"a smaller model\")");
      case AdviceKind::Device:
        return tr("device = cuda (\"use the GPU\")");
      case AdviceKind::Attention:
        return tr("attn_implementation = flash_attention_2 (\"switch flash attention on\")");
      case AdviceKind::Context:
        return tr("context_length = 500 (\"a shorter context\")");
      case AdviceKind::Split:
        return tr("eplb_ratio = 0.6, duo_ratio = 0.4 (\"adjust the shares\")");
      case AdviceKind::Press:
        break;
    }
    return {};
  }

  static QString change(const Advice& a, const AdviceList& list) {
    switch (a.kind) {
      case AdviceKind::Ratio:
        return tr("Remove %1 % instead of %2 %").arg(number(100 * a.value, 0), number(100 * list.now.value, 0));
      case AdviceKind::Split:
        return tr("Split: router %1 %, Duo %2 %").arg(number(100 * a.value, 0), number(100 - 100 * a.value, 0));
      case AdviceKind::Experts:
        return tr("%1 experts").arg(number(a.value, 0));
      case AdviceKind::Context:
        return tr("Context of %1 tokens instead of %2").arg(number(a.value, 0), QString::number(list.contextTokens));
      case AdviceKind::Press:
        return tr("Another press: %1").arg(shortName(qt(a.method)));
      case AdviceKind::Model:
        return tr("Smaller model: %1").arg(qt(a.modelName));
      case AdviceKind::Device:
        return tr("GPU: %1").arg(qt(a.device));
      case AdviceKind::Attention:
        return tr("Flash attention");
    }
    return {};
  }

  static QString verdict(AdviceVerdict v) {
    switch (v) {
      case AdviceVerdict::Helps:
        return tr("helps");
      case AdviceVerdict::Hurts:
        return tr("wrong: makes it worse");
      case AdviceVerdict::NoEffect:
        return tr("wrong: changes nothing");
      case AdviceVerdict::AlreadySo:
        return tr("already so");
      case AdviceVerdict::NotHere:
        return tr("not possible here");
      case AdviceVerdict::Measure:
        return tr("to be measured");
    }
    return {};
  }

  static QString quality(const Advice& a, const AdviceList& list) {
    if (!a.quality.measured || !list.now.quality.measured)
      return a.canMeasure ? tr("Only a replay can say: press Measure.") : tr("Only a run can say.");
    return tr("Measured: KL divergence %1 → %2, same token %3 % → %4 %.")
        .arg(number(list.now.quality.kldMean, 5), number(a.quality.kldMean, 5), number(100 * list.now.quality.top1Agree, 1),
             number(100 * a.quality.top1Agree, 1));
  }

  static QString reason(const Advice& a, const AdviceList& list) {
    if (a.kind == AdviceKind::Attention)
      return a.verdict == AdviceVerdict::AlreadySo ? tr("Every run uses it unless told otherwise.") : tr("Switched off for this run.");
    if (!a.error.empty() && a.kind == AdviceKind::Device) return tr("No GPU is found on this machine.");
    if (!a.error.empty() && a.kind == AdviceKind::Model && a.model.empty()) return tr("No smaller model is found on this machine.");
    if (!a.error.empty()) return qt(a.error);
    if (a.verdict == AdviceVerdict::AlreadySo) return tr("The method is set so already.");
    const QString bytes = tr("KV cache %1 → %2 MB").arg(megabytes(list.now.kvBytes), megabytes(a.kvBytes));
    if (a.kind == AdviceKind::Device) return tr("Found here; a run on it measures how fast it is.");
    if (a.kind == AdviceKind::Model)
      return tr("%1: weights %2 → %3 MB, %4. Its answers are another model's.")
          .arg(qt(a.modelName), megabytes(list.now.weightBytes), megabytes(a.weightBytes), bytes);
    if (a.complaint == Complaint::Quality) return quality(a, list);
    if (a.kind == AdviceKind::Experts && a.verdict == AdviceVerdict::NoEffect)
      return tr("Experts are eviction policies that share one budget: %1.").arg(bytes);
    if (a.kind == AdviceKind::Ratio && a.verdict == AdviceVerdict::Hurts)
      return tr("The ratio is the share removed: less removed is more kept. %1.").arg(bytes);
    if (a.kind == AdviceKind::Context && !std::isnan(a.ms))
      return tr("%1 → %2 ms per token, %3; the model then sees less of the text.").arg(number(list.now.ms, 2), number(a.ms, 2), bytes);
    return bytes + QLatin1Char('.');
  }

  static QString law(const Advice& a, const AdviceList& list) {
    if (a.law == TimeLaw::Line)
      return tr("by the line through the %1 lanes of this run: %2 ms + %3 ms per MB read")
          .arg(QString::number(list.lanes), number(list.baseMs, 2), number(list.msPerMb, 4));
    if (a.law == TimeLaw::Bandwidth) return tr("by this run's share of the memory bandwidth: ms grow like weights + kept bytes");
    return a.kind == AdviceKind::Device ? tr("not known before a run on that device") : tr("not known: nothing was timed in this run");
  }
};

}  // namespace

QString megabytes(int64_t bytes) { return number(double(bytes) / 1e6, 1); }

QString complaintText(Complaint complaint) { return Texts::complaint(complaint); }
QString adviceText(const Advice& a, const AdviceList& list) { return a.guide ? Texts::tip(a) : Texts::change(a, list); }
QString verdictText(const Advice& a) { return Texts::verdict(a.verdict); }
QString adviceReason(const Advice& a, const AdviceList& list) { return Texts::reason(a, list); }
QString timeLawText(const Advice& a, const AdviceList& list) { return Texts::law(a, list); }

}  // namespace presslab
