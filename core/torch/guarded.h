// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The border of the LibTorch modules: inference mode inside, no exception of LibTorch outside.
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/engine/backend.h"
#include "core/press/device_layer.h"

namespace presslab::torch_path {

/// Our errors are one line; LibTorch adds advice and traces below the first.
inline std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

/// What a module does at its border: run(fn) returns what fn does, in inference mode, with every foreign error turned into ours.
struct TorchBorder {
  template <class F>
  static auto run(F&& fn) {
    try {
      const c10::InferenceMode mode;
      return fn();
    } catch (const Failure&) {
      throw;
    } catch (const c10::OutOfMemoryError& e) {
      throw Failure(ErrorCode::NoMemory, "device out of memory: " + firstLine(e.what_without_backtrace()));
    } catch (const c10::Error& e) {
      const std::string text = firstLine(e.what_without_backtrace());
      // The host allocator has no exception of its own.
      throw Failure(text.find("can't allocate memory") != std::string::npos ? ErrorCode::NoMemory : ErrorCode::Device, "LibTorch: " + text);
    } catch (const std::bad_alloc&) {
      throw Failure(ErrorCode::NoMemory, "LibTorch: the host has no memory left");
    } catch (const std::exception& e) {
      throw Failure(ErrorCode::Device, "LibTorch: " + firstLine(e.what()));
    }
  }
};

/// A layer on the device, whose members presses call outside the module.
template <class Border>
class GuardedLayer final : public DeviceLayer {
 public:
  void set(DeviceLayer* inner) { m_inner = inner; }
  void keyNormScores() override {
    Border::run([&] { m_inner->keyNormScores(); });
  }
  void keyDiffScores() override {
    Border::run([&] { m_inner->keyDiffScores(); });
  }
  void windowScores(int64_t queries, int pool, bool valueNorm, bool byCount) override {
    Border::run([&] { m_inner->windowScores(queries, pool, valueNorm, byCount); });
  }
  void tovaScores() override {
    Border::run([&] { m_inner->tovaScores(); });
  }
  void observedScores(bool valueNorm) override {
    Border::run([&] { m_inner->observedScores(valueNorm); });
  }
  void expectedScores(const ExpectedAttention& how) override {
    Border::run([&] { m_inner->expectedScores(how); });
  }
  void lagScores(const LagKv& how) override {
    Border::run([&] { m_inner->lagScores(how); });
  }
  void recencyScores(int64_t sinks) override {
    Border::run([&] { m_inner->recencyScores(sinks); });
  }
  void importanceScores(const float* weights) override {
    Border::run([&] { m_inner->importanceScores(weights); });
  }
  void putOnTop(int64_t from, int64_t to) override {
    Border::run([&] { m_inner->putOnTop(from, to); });
  }
  void readScores(float* out) override {
    Border::run([&] { m_inner->readScores(out); });
  }
  std::vector<std::vector<int32_t>> best(std::span<const int32_t> keep) override {
    return Border::run([&] { return m_inner->best(keep); });
  }
  std::vector<std::vector<int32_t>> bestOfLayer(int64_t mean, int64_t safe) override {
    return Border::run([&] { return m_inner->bestOfLayer(mean, safe); });
  }
  void rank(int policy, int policies) override {
    Border::run([&] { m_inner->rank(policy, policies); });
  }
  void mixRanks(int policies, double shared) override {
    Border::run([&] { m_inner->mixRanks(policies, shared); });
  }
  void applyPins(int64_t sinks, int64_t recent) override {
    Border::run([&] { m_inner->applyPins(sinks, recent); });
  }
  void routerLogits(const float* w, const float* c, int experts, float* out) override {
    Border::run([&] { m_inner->routerLogits(w, c, experts, out); });
  }
  DeviceLoad route(int topK, int64_t capacity, std::span<const float> bias) override {
    return Border::run([&] { return m_inner->route(topK, capacity, bias); });
  }
  int mostExperts() const override { return m_inner->mostExperts(); }
  void setGates(std::span<const float> gates) override {
    Border::run([&] { m_inner->setGates(gates); });
  }

 private:
  DeviceLayer* m_inner = nullptr;
};

template <class Border>
class GuardedSequence final : public Sequence {
 public:
  explicit GuardedSequence(std::unique_ptr<Sequence> inner) : m_inner(std::move(inner)) {}
  void beginPrefill(std::span<const int32_t> ids, TraceNeeds needs) override {
    Border::run([&] { m_inner->beginPrefill(ids, needs); });
  }
  void prefillChunk(int layer, int64_t start, int64_t count) override {
    Border::run([&] { m_inner->prefillChunk(layer, start, count); });
  }
  LayerTrace trace(int layer) override {
    LayerTrace t = Border::run([&] { return m_inner->trace(layer); });
    if (t.device) {
      m_layer.set(t.device);
      t.device = &m_layer;
    }
    return t;
  }
  void keep(int layer, const LayerKeep& kept) override {
    Border::run([&] { m_inner->keep(layer, kept); });
  }
  void endPrefill(float* logits) override {
    Border::run([&] { m_inner->endPrefill(logits); });
  }
  void chunkLogits(int64_t start, int64_t count, float* out) override {
    Border::run([&] { m_inner->chunkLogits(start, count, out); });
  }
  void decode(int32_t id, float* logits, const AttentionTap& tap) override {
    Border::run([&] { m_inner->decode(id, logits, tap); });
  }
  int64_t position() const override { return m_inner->position(); }
  CacheBytes bytes() const override { return m_inner->bytes(); }
  int64_t headBytes(int layer, int head) const override { return m_inner->headBytes(layer, head); }
  int64_t headLength(int layer, int head) const override { return m_inner->headLength(layer, head); }
  std::vector<int32_t> positions(int layer, int head) const override { return m_inner->positions(layer, head); }
  std::unique_ptr<Sequence> clone() const override {
    return Border::run([&] { return std::unique_ptr<Sequence>(std::make_unique<GuardedSequence<Border>>(m_inner->clone())); });
  }
  void reserve(int64_t newTokens) override {
    Border::run([&] { m_inner->reserve(newTokens); });
  }

 private:
  std::unique_ptr<Sequence> m_inner;
  GuardedLayer<Border> m_layer;
};

template <class Border>
class GuardedBackend final : public Backend {
 public:
  explicit GuardedBackend(std::unique_ptr<Backend> inner) : m_inner(std::move(inner)) {}
  const ModelConfig& config() const override { return m_inner->config(); }
  HeadShape shape() const override { return m_inner->shape(); }
  std::string name() const override { return m_inner->name(); }
  int threads() const override { return m_inner->threads(); }
  int64_t weightBytes() const override { return m_inner->weightBytes(); }
  KvType kvType() const override { return m_inner->kvType(); }
  double measureBandwidth() override {
    return Border::run([&] { return m_inner->measureBandwidth(); });
  }
  std::unique_ptr<Sequence> newSequence() override {
    return Border::run([&] { return std::unique_ptr<Sequence>(std::make_unique<GuardedSequence<Border>>(m_inner->newSequence())); });
  }
  std::vector<float> outputProjection(int layer) override {
    return Border::run([&] { return m_inner->outputProjection(layer); });
  }
  DeviceMemory deviceMemory() const override {
    return Border::run([&] { return m_inner->deviceMemory(); });
  }
  void resetDevicePeak() override {
    Border::run([&] { m_inner->resetDevicePeak(); });
  }
  std::string libraryVersion() const override { return m_inner->libraryVersion(); }

 private:
  std::unique_ptr<Backend> m_inner;
};

}  // namespace presslab::torch_path
