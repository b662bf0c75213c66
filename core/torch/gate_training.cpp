// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/gate_training.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/press/random.h"
#include "core/torch/guarded.h"

namespace presslab::torch_path {
namespace {

ModelSpec cpuSpec(int threads) {
  ModelSpec spec;
  spec.precision = Precision::Exact;
  spec.device = "cpu";
  spec.threads = threads;
  return spec;
}

at::Tensor vectorOf(const TensorView& view) {
  std::vector<float> host = dequantize(view);
  return at::from_blob(host.data(), {int64_t(host.size())}, at::kFloat).clone();
}

/// Adam on a few numbers, with the paper's schedule: up over the first fifth of the steps, down over the last, never below a tenth.
class Adam {
 public:
  Adam(double rate, int steps, size_t n) : m_rate(rate), m_steps(steps), m_mean(n, 0), m_square(n, 0) {}
  void step(std::vector<float>& x, const std::vector<double>& gradient) {
    const double fifth = std::max(1, m_steps / 5), t = double(++m_done);
    const double rate = m_rate * std::min({1., std::max(t / fifth, .1), std::max((m_steps + 1 - t) / fifth, .1)});
    for (size_t i = 0; i < x.size(); ++i) {
      m_mean[i] = .9 * m_mean[i] + .1 * gradient[i];
      m_square[i] = .999 * m_square[i] + .001 * gradient[i] * gradient[i];
      const double mean = m_mean[i] / (1 - std::pow(.9, t)), square = m_square[i] / (1 - std::pow(.999, t));
      x[i] = float(std::clamp(double(x[i]) - rate * mean / (std::sqrt(square) + 1e-8), 0., 1.));
    }
  }

 private:
  double m_rate;
  int m_steps, m_done = 0;
  std::vector<double> m_mean, m_square;
};

}  // namespace

GateTraining::GateTraining(const ModelFile& file, const DuoGateJob& job, const std::function<void(double)>& told, std::stop_token stop)
    : m_job(job), m_told(told), m_stop(stop), m_backend(file, cpuSpec(job.threads), {}, std::move(stop)), m_shape(m_backend.shape()) {
  const ModelConfig& c = m_backend.config();
  m_outputNorm.weight = vectorOf(file.outputNorm()) + double(c.normOffset);
  if (file.outputNormBias()) m_outputNorm.bias = vectorOf(file.outputNormBias());
  int index = 0;
  for (int l = 0; l < c.layers; ++l) m_index.push_back(c.isBounded(l) ? -1 : index++);
  const size_t heads = size_t(index) * size_t(c.kvHeads);
  m_result.alpha = job.initial.empty() ? std::vector<float>(heads, 1.f) : job.initial;
  if (m_result.alpha.size() != heads)
    badInput("gate training: " + std::to_string(m_result.alpha.size()) + " gates are given, the model has " + std::to_string(heads) + " heads");
  if (job.texts.empty()) badInput("gate training: there is no text");
  for (const AnswerText& t : job.texts) {
    const auto tokens = int64_t(t.ids.size());
    if (t.answer < 1 || t.answer >= tokens) badInput("gate training: a text of " + std::to_string(tokens) + " tokens without an answer");
    if (tokens > c.contextLength)
      badInput("gate training: a text has " + std::to_string(tokens) + " tokens, the model has " + std::to_string(c.contextLength) + " positions");
  }
}

void GateTraining::testStop() const {
  if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "calibration cancelled");
}

const GateTraining::Masks& GateTraining::masks(int64_t tokens) {
  const auto it = m_masks.find(tokens);
  if (it != m_masks.end()) return it->second;
  const ModelConfig& c = m_backend.config();
  const at::Tensor key = at::arange(tokens, at::kLong).unsqueeze(0), query = at::arange(tokens, at::kLong).unsqueeze(1);
  Masks m;
  m.causal = key > query;
  const at::Tensor between = at::logical_and(key >= m_job.sink, key <= query - m_job.recent);
  m.streaming = at::logical_or(m.causal, between);
  if (c.slidingWindow > 0) {
    m.sliding = at::logical_or(m.causal, key <= query - c.slidingWindow);
    m.slidingStreaming = at::logical_or(m.sliding, between);
  }
  return m_masks.emplace(tokens, std::move(m)).first->second;
}

at::Tensor GateTraining::attention(int l, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& alpha) {
  const ModelConfig& c = m_backend.config();
  const int64_t tokens = q.size(0), g = c.heads / c.kvHeads, d = c.headDim;
  const Masks& m = masks(tokens);
  const auto mixed = [&](const at::Tensor& scores, const at::Tensor& hidden, const at::Tensor& values) {
    const at::Tensor probs = at::softmax(scores.masked_fill(hidden, -std::numeric_limits<float>::infinity()), -1);
    return at::matmul(probs.view({g * tokens, tokens}), values);
  };
  std::vector<at::Tensor> parts;  // (T, group, headDim) of each KV head
  for (int h = 0; h < c.kvHeads; ++h) {
    const at::Tensor rows = q.narrow(1, h * g, g).transpose(0, 1).reshape({g * tokens, d});
    const at::Tensor keys = k.select(1, h), values = v.select(1, h);
    const at::Tensor scores = (at::matmul(rows, keys.t()) * double(m_backend.attentionScale())).view({g, tokens, tokens});
    at::Tensor out = mixed(scores, c.isSliding(l) ? m.sliding : m.causal, values);
    if (alpha.defined()) {
      const at::Tensor a = alpha.select(0, h);
      out = out * a + mixed(scores, c.isSliding(l) ? m.slidingStreaming : m.streaming, values) * (1 - a);
    }
    parts.push_back(out.view({g, tokens, d}).transpose(0, 1));
  }
  return at::cat(parts, 1).reshape({tokens, int64_t(c.heads) * d});
}

at::Tensor GateTraining::forward(int l, const at::Tensor& x, const at::Tensor& alpha) {
  const TorchBackend& b = m_backend;
  const ModelConfig& c = b.config();
  const LayerWeights& w = b.layer(l);
  const int64_t n = x.size(0);
  const auto rope = m_backend.rope(n);
  const auto added = [&](const at::Tensor& to, const at::Tensor& block, const TorchNorm& post) {
    return to + (post.weight.defined() ? b.norm(block, post) : block);
  };
  const at::Tensor in = b.norm(x, w.attnNorm);
  const at::Tensor q = rope->rotate(b.rms(b.linear(in, w.q, w.qBias).view({n, c.heads, c.headDim}), w.qNorm), 0, c.isSliding(l));
  const at::Tensor k = rope->rotate(b.rms(b.linear(in, w.k, w.kBias).view({n, c.kvHeads, c.headDim}), w.kNorm), 0, c.isSliding(l));
  const at::Tensor v = b.linear(in, w.v, w.vBias).view({n, c.kvHeads, c.headDim});
  const at::Tensor y = added(x, b.linear(attention(l, q, k, v, alpha), w.o, w.oBias), w.attnPostNorm);
  const at::Tensor in2 = b.norm(y, w.ffnNorm), up = b.linear(in2, w.up, w.upBias);
  const at::Tensor wide = w.gate.defined() ? b.activate(b.linear(in2, w.gate)) * up : b.activate(up);
  return added(y, b.linear(wide, w.down, w.downBias), w.ffnPostNorm);
}

at::Tensor GateTraining::alphaOf(int l, const std::vector<float>& alpha) const {
  if (m_index[size_t(l)] < 0) return {};
  const float* row = alpha.data() + size_t(m_index[size_t(l)]) * size_t(m_shape.kvHeads);
  return at::from_blob(const_cast<float*>(row), {m_shape.kvHeads}, at::kFloat).clone();
}

std::vector<at::Tensor> GateTraining::states(const AnswerText& text, const std::vector<float>* alpha) {
  const at::NoGradGuard noGradients;
  std::vector<at::Tensor> x{m_backend.embed(text.ids, 0)};
  for (int l = 0; l < m_backend.config().layers; ++l) {
    testStop();
    x.push_back(forward(l, x.back(), alpha ? alphaOf(l, *alpha) : at::Tensor()));
    if (!alpha) x.erase(x.begin());  // only the last one is wanted
  }
  return x;
}

at::Tensor GateTraining::answerStates(const at::Tensor& x, const AnswerText& text) const {
  return m_backend.norm(x.narrow(0, text.answer - 1, int64_t(text.ids.size()) - text.answer), m_outputNorm);
}

const at::Tensor& GateTraining::reference(size_t text) {
  const auto it = m_reference.find(text);
  if (it != m_reference.end()) return it->second;
  const at::Tensor last = states(m_job.texts[text], nullptr).back();
  const at::NoGradGuard noGradients;
  return m_reference.emplace(text, answerStates(last, m_job.texts[text])).first->second;
}

double GateTraining::lossOf(size_t text) {
  const at::Tensor& wanted = reference(text);
  const std::vector<at::Tensor> x = states(m_job.texts[text], &m_result.alpha);
  const at::Tensor last = x.back().detach().requires_grad_(true);
  const at::Tensor loss = (answerStates(last, m_job.texts[text]) - wanted).square().mean();
  loss.backward();
  at::Tensor upstream = last.grad();
  m_result.gradient.assign(m_result.alpha.size(), 0.f);
  for (int l = m_backend.config().layers - 1; l >= 0; --l) {
    testStop();
    const at::Tensor in = x[size_t(l)].detach().requires_grad_(l > 0);
    at::Tensor alpha = alphaOf(l, m_result.alpha);
    if (alpha.defined()) alpha.requires_grad_(true);
    if (l == 0 && !alpha.defined()) break;
    forward(l, in, alpha).backward(upstream);
    if (alpha.defined()) {
      const at::Tensor by = alpha.grad();
      std::copy_n(by.const_data_ptr<float>(), m_shape.kvHeads, m_result.gradient.begin() + std::ptrdiff_t(m_index[size_t(l)]) * m_shape.kvHeads);
    }
    upstream = in.grad();
  }
  return loss.item<double>();
}

DuoGateResult GateTraining::run() {
  SeededRandom random(m_job.seed ^ 0x64756f67617465ull);
  Adam adam(m_job.rate, m_job.steps, m_result.alpha.size());
  std::vector<size_t> order;
  for (int step = 0; step < m_job.steps; ++step) {
    if (order.empty()) {  // every text once before any comes again
      order.resize(m_job.texts.size());
      std::iota(order.begin(), order.end(), size_t{0});
      for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[size_t(random.below(i))]);
    }
    const size_t text = order.back();
    order.pop_back();
    m_result.loss.push_back(lossOf(text));
    std::vector<double> gradient;
    for (const float g : m_result.gradient) gradient.push_back(double(g) + m_job.lambda);  // alpha is never below 0
    adam.step(m_result.alpha, gradient);
    if (m_told) m_told(double(step + 1) / m_job.steps);
  }
  return std::move(m_result);
}

}  // namespace presslab::torch_path

extern "C" {
/// The module's entry of gate training. What it returns and throws is said at trainDuoGates.
__attribute__((visibility("default"))) void presslab_train_duo_gates(const presslab::ModelFile& file, const presslab::DuoGateJob& job,
                                                                     const std::function<void(double)>& told, const std::stop_token& stop,
                                                                     presslab::DuoGateResult& result) {
  using namespace presslab::torch_path;
  TorchBorder::run([&] {
    const c10::InferenceMode off(false);  // gradients are wanted
    result = GateTraining(file, job, told, stop).run();
  });
}
}
