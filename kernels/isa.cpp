// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What the processor can do, and which table of kernels is in use.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>

#include "kernels/kernels.h"
#include "kernels/ops.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace presslab::kernels {

namespace {

#if defined(__x86_64__)
/// The processor has bf16 tiles and the system lets this process use them (asked for once, good for all its threads).
bool tilesUsable() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  constexpr unsigned kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;
  if ((d & kAmxBf16) == 0 || (d & kAmxTile) == 0) return false;
#if defined(__linux__)
  constexpr int kRequestState = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA of asm/prctl.h
  return syscall(SYS_arch_prctl, kRequestState, kTileData) == 0;
#else
  return false;
#endif
}

Isa detect() {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("f16c")) return Isa::Baseline;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl")) {
    return Isa::Avx2;
  }
  if (!__builtin_cpu_supports("avx512vnni")) return Isa::Avx512;
  return __builtin_cpu_supports("avx512bf16") && tilesUsable() ? Isa::Amx : Isa::Avx512Vnni;
}
#else
Isa detect() { return Isa::Baseline; }
#endif

Isa detected() {
  static const Isa kIsa = detect();
  return kIsa;
}

std::atomic<int> g_cap{int(Isa::Amx)};

}  // namespace

Isa bestIsa() { return Isa(std::min(int(detected()), g_cap.load(std::memory_order_relaxed))); }

void setIsa(Isa cap) { g_cap.store(int(cap), std::memory_order_relaxed); }

const char* isaName(Isa isa) {
  switch (isa) {
    case Isa::Baseline:
      return "baseline";
    case Isa::Avx2:
      return "avx2";
    case Isa::Avx512:
      return "avx512";
    case Isa::Avx512Vnni:
      return "avx512_vnni";
    case Isa::Amx:
      return "amx";
  }
  return "baseline";
}

const Ops& ops() {
#if defined(__x86_64__)
  static const Ops* const kTables[] = {&opsBaseline(), &opsAvx2(), &opsAvx512(), &opsAvx512Vnni(), &opsAmx()};
  return *kTables[int(bestIsa())];
#else
  return opsBaseline();
#endif
}

std::string cpuName() {
#if defined(__x86_64__)
  unsigned regs[12] = {}, top = 0, unused;
  if (__get_cpuid(0x80000000u, &top, &unused, &unused, &unused) && top >= 0x80000004u) {
    for (unsigned i = 0; i < 3; ++i) {
      __get_cpuid(0x80000002u + i, &regs[i * 4], &regs[i * 4 + 1], &regs[i * 4 + 2], &regs[i * 4 + 3]);
    }
    char text[49] = {};
    std::memcpy(text, regs, 48);
    std::string name(text);
    const size_t first = name.find_first_not_of(' '), last = name.find_last_not_of(' ');
    if (first != std::string::npos) return name.substr(first, last - first + 1);
  }
#endif
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos) return line.substr(line.find(": ") + 2);
  }
  return "unknown processor";
}

std::string cpuFlags() {
  std::string out;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const auto add = [&](bool has, const char* name) {
    if (!has) return;
    if (!out.empty()) out += ' ';
    out += name;
  };
  add(__builtin_cpu_supports("sse4.2"), "sse4_2");
  add(__builtin_cpu_supports("avx"), "avx");
  add(__builtin_cpu_supports("f16c"), "f16c");
  add(__builtin_cpu_supports("fma"), "fma");
  add(__builtin_cpu_supports("avx2"), "avx2");
  add(__builtin_cpu_supports("avx512f"), "avx512f");
  add(__builtin_cpu_supports("avx512dq"), "avx512dq");
  add(__builtin_cpu_supports("avx512bw"), "avx512bw");
  add(__builtin_cpu_supports("avx512vl"), "avx512vl");
  add(__builtin_cpu_supports("avx512vnni"), "avx512_vnni");
  add(__builtin_cpu_supports("avx512bf16"), "avx512_bf16");
  add(detected() == Isa::Amx, "amx_bf16");
#endif
  return out;
}

}  // namespace presslab::kernels
