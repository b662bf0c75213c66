// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What happens to a chunk's rows between its products, against double precision.
#include <QTest>

#include "kernels/cuda/prefill_kernels.h"
#include "tests/kernels/cuda/cuda_kernel_test.h"
#include "tests/kernels/cuda/decode_test.h"

using namespace presslab;
using namespace presslab::cuda;
using presslab::kernels::randomFloats;

namespace {

constexpr Type kElems[] = {Type::F32, Type::F16, Type::BF16};

/// x as an element type holds it.
std::vector<float> rounded(Type type, const std::vector<float>& x) { return Stored(type, x).values(); }

double tolerance(Type out) { return out == Type::F32 ? 3e-6 : out == Type::F16 ? 2e-3 : 1.6e-2; }

/// Both within `error` of each other, relative where they are above 1.
bool close(const std::vector<float>& a, const std::vector<double>& b, double error) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < b.size(); ++i) {
    if (!(std::fabs(a[i] - b[i]) <= error * std::max(1., std::fabs(b[i])))) return false;
  }
  return true;
}

struct HostNorm {
  std::vector<float> weight, bias;
  float eps = 1e-5f;
  bool centred = false;
  DeviceNorm device() const { return {weight.empty() ? nullptr : weight.data(), bias.empty() ? nullptr : bias.data(), eps, centred}; }
  void apply(double* x, size_t n) const {
    if (weight.empty()) return;
    double mean = 0, squares = 0;
    for (size_t i = 0; centred && i < n; ++i) mean += x[i] / double(n);
    for (size_t i = 0; i < n; ++i) squares += (x[i] - mean) * (x[i] - mean) / double(n);
    for (size_t i = 0; i < n; ++i) x[i] = (x[i] - mean) / std::sqrt(squares + eps) * weight[i] + (bias.empty() ? 0 : bias[i]);
  }
};

struct NormCase {
  int n, hidden;
  bool delta, post, bias, out, record;
  Type type;
};

void checkNorm(const NormCase& c) {
  const QString what =
      QString("%1 x %2, delta %3, post %4, bias %5, out %6").arg(c.n).arg(c.hidden).arg(c.delta).arg(c.post).arg(c.bias).arg(nameOf(c.type));
  const size_t count = size_t(c.n) * size_t(c.hidden), width = size_t(c.hidden);
  const std::vector<float> x = randomFloats(count, 1, 3), delta = randomFloats(count, 2);
  HostNorm norm{randomFloats(width, 3), {}, 1e-5f, c.bias}, post;
  if (c.bias) norm.bias = randomFloats(width, 4);
  if (c.post) post.weight = randomFloats(width, 5);
  std::vector<double> sum(x.begin(), x.end()), normed;
  if (c.delta) {
    std::vector<double> added(delta.begin(), delta.end());
    for (int i = 0; i < c.n; ++i) post.apply(added.data() + size_t(i) * width, width);
    for (size_t i = 0; i < count; ++i) sum[i] += added[i];
  }
  normed = sum;
  for (int i = 0; i < c.n; ++i) norm.apply(normed.data() + size_t(i) * width, width);
  inEveryOrder([&] {
    std::vector<float> updated = x, record = nans(count);
    Stored out(c.type, nans(count));
    int32_t bad = 99;
    NormRowsArgs a{};
    a.x = updated.data();
    a.delta = c.delta ? delta.data() : nullptr;
    a.post = post.device(), a.norm = norm.device();
    a.outType = c.type;
    a.out = c.out ? out.data() : nullptr;
    a.record = c.record ? record.data() : nullptr;
    a.n = c.n, a.hidden = c.hidden, a.bad = &bad;
    normRows(a, nullptr);
    QVERIFY2(close(updated, sum, 3e-6), qPrintable(what + ": x"));
    QCOMPARE(bad, 99);
    if (c.out) QVERIFY2(close(out.values(), normed, tolerance(c.type)), qPrintable(what + ": out"));
    if (c.record) QVERIFY2(close(record, normed, 3e-6), qPrintable(what + ": record"));
  });
}

double activated(Act act, double x) {
  if (act == Act::Silu) return x / (1 + std::exp(-x));
  if (act == Act::GeluTanh) return .5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + .044715 * x * x * x)));
  return .5 * x * std::erfc(-x / std::sqrt(2.));
}

struct ProjectCase {
  int heads, kvHeads, headDim, ropeDim, n, start;
  bool bias, norms, record;
  Type elem;
};

/// Rows of one kind of head as they should come out; `plain`: before the rotation.
std::vector<double> projected(const std::vector<float>& rows, const std::vector<float>& bias, const std::vector<float>& weight, const ProjectCase& c,
                              const std::vector<float>& cos, const std::vector<float>& sin, bool turned, std::vector<double>* plain = nullptr) {
  std::vector<double> out(rows.begin(), rows.end());
  const size_t d = size_t(c.headDim), width = rows.size() / size_t(c.n), half = size_t(c.ropeDim / 2);
  HostNorm norm;
  norm.weight = weight;
  for (size_t i = 0; i < out.size(); ++i) out[i] += bias.empty() ? 0 : bias[i % width];
  for (size_t at = 0; at < out.size(); at += d) norm.apply(out.data() + at, d);
  if (plain) *plain = out;
  for (size_t at = 0; turned && at < out.size(); at += d) {
    const size_t row = (size_t(c.start) + at / width) * half;
    for (size_t i = 0; i < half; ++i) {
      const double x = out[at + i], y = out[at + i + half];
      out[at + i] = x * cos[row + i] - y * sin[row + i];
      out[at + i + half] = y * cos[row + i] + x * sin[row + i];
    }
  }
  return out;
}

void checkProject(const ProjectCase& c) {
  const QString what = QString("%1/%2 heads of %3, rope %4, %5 + %6 rows, %7")
                           .arg(c.heads)
                           .arg(c.kvHeads)
                           .arg(c.headDim)
                           .arg(c.ropeDim)
                           .arg(c.start)
                           .arg(c.n)
                           .arg(nameOf(c.elem));
  const size_t d = size_t(c.headDim), n = size_t(c.n), qWidth = size_t(c.heads) * d, kvWidth = size_t(c.kvHeads) * d, last = size_t(c.start + c.n);
  const std::vector<float> q0 = randomFloats(n * qWidth, 1), k0 = randomFloats(n * kvWidth, 2), v0 = randomFloats(n * kvWidth, 3);
  const std::vector<float> none, qBias = c.bias ? randomFloats(qWidth, 4) : none, kBias = c.bias ? randomFloats(kvWidth, 5) : none,
                                 vBias = c.bias ? randomFloats(kvWidth, 6) : none, qWeight = c.norms ? randomFloats(d, 7) : none,
                                 kWeight = c.norms ? randomFloats(d, 8) : none;
  std::vector<float> cos(last * size_t(c.ropeDim / 2)), sin(cos.size());
  for (size_t i = 0; i < cos.size(); ++i) cos[i] = float(std::cos(.37 * double(i))), sin[i] = float(std::sin(.37 * double(i)));
  std::vector<double> plain;
  const std::vector<double> q = projected(q0, qBias, qWeight, c, cos, sin, c.ropeDim > 0, &plain),
                            k = projected(k0, kBias, kWeight, c, cos, sin, c.ropeDim > 0), v = projected(v0, vBias, none, c, cos, sin, false);
  inEveryOrder([&] {
    std::vector<float> qRows = q0, kRows = k0, vRows = v0, record = nans(q0.size());
    std::vector<Stored> keys, values;
    for (int h = 0; h < c.kvHeads; ++h) {
      keys.emplace_back(c.elem, std::vector<float>((last + 1) * d, -5.f));
      values.emplace_back(c.elem, std::vector<float>((last + 1) * d, -6.f));
    }
    std::vector<HeadState> heads(size_t(c.kvHeads));
    for (size_t h = 0; h < heads.size(); ++h) heads[h].k = keys[h].data(), heads[h].v = values[h].data();
    const auto pointer = [](const std::vector<float>& x) { return x.empty() ? nullptr : x.data(); };
    ProjectRowsArgs a{};
    a.q = qRows.data(), a.k = kRows.data(), a.v = vRows.data();
    a.qBias = pointer(qBias), a.kBias = pointer(kBias), a.vBias = pointer(vBias);
    a.qNorm = {pointer(qWeight), nullptr, 1e-5f, false}, a.kNorm = {pointer(kWeight), nullptr, 1e-5f, false};
    a.cos = pointer(cos), a.sin = pointer(sin);
    a.ropeDim = c.ropeDim, a.heads = c.heads, a.kvHeads = c.kvHeads, a.headDim = c.headDim, a.n = c.n, a.start = c.start;
    a.record = c.record ? record.data() : nullptr;
    a.cache = heads.data();
    a.elem = c.elem;
    projectRows(a, nullptr);
    QVERIFY2(close(qRows, q, 3e-6), qPrintable(what + ": q"));
    if (c.record) QVERIFY2(close(record, plain, 3e-6), qPrintable(what + ": record"));
    for (size_t h = 0; h < heads.size(); ++h) {
      const std::vector<float> gotK = keys[h].values(), gotV = values[h].values();
      for (size_t i = 0; i < gotK.size(); ++i) {
        const size_t row = i / d, at = (row - size_t(c.start)) * kvWidth + h * d + i % d;
        const bool mine = row >= size_t(c.start) && row < last;  // neighbours stay as they were
        const double wantK = mine ? k[at] : -5, wantV = mine ? v[at] : -6, error = tolerance(c.elem);
        QVERIFY2(std::fabs(gotK[i] - wantK) <= error * std::max(1., std::fabs(wantK)), qPrintable(what + ": k"));
        QVERIFY2(std::fabs(gotV[i] - wantV) <= error * std::max(1., std::fabs(wantV)), qPrintable(what + ": v"));
      }
    }
  });
}

}  // namespace

class TestCudaPrefill : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Every type gives the CPU's own values, bit for bit, in each type that a product may want.
  void dequantisedRows() {
    for (const BlockForm& form : blockForms()) {
      for (const bool exact : {true, false}) {
        const int rows = 5, cols = form.values == 1 ? 37 : 256 * 3;
        const TestMatrix m(form.type, rows, cols, exact, 3);
        for (const Type out : kElems) {
          const std::vector<float> part(m.values.begin() + 2 * cols, m.values.begin() + 4 * cols);
          inEveryOrder([&] {
            Stored to(out, nans(part.size()));
            dequantise(m.matrix, 2, 2, out, to.data(), nullptr);
            QVERIFY2(to.values() == rounded(out, part), qPrintable(QString("%1 to %2, exact %3").arg(form.name, nameOf(out)).arg(exact)));
          });
        }
      }
    }
  }

  void embeddings() {
    const int hidden = 256, start = 3;
    const std::vector<int32_t> ids = {6, 0, 6, 2, 5};
    for (const BlockForm& form : blockForms()) {
      const TestMatrix m(form.type, 7, hidden, true, 4);
      for (const bool learned : {false, true}) {
        const std::vector<float> positions = randomFloats(size_t(start + 5) * hidden, 9);
        std::vector<double> want;
        for (size_t i = 0; i < ids.size(); ++i)
          for (int c = 0; c < hidden; ++c)
            want.push_back(double(m.values[size_t(ids[i] * hidden + c)]) * 1.5 + (learned ? positions[(size_t(start) + i) * hidden + size_t(c)] : 0));
        std::vector<float> x = nans(want.size());
        embedRows(ids.data(), int(ids.size()), start, m.matrix, 1.5f, learned ? positions.data() : nullptr, x.data(), nullptr);
        QVERIFY2(close(x, want, 1e-6), form.name);
      }
    }
  }

  void norms() {
    for (const Type type : kElems) {
      for (const int hidden : {1, 31, 64, 576, 1000}) {
        for (int kind = 0; kind < 16; ++kind)
          checkNorm({1 + hidden % 4, hidden, (kind & 1) != 0, (kind & 3) == 3, (kind & 4) != 0, true, (kind & 8) != 0, type});
      }
    }
    checkNorm({3, 577, true, true, false, false, false, Type::F32});    // x alone is brought up to date
    checkNorm({2, 20000, true, false, false, true, false, Type::F16});  // more shared memory than comes unasked
  }

  /// The first row with a value that is not finite is told, also where only x is brought up to date.
  void notFinite() {
    for (const float poison : {float(NAN), float(INFINITY)}) {
      const int n = 6, hidden = 70;
      std::vector<float> x = randomFloats(size_t(n * hidden), 1), delta = randomFloats(size_t(n * hidden), 2);
      x[size_t(4 * hidden + 9)] = poison;
      delta[size_t(2 * hidden + 69)] = poison;
      inEveryOrder([&] {
        std::vector<float> updated = x;
        int32_t bad = std::numeric_limits<int32_t>::max();
        NormRowsArgs a{};
        a.x = updated.data(), a.delta = delta.data(), a.n = n, a.hidden = hidden, a.bad = &bad;
        normRows(a, nullptr);
        QCOMPARE(bad, 2);
      });
    }
  }

  void activations() {
    for (const Act act : {Act::Silu, Act::GeluTanh, Act::Gelu}) {
      for (const Type type : kElems) {
        for (int kind = 0; kind < 4; ++kind) {
          const int n = 3, width = 123;
          const bool up = (kind & 1) != 0, bias = (kind & 2) != 0;
          const std::vector<float> g = randomFloats(size_t(n * width), 1, 3), u = randomFloats(size_t(n * width), 2),
                                   gBias = randomFloats(size_t(width), 3), uBias = randomFloats(size_t(width), 4);
          std::vector<double> want;
          for (size_t i = 0; i < g.size(); ++i) {
            const size_t c = i % size_t(width);
            const double y = activated(act, double(g[i]) + (bias ? gBias[c] : 0));
            want.push_back(up ? y * (double(u[i]) + (bias ? uBias[c] : 0)) : y);
          }
          Stored out(type, nans(want.size()));
          activateRows(g.data(), bias ? gBias.data() : nullptr, up ? u.data() : nullptr, bias ? uBias.data() : nullptr, act, n, width, type,
                       out.data(), nullptr);
          QVERIFY(close(out.values(), want, tolerance(type)));
        }
      }
    }
  }

  void biases() {
    const int n = 5, width = 77;
    const std::vector<float> x = randomFloats(size_t(n * width), 1), bias = randomFloats(size_t(width), 2);
    std::vector<float> rows = x;
    addBias(rows.data(), bias.data(), n, width, nullptr);
    for (size_t i = 0; i < rows.size(); ++i) QCOMPARE(rows[i], x[i] + bias[i % size_t(width)]);
  }

  /// Rotation of a part of the head or none, biases, norms by head, rows in the middle of the cache.
  void projections() {
    for (const Type elem : kElems) {
      for (int kind = 0; kind < 8; ++kind) {
        const bool bias = (kind & 1) != 0, norms = (kind & 2) != 0, record = (kind & 4) != 0;
        checkProject({6, 2, 64, 64, 7, 11, bias, norms, record, elem});
        checkProject({3, 3, 80, 32, 5, 0, bias, norms, record, elem});
        checkProject({4, 1, 24, 0, 3, 2, bias, norms, record, elem});
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestCudaPrefill)
#include "tst_cuda_prefill.moc"
