// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/cuda_emulator/cuda_emulator.h"

#include <sys/mman.h>
#include <ucontext.h>

#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

uint3 threadIdx{}, blockIdx{};
dim3 blockDim, gridDim;

namespace presslab::cuda_emulator {
namespace {

constexpr size_t kStackBytes = size_t{256} << 10;    // touched lazily
constexpr int64_t kMostShared = int64_t{227} << 10;  // of a block on sm_90
constexpr int kMostThreads = 1024;
constexpr int kLanes = 32;

enum class State { Ready, AtBlockBarrier, AtWarpExchange, Done };

#if defined(__x86_64__)
// Callee-saved registers on the old stack, then the new stack: some nanoseconds, where swapcontext asks the kernel for the signal mask.
extern "C" void presslab_switch_stack(void** saved, void* next);
asm(R"(
.text
.globl presslab_switch_stack
.type presslab_switch_stack,@function
presslab_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size presslab_switch_stack,.-presslab_switch_stack
)");
#endif

struct Fiber {
  unsigned char* stack = nullptr;
  State state = State::Ready;
  uint3 index{};
  unsigned mask = 0;  // of the exchange that it waits in
  unsigned char given[kMostExchanged];
  int givenBytes = 0;
  bool predicate = false;
#if defined(__x86_64__)
  void* sp = nullptr;
#else
  ucontext_t context;
#endif
};

struct Machine {
  std::mutex busy;
  std::vector<Fiber> fibers;
  int threads = 0, running = -1, released = 0;
  int64_t waits = 0;  // calls of noteWait() in this launch
  const std::function<void()>* kernel = nullptr;
  std::vector<unsigned char> exchanged;  // (warps, 32, kMostExchanged)
  std::unique_ptr<unsigned char[]> shared{new (std::align_val_t(128)) unsigned char[size_t(kMostShared)]};
  Order order = Order::Forward;
  int64_t launches = 0;
  std::vector<std::function<void()>>* capturing = nullptr;
  std::mt19937 random{7};
#if defined(__x86_64__)
  void* schedulerSp = nullptr;
#else
  ucontext_t scheduler;
#endif
};

Machine& machine() {
  static Machine& m = *new Machine;  // outlives everything that may still launch
  return m;
}

void toScheduler(Fiber& f) {
#if defined(__x86_64__)
  presslab_switch_stack(&f.sp, machine().schedulerSp);
#else
  swapcontext(&f.context, &machine().scheduler);
#endif
}

void fiberMain() {
  Machine& m = machine();
  (*m.kernel)();
  Fiber& f = m.fibers[size_t(m.running)];
  f.state = State::Done;
  toScheduler(f);
}

void prepare(Fiber& f) {
  if (!f.stack) {
    void* p = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) throw std::logic_error("cuda emulator: no memory for a stack");
    f.stack = static_cast<unsigned char*>(p);
  }
  f.state = State::Ready;
#if defined(__x86_64__)
  void** top = reinterpret_cast<void**>(f.stack + kStackBytes - 64);
  *--top = nullptr;  // where a return address would stand; keeps the alignment that a call has
  *--top = reinterpret_cast<void*>(&fiberMain);
  top -= 6;
  std::fill_n(top, 6, nullptr);
  f.sp = top;
#else
  getcontext(&f.context);
  f.context.uc_stack.ss_sp = f.stack;
  f.context.uc_stack.ss_size = kStackBytes;
  f.context.uc_link = nullptr;
  makecontext(&f.context, fiberMain, 0);
#endif
}

void resume(Machine& m, int t) {
  Fiber& f = m.fibers[size_t(t)];
  m.running = t;
  threadIdx = f.index;
#if defined(__x86_64__)
  presslab_switch_stack(&m.schedulerSp, f.sp);
#else
  swapcontext(&m.scheduler, &f.context);
#endif
}

/// Lets the lanes of a warp go on whose exchange is complete. True when there were any.
bool releaseWarp(Machine& m, int warp) {
  const int first = warp * kLanes, last = std::min(first + kLanes, m.threads);
  bool any = false;
  for (int t = first; t < last; ++t) {
    const Fiber& f = m.fibers[size_t(t)];
    if (f.state != State::AtWarpExchange) continue;
    bool complete = true;
    for (int i = 0; i < kLanes && complete; ++i) {
      if (!(f.mask >> i & 1) || first + i >= last) continue;  // lanes that a block does not have are not waited for
      const Fiber& other = m.fibers[size_t(first + i)];
      if (other.state == State::Done) throw std::logic_error("cuda emulator: lane " + std::to_string(i) + " of a warp exchange has ended");
      complete = other.state == State::AtWarpExchange && other.mask == f.mask;
    }
    if (!complete) continue;
    const unsigned mask = f.mask;
    for (int i = 0; i < kLanes; ++i) {
      if (!(mask >> i & 1) || first + i >= last) continue;
      Fiber& lane = m.fibers[size_t(first + i)];
      if (lane.givenBytes > 0) std::memcpy(m.exchanged.data() + size_t(first + i) * kMostExchanged, lane.given, size_t(lane.givenBytes));
      lane.state = State::Ready;
    }
    any = true;
  }
  return any;
}

bool releaseBlock(Machine& m) {
  int count = 0, waiting = 0;
  for (int t = 0; t < m.threads; ++t) {
    const Fiber& f = m.fibers[size_t(t)];
    if (f.state == State::Done) continue;
    if (f.state != State::AtBlockBarrier) return false;
    ++waiting;
    count += f.predicate;
  }
  if (waiting == 0) return false;
  m.released = count;
  for (int t = 0; t < m.threads; ++t) {
    Fiber& f = m.fibers[size_t(t)];
    if (f.state == State::AtBlockBarrier) f.state = State::Ready;
  }
  return true;
}

[[noreturn]] void hangs(const Machine& m) {
  int barrier = 0, warp = 0;
  for (int t = 0; t < m.threads; ++t) {
    barrier += m.fibers[size_t(t)].state == State::AtBlockBarrier;
    warp += m.fibers[size_t(t)].state == State::AtWarpExchange;
  }
  throw std::logic_error("cuda emulator: block " + std::to_string(blockIdx.x) + " hangs: " + std::to_string(barrier) + " threads at __syncthreads, " +
                         std::to_string(warp) + " in a warp exchange, of " + std::to_string(m.threads));
}

void runBlock(Machine& m, std::vector<int>& order) {
  for (int t = 0; t < m.threads; ++t) prepare(m.fibers[size_t(t)]);
  const int warps = (m.threads + kLanes - 1) / kLanes;
  for (int alive = m.threads; alive > 0;) {
    bool moved = false;
    if (m.order == Order::Shuffled) std::shuffle(order.begin(), order.end(), m.random);
    for (const int t : order) {
      if (m.fibers[size_t(t)].state != State::Ready) continue;
      resume(m, t);
      moved = true;
      alive -= m.fibers[size_t(t)].state == State::Done;
    }
    for (int w = 0; w < warps; ++w) moved = releaseWarp(m, w) || moved;
    moved = releaseBlock(m) || moved;
    if (!moved && alive > 0) hangs(m);
  }
}

}  // namespace

void setOrder(Order o) { machine().order = o; }
int64_t launches() { return machine().launches; }
unsigned char* sharedMemory() { return machine().shared.get(); }
int lane() { return machine().running % kLanes; }

void captureTo(std::vector<std::function<void()>>* list) { machine().capturing = list; }

void noteWait() { ++machine().waits; }

void launch(dim3 grid, dim3 block, int64_t sharedBytes, std::function<void()> kernel, bool early) {
  Machine& m = machine();
  const int64_t threads = int64_t(block.x) * block.y * block.z, blocks = int64_t(grid.x) * grid.y * grid.z;
  if (threads < 1 || threads > kMostThreads) throw std::logic_error("cuda emulator: a block of " + std::to_string(threads) + " threads");
  if (blocks < 1 || grid.y > 65535 || grid.z > 65535) throw std::logic_error("cuda emulator: a grid of " + std::to_string(blocks) + " blocks");
  if (sharedBytes < 0 || sharedBytes > kMostShared)
    throw std::logic_error("cuda emulator: " + std::to_string(sharedBytes) + " bytes of shared memory");
  if (m.capturing) {
    m.capturing->push_back([=, kernel = std::move(kernel)] { launch(grid, block, sharedBytes, kernel, early); });
    return;
  }
  const std::lock_guard lock(m.busy);
  ++m.launches;
  m.waits = 0;
  m.threads = int(threads);
  m.kernel = &kernel;
  if (m.fibers.size() < size_t(threads)) m.fibers.resize(size_t(threads));
  m.exchanged.resize(size_t(kMostThreads) * kMostExchanged);
  blockDim = block;
  gridDim = grid;
  std::vector<int> order(static_cast<size_t>(threads));
  std::iota(order.begin(), order.end(), 0);
  if (m.order == Order::Reverse) std::reverse(order.begin(), order.end());
  for (int t = 0; t < m.threads; ++t) {
    m.fibers[size_t(t)].index = {unsigned(t) % block.x, unsigned(t) / block.x % block.y, unsigned(t) / (block.x * block.y)};
  }
  for (int64_t b = 0; b < blocks; ++b) {
    blockIdx = {unsigned(b % grid.x), unsigned(b / grid.x % grid.y), unsigned(b / (int64_t(grid.x) * grid.y))};
    std::memset(m.shared.get(), 0xff, size_t(sharedBytes));
    runBlock(m, order);
  }
  if (early && m.waits != threads * blocks)
    throw std::logic_error("cuda emulator: an early launch of " + std::to_string(threads * blocks) + " threads waited " + std::to_string(m.waits) +
                           " times");
}

void syncBlock() {
  Fiber& f = machine().fibers[size_t(machine().running)];
  f.predicate = false;
  f.state = State::AtBlockBarrier;
  toScheduler(f);
}

int syncBlockCount(bool predicate) {
  Fiber& f = machine().fibers[size_t(machine().running)];
  f.predicate = predicate;
  f.state = State::AtBlockBarrier;
  toScheduler(f);
  return machine().released;
}

const unsigned char* exchange(unsigned mask, const void* mine, int bytes) {
  Machine& m = machine();
  Fiber& f = m.fibers[size_t(m.running)];
  if (!(mask >> lane() & 1)) throw std::logic_error("cuda emulator: a lane exchanges under a mask without it");
  if (bytes > 0) std::memcpy(f.given, mine, size_t(bytes));
  f.givenBytes = bytes;
  f.mask = mask;
  f.state = State::AtWarpExchange;
  const int first = m.running / kLanes * kLanes;
  toScheduler(f);
  return m.exchanged.data() + size_t(first) * kMostExchanged;
}

float halfToFloat(uint16_t h) {
  const uint32_t sign = uint32_t(h & 0x8000) << 16, exponent = h >> 10 & 31, mantissa = h & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13);
  if (exponent == 0) {
    const float value = std::ldexp(float(mantissa), -24);
    return sign ? -value : value;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
}

uint16_t floatToHalf(float x) {
  const uint32_t b = std::bit_cast<uint32_t>(x), sign = b >> 16 & 0x8000;
  const uint32_t a = b & 0x7fffffffu;
  if (a > 0x7f800000u) return uint16_t(sign | 0x7e00);
  if (a >= 0x477ff000u) return uint16_t(sign | 0x7c00);                                                            // rounds to 65536 or more
  if (a < 0x38800000u) return uint16_t(sign | uint32_t(std::nearbyint(std::ldexp(std::bit_cast<float>(a), 24))));  // below 2^-14: multiples of 2^-24
  const uint32_t rounded = a + 0xfffu + (a >> 13 & 1);
  return uint16_t(sign | (rounded - 0x38000000u) >> 13);
}

}  // namespace presslab::cuda_emulator
