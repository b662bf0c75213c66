// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/lab.h"

#include <new>

#include "core/compare/advisor.h"
#include "core/compare/ask_session.h"
#include "core/compare/comparison_run.h"
#include "core/compare/run_events.h"
#include "core/compare/token_text.h"
#include "core/compare/what_if.h"
#include "core/export/export.h"

namespace presslab {
namespace {

bool sameModel(const ModelSpec& a, const ModelSpec& b) {
  return a.path == b.path && a.precision == b.precision && a.device == b.device && a.backend == b.backend && a.threads == b.threads &&
         a.attention == b.attention && a.kvType == b.kvType;
}

}  // namespace

struct Lab::Impl {
  std::unique_ptr<LoadedModel> model;
  RunMemory memory;
  std::unique_ptr<WhatIf> replay;     // of the model above, so it goes before it
  std::unique_ptr<AskSession> asked;  // the same

  void load(const ModelSpec& spec, const EventSink& sink, std::stop_token stop) {
    if (model && sameModel(model->spec, spec)) return;
    std::unique_ptr<LoadedModel> fresh = loadModel(spec, sink, std::move(stop));  // throws before the old one is let go
    replay.reset();
    asked.reset();
    model = std::move(fresh);
    memory = {};
  }
  AskOutcome guarded(const std::function<void(AskOutcome&)>& work);
  Comparison compare(const CompareSpec&, const EventSink&, std::stop_token);
  std::string writeFolder(const Comparison&, const CompareSpec&, const EventSink&);
};

/// Writes the run into the folder that the spec names. Returns why it could not be written.
std::string Lab::Impl::writeFolder(const Comparison& comparison, const CompareSpec& spec, const EventSink& sink) {
  if (spec.outDir.empty()) return {};
  try {
    PhaseEvents events(sink, -1, Phase::Export);
    writeRunFolder(comparison, spec.outDir);
    events.progress(1, spec.outDir);
    events.finish();
  } catch (const Failure& e) {
    return e.what();
  }
  return {};
}

Comparison Lab::Impl::compare(const CompareSpec& spec, const EventSink& sink, std::stop_token stop) {
  replay.reset();  // caches that are kept must not stand in the memory that is measured
  asked.reset();
  load(spec.model, sink, stop);
  RunEvent last;  // the run is finished once it is written
  const EventSink hold = [&](const RunEvent& e) {
    if (e.kind == EventKind::RunFinished)
      last = e;
    else if (sink)
      sink(e);
  };
  Comparison comparison = runComparison(*model, spec, memory, hold, std::move(stop));
  std::string unwritten;
  if (!comparison.methods.empty()) unwritten = writeFolder(comparison, spec, sink);
  if (sink) sink(last);
  if (!unwritten.empty()) {
    memory.failed = true;
    memory.exitCode = int(ErrorCode::Io);
    memory.error = unwritten;
  }
  return comparison;
}

Lab::Lab() : d(std::make_unique<Impl>()) {}
Lab::~Lab() = default;

ModelInfo Lab::load(const ModelSpec& spec, const EventSink& sink, std::stop_token stop) {
  d->load(spec, sink, std::move(stop));
  return d->model->file->info();
}

std::optional<ModelInfo> Lab::loaded() const {
  if (!d->model) return std::nullopt;
  return d->model->file->info();
}

RunOutcome Lab::compare(const CompareSpec& spec, const EventSink& sink, std::stop_token stop) noexcept {
  RunOutcome outcome;
  const auto fail = [&](int code, const std::string& text) {
    outcome.status = code == int(ErrorCode::Cancelled) ? RunOutcome::Status::Cancelled : RunOutcome::Status::Failed;
    outcome.exitCode = code;
    outcome.error = text;
  };
  try {
    auto comparison = std::make_shared<const Comparison>(d->compare(spec, sink, std::move(stop)));
    outcome.comparison = comparison;
    outcome.exitCode = d->memory.exitCode;
    outcome.error = d->memory.error;
    if (d->memory.failed)
      fail(d->memory.exitCode != 0 ? d->memory.exitCode : int(ErrorCode::Failed), d->memory.error);
    else if (comparison->cancelled)
      fail(int(ErrorCode::Cancelled), "cancelled");
  } catch (const Failure& e) {
    fail(int(e.code()), e.what());
  } catch (const std::bad_alloc&) {
    fail(int(ErrorCode::NoMemory), "out of memory");
  } catch (const std::exception& e) {
    fail(int(ErrorCode::Failed), e.what());
  }
  return outcome;
}

WhatIfAnswer Lab::whatIf(const CompareSpec& spec, const WhatIfRequest& request, const WhatIfProgress& progress, std::stop_token stop) noexcept {
  try {
    d->load(spec.model, {}, stop);
    if (!d->replay) d->replay = std::make_unique<WhatIf>(*d->model, d->memory);
    return d->replay->answer(spec, request, progress, std::move(stop));
  } catch (const std::exception& e) {
    const auto* failure = dynamic_cast<const Failure*>(&e);
    WhatIfAnswer a;
    a.cancelled = failure && failure->code() == ErrorCode::Cancelled;
    a.error = e.what();
    return a;
  }
}

AskOutcome Lab::Impl::guarded(const std::function<void(AskOutcome&)>& work) {
  AskOutcome outcome;
  const auto fail = [&](ErrorCode code, const std::string& text) {
    outcome.exitCode = int(code);
    outcome.cancelled = code == ErrorCode::Cancelled;
    outcome.error = text;
  };
  try {
    work(outcome);
  } catch (const Failure& e) {
    fail(e.code(), e.what());
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::NoMemory, "out of memory");
  } catch (const std::exception& e) {
    fail(ErrorCode::Failed, e.what());
  }
  return outcome;
}

AskOutcome Lab::compressContext(const AskSpec& spec, const AskSink& sink, std::stop_token stop) noexcept {
  d->asked.reset();
  return d->guarded([&](AskOutcome& outcome) {
    d->load(spec.model, {}, stop);
    d->replay.reset();
    auto session = std::make_unique<AskSession>(*d->model, d->memory, spec);
    session->compress(sink, stop);
    outcome.contexts = session->contexts();
    d->asked = std::move(session);
  });
}

AskOutcome Lab::ask(const std::string& question, bool turn, const AskSink& sink, std::stop_token stop) noexcept {
  return d->guarded([&](AskOutcome& outcome) {
    if (!d->asked) badInput("no compressed context is kept: another run or model took its place");
    outcome.answers = d->asked->ask(question, turn, sink, stop);
    outcome.cancelled = stop.stop_requested();
  });
}

AdviceList Lab::advise(const AdviceRequest& request) const noexcept {
  AdviceList none;
  try {
    if (!d->model) badInput("no model is loaded");
    AdviceFacts facts;
    facts.model = d->model->file->info();
    facts.kv = d->model->backend->kvType();
    facts.weightBytes = d->model->backend->weightBytes();
    facts.models = findModels();
    facts.devices = devices();
    facts.predict = [&](const std::string& method, int64_t tokens) { return predict(method, tokens, facts.kv); };
    return presslab::advise(request, facts);
  } catch (const std::exception& e) {
    none.error = e.what();
  }
  return none;
}

void Lab::lend(const ModelSpec& spec, const EventSink& sink, std::stop_token stop, const std::function<void(LoadedModel&, RunMemory&)>& work) {
  d->replay.reset();  // two full caches would not fit where one just does
  d->asked.reset();
  d->load(spec, sink, std::move(stop));
  work(*d->model, d->memory);
}

void Lab::forgetReplay() { d->replay.reset(); }

std::vector<std::string> Lab::pieces(const std::vector<int32_t>& ids) const {
  if (!d->model) badInput("no model is loaded");
  PieceStream stream(*d->model->tokenizer);
  std::vector<std::string> out;
  out.reserve(ids.size());
  for (int32_t id : ids) out.push_back(stream.next(id));
  return out;
}

Prediction Lab::predict(const std::string& method, int64_t tokens, KvType kv) const {
  Prediction p;
  p.method = method;
  if (!d->model) {
    p.error = "no model is loaded";
    return p;
  }
  const Backend& backend = *d->model->backend;
  RunContext run;
  run.shape = backend.shape();
  run.tokens = tokens;
  if (d->memory.pattern) {
    run.pattern = d->memory.pattern->pattern.get();
    run.calibration = d->memory.pattern->kind;
  }
  const int64_t row = 2 * kvRowBytes(kv, run.shape.headDim);  // K and V of a head-token
  p.weightBytes = backend.weightBytes();
  p.kvBytesFull = row * run.shape.headTokens(tokens);
  try {
    if (tokens < 1) badInput("the context has no tokens");
    if (tokens > backend.config().contextLength)
      badInput("the context has " + std::to_string(tokens) + " of " + std::to_string(backend.config().contextLength) + " positions");
    p.kvBytes = makePress(method)->predictBytes(run, row);
  } catch (const Failure& e) {
    p.error = e.what();
    return p;
  }
  // While the last layer stands whole, the layers before it are already cut.
  const int layers = run.shape.layers;
  p.kvBytesPeak = p.kvBytes * (layers - 1) / layers + p.kvBytesFull / layers;
  p.boundSpeedup = double(p.weightBytes + p.kvBytesFull) / double(p.weightBytes + p.kvBytes);
  return p;
}

}  // namespace presslab
