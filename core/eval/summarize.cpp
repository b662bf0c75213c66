// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Samples to rows: means, paired intervals, and what is left out because the uncompressed model fails at it.
#include <algorithm>
#include <cmath>
#include <map>

#include "core/compare/statistics.h"
#include "core/eval/bootstrap.h"
#include "core/eval/grid_methods.h"
#include "core/eval/task.h"

namespace presslab {
namespace {

constexpr double kPasses = .5;  // mean score of the uncompressed model from which on a task says something
constexpr int kBlock = 8;       // positions drawn together: neighbours depend on each other
constexpr double kNone = NAN;

/// Samples of a cell with the baseline's sample of the same instance (null: none).
struct Cell {
  std::string task, method;
  int length = 0;
  double ratio = 0;
  std::vector<const EvalSample*> samples, base;
  int failed = 0;
  std::string error;
};

double pplOf(double nll, double count) { return count > 0 ? std::exp(nll / count) : kNone; }

double meanScore(const std::vector<const EvalSample*>& samples) {
  double sum = 0;
  for (const EvalSample* s : samples) sum += s->score;
  return samples.empty() ? kNone : sum / double(samples.size());
}

/// Means over blocks of positions, the units of divergence.
std::vector<std::pair<double, int>> kldBlocks(const std::vector<const EvalSample*>& samples) {
  std::vector<std::pair<double, int>> blocks;
  for (const EvalSample* s : samples)
    for (size_t i = 0; i < s->kld.size(); i += kBlock) {
      double sum = 0;
      const size_t end = std::min(i + kBlock, s->kld.size());
      for (size_t p = i; p < end; ++p) sum += s->kld[p];
      blocks.emplace_back(sum, int(end - i));
    }
  return blocks;
}

void addDivergence(EvalRow& row, const std::vector<const EvalSample*>& samples) {
  std::vector<double> kld;
  double agree = 0, sum = 0;
  for (const EvalSample* s : samples) {
    kld.insert(kld.end(), s->kld.begin(), s->kld.end());
    for (const uint8_t a : s->agree) agree += a;
  }
  if (kld.empty()) return;
  for (const double k : kld) sum += k;
  row.kldMean = sum / double(kld.size());
  row.kldP99 = quantile(kld, .99);
  row.top1Agree = agree / double(kld.size());
}

void addScore(EvalRow& row, const Cell& cell, uint64_t seed) {
  row.score = meanScore(cell.samples);
  row.baseline = meanScore(cell.base);
  row.delta = row.score - row.baseline;
  const auto over = [&](bool paired) {
    return bootstrap(cell.samples.size(), seed, [&](std::span<const size_t> picks) {
      double sum = 0;
      for (const size_t p : picks) sum += cell.samples[p]->score - (paired ? cell.base[p]->score : 0);
      return sum / double(picks.size());
    });
  };
  const Interval own = over(false), paired = over(true);
  row.lo = own.lo;
  row.hi = own.hi;
  row.deltaLo = paired.lo;
  row.deltaHi = paired.hi;
}

void addPerplexity(EvalRow& row, const Cell& cell, uint64_t seed) {
  const auto ppl = [](const std::vector<const EvalSample*>& samples, std::span<const size_t> picks) {
    double nll = 0, count = 0;
    for (const size_t p : picks) {
      nll += samples[p]->nll;
      count += samples[p]->nllCount;
    }
    return pplOf(nll, count);
  };
  std::vector<size_t> all(cell.samples.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  row.ppl = ppl(cell.samples, all);
  const double base = ppl(cell.base, all);
  if (row.task != "ppl") return;
  row.baseline = base;
  row.delta = row.ppl - base;
  const Interval own = bootstrap(all.size(), seed, [&](std::span<const size_t> picks) { return ppl(cell.samples, picks); });
  const Interval paired =
      bootstrap(all.size(), seed, [&](std::span<const size_t> picks) { return ppl(cell.samples, picks) - ppl(cell.base, picks); });
  row.lo = own.lo;
  row.hi = own.hi;
  row.deltaLo = paired.lo;
  row.deltaHi = paired.hi;
}

EvalRow emptyRow() {
  EvalRow row;
  for (double* x : {&row.ppl, &row.kldMean, &row.kldP99, &row.top1Agree, &row.score, &row.attentionKept, &row.lo, &row.hi, &row.delta, &row.deltaLo,
                    &row.deltaHi, &row.baseline, &row.ratioMeasured})
    *x = kNone;
  return row;
}

EvalRow rowOf(const Cell& cell, uint64_t seed) {
  EvalRow row = emptyRow();
  row.task = cell.task;
  row.family = std::string(findTask(cell.task).info.family);
  row.method = cell.method;
  row.press = pressOf(cell.method);
  row.length = cell.length;
  row.ratio = cell.ratio;
  row.samples = int(cell.samples.size());
  row.failed = cell.failed;
  row.note = cell.error;
  if (cell.samples.empty()) return row;
  double attention = 0, measured = 0, bytes = 0, full = 0;
  for (const EvalSample* s : cell.samples) {
    attention += s->attentionKept;
    measured += s->ratioMeasured;
    bytes += double(s->kvBytes);
    full += double(s->kvBytesFull);
  }
  const auto n = double(cell.samples.size());
  row.ratioMeasured = measured / n;
  row.kvBytes = int64_t(std::llround(bytes / n));
  row.kvBytesFull = int64_t(std::llround(full / n));
  if (attention >= 0) row.attentionKept = attention / n;
  addDivergence(row, cell.samples);
  if (cell.samples[0]->score >= 0) {
    addScore(row, cell, seed);
  } else if (cell.task == "kld") {
    const std::vector<std::pair<double, int>> blocks = kldBlocks(cell.samples);
    const Interval i = bootstrap(blocks.size(), seed, [&](std::span<const size_t> picks) {
      double sum = 0, count = 0;
      for (const size_t p : picks) {
        sum += blocks[p].first;
        count += blocks[p].second;
      }
      return sum / count;
    });
    row.lo = i.lo;
    row.hi = i.hi;
    row.baseline = 0;
    row.delta = row.kldMean;  // the baseline's is 0, so the interval of the difference is the same
    row.deltaLo = i.lo;
    row.deltaHi = i.hi;
  }
  if (cell.samples[0]->nllCount > 0) addPerplexity(row, cell, seed);
  return row;
}

/// Cells in the order in which their first samples stand in the task table, then by length and as the grid ran.
std::vector<Cell> cellsOf(const std::vector<EvalSample>& samples) {
  std::map<std::pair<std::string, std::pair<int, int>>, const EvalSample*> base;
  for (const EvalSample& s : samples)
    if (s.method == "none" && s.error.empty()) base[{s.task, {s.length, s.instance}}] = &s;
  std::vector<const EvalSample*> ordered;
  for (const EvalSample& s : samples) ordered.push_back(&s);
  std::stable_sort(ordered.begin(), ordered.end(), [](const EvalSample* a, const EvalSample* b) { return a->instance < b->instance; });
  std::vector<Cell> cells;
  for (const EvalSample* s : ordered) {
    auto cell =
        std::find_if(cells.begin(), cells.end(), [&](const Cell& c) { return c.task == s->task && c.length == s->length && c.method == s->method; });
    if (cell == cells.end()) cell = cells.insert(cells.end(), Cell{s->task, s->method, s->length, s->ratio, {}, {}, 0, {}});
    const auto b = base.find({s->task, {s->length, s->instance}});
    if (!s->error.empty() || b == base.end()) {
      ++cell->failed;
      if (cell->error.empty()) cell->error = s->error.empty() ? "no uncompressed run of the same instance" : s->error;
      continue;
    }
    cell->samples.push_back(s);
    cell->base.push_back(b->second);
  }
  const auto place = [](const Cell& c) {
    const std::span<const EvalTaskInfo> table = evalTaskTable();
    return std::find_if(table.begin(), table.end(), [&](const EvalTaskInfo& t) { return t.id == c.task; }) - table.begin();
  };
  std::stable_sort(cells.begin(), cells.end(),
                   [&](const Cell& a, const Cell& b) { return place(a) != place(b) ? place(a) < place(b) : a.length < b.length; });
  return cells;
}

/// Mean scores of counted cells of one method and length, each task weighing the same; intervals draw instances within tasks.
EvalRow meanRow(const std::string& name, const std::vector<const Cell*>& cells, const std::vector<const EvalRow*>& rows, uint64_t seed) {
  EvalRow row = emptyRow();
  row.task = row.family = name;
  row.method = rows[0]->method;
  row.press = rows[0]->press;
  row.length = rows[0]->length;
  row.ratio = rows[0]->ratio;
  row.score = row.baseline = row.ratioMeasured = 0;
  double bytes = 0, full = 0;
  std::vector<std::vector<size_t>> units;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto n = double(rows.size());
    row.score += rows[i]->score / n;
    row.baseline += rows[i]->baseline / n;
    row.ratioMeasured += rows[i]->ratioMeasured / n;
    bytes += double(rows[i]->kvBytes) / n;
    full += double(rows[i]->kvBytesFull) / n;
    row.samples += rows[i]->samples;
    row.failed += rows[i]->failed;
  }
  row.kvBytes = int64_t(std::llround(bytes));
  row.kvBytesFull = int64_t(std::llround(full));
  row.delta = row.score - row.baseline;
  row.note = "mean of " + std::to_string(rows.size()) + (rows.size() == 1 ? " task" : " tasks");
  size_t most = 0;
  for (const Cell* c : cells) most = std::max(most, c->samples.size());
  // One list of draws serves all tasks: draw k of a task with n samples is k modulo n.
  const auto over = [&](bool paired) {
    return bootstrap(most, seed, [&](std::span<const size_t> picks) {
      double mean = 0;
      for (size_t t = 0; t < cells.size(); ++t) {
        const Cell& c = *cells[t];
        double sum = 0;
        for (size_t i = 0; i < c.samples.size(); ++i) {
          const size_t p = (picks[(i + t) % picks.size()] + t) % c.samples.size();
          sum += c.samples[p]->score - (paired ? c.base[p]->score : 0);
        }
        mean += sum / double(c.samples.size()) / double(cells.size());
      }
      return mean;
    });
  };
  const Interval own = over(false), paired = over(true);
  row.lo = own.lo;
  row.hi = own.hi;
  row.deltaLo = paired.lo;
  row.deltaHi = paired.hi;
  return row;
}

void addMeans(std::vector<EvalRow>& rows, const std::vector<Cell>& cells, const std::string& name, const std::string& family, uint64_t seed) {
  std::vector<EvalRow> made;
  const size_t count = cells.size();
  std::vector<uint8_t> done(count, 0);
  for (size_t i = 0; i < count; ++i) {
    std::vector<const Cell*> same;
    std::vector<const EvalRow*> sameRows;
    for (size_t k = i; k < count; ++k) {
      if (done[k] || rows[k].method != rows[i].method || rows[k].length != rows[i].length) continue;
      if (std::isnan(rows[k].score) || (!family.empty() && rows[k].family != family)) continue;
      done[k] = 1;
      if (!rows[k].counted || cells[k].samples.empty()) continue;
      same.push_back(&cells[k]);
      sameRows.push_back(&rows[k]);
    }
    if (!same.empty()) made.push_back(meanRow(name, same, sameRows, seed));
  }
  rows.insert(rows.end(), made.begin(), made.end());
}

}  // namespace

std::vector<EvalRow> summarizeEval(const std::vector<EvalSample>& samples, uint64_t seed) {
  const std::vector<Cell> cells = cellsOf(samples);
  std::vector<EvalRow> rows;
  for (const Cell& c : cells) rows.push_back(rowOf(c, seed));
  size_t scored = 0, needles = 0;
  std::string lastTask;
  for (EvalRow& row : rows) {
    if (std::isnan(row.score)) continue;
    const auto base =
        std::find_if(rows.begin(), rows.end(), [&](const EvalRow& r) { return r.method == "none" && r.task == row.task && r.length == row.length; });
    if (base != rows.end() && base->score < kPasses) {
      row.counted = false;
      row.note = "left out of means: the uncompressed model scores " + std::to_string(int(std::lround(100 * base->score))) + " %";
    }
    if (row.task != lastTask) {
      ++scored;
      needles += row.family == "niah" ? 1 : 0;
      lastTask = row.task;
    }
  }
  if (needles > 1) addMeans(rows, cells, "niah", "niah", seed);
  if (scored > 1) addMeans(rows, cells, "mean", {}, seed);
  return rows;
}

}  // namespace presslab
