// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The token loop neither allocates nor locks: this program stands in front of malloc and its kin, of mmap and of the mutex, and counts.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>

#include <QTest>
#include <atomic>
#include <cstdarg>
#include <memory>
#include <mutex>

#include "core/engine/backend.h"
#include "core/engine/cpu_backend.h"
#include "core/engine/session.h"
#include "tests/core/engine/tiny_model.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
constexpr bool kCounting = false;  // the sanitizers stand there themselves
#else
constexpr bool kCounting = true;
#endif

namespace {

std::atomic<bool> armed{false};
std::atomic<int> allocations{0}, locks{0}, mappings{0};

void count(std::atomic<int>& what) {
  if (armed.load(std::memory_order_relaxed)) what.fetch_add(1, std::memory_order_relaxed);
}

struct Counts {
  int allocations, locks, mappings;
};

/// What `work` does, on all threads.
template <class F>
Counts counted(F&& work) {
  allocations = locks = mappings = 0;
  armed = true;
  work();
  armed = false;
  return {allocations, locks, mappings};
}

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t n) {
  count(allocations);
  return __libc_malloc(n);
}
void* calloc(size_t n, size_t each) {
  count(allocations);
  return __libc_calloc(n, each);
}
void* realloc(void* p, size_t n) {
  count(allocations);
  return __libc_realloc(p, n);
}
void* aligned_alloc(size_t alignment, size_t n) {
  count(allocations);
  return __libc_memalign(alignment, n);
}
int posix_memalign(void** out, size_t alignment, size_t n) {
  count(allocations);
  *out = __libc_memalign(alignment, n);
  return *out ? 0 : ENOMEM;
}
void* mmap(void* at, size_t n, int protection, int flags, int file, off_t offset) noexcept {
  static auto* const real = reinterpret_cast<void* (*)(void*, size_t, int, int, int, off_t)>(dlsym(RTLD_NEXT, "mmap"));
  count(mappings);
  return real(at, n, protection, flags, file, offset);
}
int pthread_mutex_lock(pthread_mutex_t* m) noexcept {
  static auto* const real = reinterpret_cast<int (*)(pthread_mutex_t*)>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  count(locks);
  return real(m);
}
}
#endif

using namespace presslab;

class TestTokenLoop : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    if (!kCounting) QSKIP("no counters under a sanitizer");
    // The counters themselves can count.
    const Counts seen = counted([] {
      std::vector<char> some(100);
      some.front() = 1;
      QCOMPARE(some.front() + some.back(), 1);
      std::mutex mutex;
      const std::lock_guard lock(mutex);
      void* page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      munmap(page, 4096);
    });
    QCOMPARE(seen.allocations, 1);
    QCOMPARE(seen.locks, 1);
    QCOMPARE(seen.mappings, 1);
  }

  void tokensNeitherAllocateNorLock_data() {
    QTest::addColumn<int>("kv");
    QTest::addColumn<bool>("streaming");
    for (const KvType kv : {KvType::F32, KvType::F16, KvType::BF16}) {
      QTest::addRow("%s", kvTypeName(kv)) << int(kv) << false;
      QTest::addRow("%s, streaming heads", kvTypeName(kv)) << int(kv) << true;
    }
  }
  void tokensNeitherAllocateNorLock() {
    QFETCH(int, kv);
    QFETCH(bool, streaming);
    const test::TinyModel model(7);
    ModelSpec spec;
    spec.threads = 2;
    spec.kvType = KvType(kv);
    CpuBackend backend(model, spec, {}, {});
    const auto sequence = backend.newSequence();
    std::vector<int32_t> ids(120);
    for (size_t i = 0; i < ids.size(); ++i) ids[i] = int32_t(i * 7 % 96);
    sequence->beginPrefill(ids, {});
    for (int l = 0; l < backend.config().layers; ++l) {
      sequence->prefillChunk(l, 0, int64_t(ids.size()));
      if (streaming) sequence->keep(l, streamingHeads());
    }
    std::vector<float> logits(size_t(backend.config().vocab));
    sequence->endPrefill(logits.data());
    constexpr int kTokens = 270;  // a ring of 24 turns; full heads pass 256 slots, where attention gets another part
    sequence->reserve(kTokens + 2);
    Sampler sampler({}, backend.config().vocab);
    int32_t id = sampler.pick(logits);
    sequence->decode(id, logits.data(), {});  // scratch of the caller stands after the first
    const Counts seen = counted([&] {
      for (int i = 0; i < kTokens; ++i) {
        sequence->decode(id, logits.data(), {});
        id = sampler.pick(logits);
      }
    });
    QCOMPARE(seen.allocations, 0);
    QCOMPARE(seen.locks, 0);
    QCOMPARE(seen.mappings, 0);
  }

 private:
  /// Head 0 keeps every other token, head 1 is a ring of 4 first and 20 last ones.
  static LayerKeep streamingHeads() {
    LayerKeep keep;
    keep.heads.resize(2);
    for (int32_t p = 0; p < 120; p += 2) keep.heads[0].positions.push_back(p);
    for (int32_t p = 0; p < 120; ++p)
      if (p < 4 || p >= 100) keep.heads[1].positions.push_back(p);
    keep.heads[1].ring = true;
    keep.heads[1].sink = 4;
    keep.heads[1].recent = 20;
    return keep;
  }
};

QTEST_APPLESS_MAIN(TestTokenLoop)
#include "tst_token_loop.moc"
