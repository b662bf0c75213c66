// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// generate with several questions, or the turns of a conversation, on one compressed context.
#include "app/cli/answers.h"

#include "core/api/error.h"
#include "core/compare/compressed_context.h"
#include "core/compare/question_ids.h"

namespace presslab::cli {
namespace {

Json answerJson(size_t index, const std::string& question, const Answer& a, bool stopAtEos, bool whole) {
  Json j;
  j["index"] = index;
  j["question"] = question;
  if (whole) j["ids"] = a.ids;
  j["text"] = a.text;
  j["stop"] = a.cancelled ? "cancelled" : a.eosAt >= 0 && stopAtEos ? "eos" : "length";
  j["position"] = a.startPosition;
  j["n_question"] = a.questionTokens;
  j["n_new"] = a.ids.size();
  j["kv_bytes_before"] = a.kvBytesBefore;
  j["kv_bytes_end"] = a.kvBytesEnd;
  j["first_token_ms"] = a.firstTokenMs;
  j["decode_tok_s"] = a.decodeTokS;
  if (whole) j["decode_ms"] = a.decodeMs;
  return j;
}

void addContextFields(Json& j, const MethodMetrics& m) {
  j["calibration"] = m.calibration;
  j["n_context"] = m.contextTokens;
  j["kv_bytes"] = m.kvBytes;
  j["kv_bytes_full"] = m.kvBytesFull;
  j["kv_bytes_peak"] = m.kvBytesPeak;
  j["ratio_requested"] = m.ratioRequested;
  j["ratio_effective"] = m.ratioEffective;
  j["ratio_measured"] = m.ratioMeasured;
  j["prefill_tok_s"] = m.prefillTokS;
  j["compress_ms"] = m.compressMs;
  j["notes"] = m.notes;
}

class Answers {
 public:
  Answers(LoadedModel& model, const MethodJob& job, const Asking& asking, Format format, Progress& progress, const Context& context)
      : m_model(model), m_job(job), m_asking(asking), m_format(format), m_progress(progress), m_context(context) {}

  int run(Press& press) {
    MethodMetrics metrics;
    MethodHooks hooks;
    hooks.prefill.progress = [&](double share) { m_progress.share(share, "prefill"); };
    CompressedContext context(m_model, press, m_job, hooks, m_context.stop, metrics);
    m_progress.clear();
    for (const std::string& note : metrics.notes) m_progress.note(note);
    int code = 0;
    try {
      std::optional<std::string> question = m_asking.prompt.question;
      for (bool first = true; question; question = m_asking.next(), first = false) one(context, *question, first);
    } catch (const Failure& e) {
      if (m_whole.empty()) throw;
      m_progress.note(e.what());
      code = int(e.code());
    }
    finish(metrics);
    return code;
  }

 private:
  /// Ids of a question: the first one's stand in the prompt.
  std::vector<int32_t> idsOf(const std::string& question, bool first) {
    if (first) return m_job.prompt->question;
    QuestionIds q = questionIds(m_model, m_asking.prompt, *m_job.prompt, question, m_asking.turns, m_job.newTokens);
    if (!q.notice.empty()) m_progress.note(q.notice);
    return std::move(q.ids);
  }

  void one(CompressedContext& context, const std::string& question, bool first) {
    const bool stream = m_format == Format::Table;
    if (stream) writeOut("> " + question + "\n");
    const std::vector<int32_t> ids = idsOf(question, first);
    const AnswerToken token = [&](int, int32_t id, const std::string& piece) {
      if (!stream) return;
      if (!m_model.tokenizer->isControl(id)) writeOut(piece);
      flushOut();
    };
    Answer a;
    const auto keep = [&] {
      m_whole.push_back(answerJson(m_whole.size(), question, a, m_job.stopAtEos, true));
      m_rows.push_back(answerJson(m_rows.size(), question, a, m_job.stopAtEos, false));
      if (!stream) return;
      writeOut("\n\n");
      flushOut();
      char line[160];
      std::snprintf(line, sizeof line, "%zu tokens, KV %s before, %s after, first token after %.0f ms, %.1f tok/s", a.ids.size(),
                    bytesText(double(a.kvBytesBefore)).c_str(), bytesText(double(a.kvBytesEnd)).c_str(), a.firstTokenMs, a.decodeTokS);
      m_progress.note(line);
    };
    try {
      if (m_asking.turns)
        context.say(ids, token, m_context.stop, a);
      else
        context.ask(ids, token, m_context.stop, a);
    } catch (const Failure& e) {
      if (e.code() == ErrorCode::Cancelled) keep();
      throw;
    }
    keep();
  }

  void finish(const MethodMetrics& metrics) {
    if (m_format == Format::Table) return;
    Json whole;
    whole["method"] = metrics.method;
    whole["turns"] = m_asking.turns;
    addContextFields(whole, metrics);
    whole["answers"] = m_whole;
    printRows(m_format, "answers", m_rows, &whole);
  }

  LoadedModel& m_model;
  const MethodJob& m_job;
  const Asking& m_asking;
  Format m_format;
  Progress& m_progress;
  const Context& m_context;
  std::vector<Json> m_whole, m_rows;
};

}  // namespace

int answerAll(LoadedModel& model, Press& press, const MethodJob& job, const Asking& asking, Format format, Progress& progress,
              const Context& context) {
  return Answers(model, job, asking, format, progress, context).run(press);
}

}  // namespace presslab::cli
