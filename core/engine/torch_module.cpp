// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// LibTorch lives in a module of its own, opened when somebody asks for it, so that the program starts and runs without it.
#include "core/engine/torch_module.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "core/api/error.h"
#include "core/engine/backend.h"
#include "core/engine/gate_training.h"

namespace presslab {
namespace {

using Make = Backend* (*)(const ModelFile&, const ModelSpec&, const LoadProgress&, const std::stop_token&);

struct Module {
  void* handle = nullptr;
  Make make = nullptr;
  std::string error;
};

/// `name`.so beside the program, or where the system looks; `entry` makes its backend.
Module openModule(const std::string& name, const char* entry) {
  Module m;
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::filesystem::path beside = program.parent_path().parent_path() / "lib" / name;
  // Never closed: LibTorch keeps threads and thread-local state for the life of the process.
  const bool isBeside = !program.empty() && std::filesystem::exists(beside, ignored);
  m.handle = dlopen(isBeside ? beside.c_str() : name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!m.handle) {
    const char* why = dlerror();
    m.error = why ? why : "cannot be opened";
    return m;
  }
  m.make = reinterpret_cast<Make>(dlsym(m.handle, entry));
  if (!m.make) m.error = name + " has no entry " + entry;
  return m;
}

const Module& torchModule() {
  static const Module m = openModule("libpresslab_torch.so", "presslab_make_torch_backend");
  return m;
}

/// Opened only when a device of its kind was asked for.
const Module& cudaModule() {
  static const Module m = openModule("libpresslab_cuda.so", "presslab_make_cuda_backend");
  return m;
}

}  // namespace

int torchCudaDevices() {
  // Without a driver there is nothing to count, and opening LibTorch takes a while.
  static const bool driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) != nullptr;
  if (!driver || !torchModule().handle) return 0;
  const auto count = reinterpret_cast<int (*)()>(dlsym(torchModule().handle, "presslab_torch_cuda_count"));
  if (!count) return 0;
  try {
    return count();
  } catch (const std::exception&) {  // a driver that does not answer is no device
    return 0;
  }
}

AngleFunction torchCosSin() {
  const Module& m = torchModule();
  return m.handle ? reinterpret_cast<AngleFunction>(dlsym(m.handle, "presslab_torch_cos_sin")) : nullptr;
}

std::unique_ptr<Backend> makeTorchBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop) {
  const Module& m = torchModule();
  if (!m.make) throw Failure(ErrorCode::Device, "backend torch on " + spec.device + ": the LibTorch module is not there (" + m.error + ")");
  return std::unique_ptr<Backend>(m.make(file, spec, progress, stop));
}

std::unique_ptr<Backend> makeCudaBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop) {
  if (torchCudaDevices() == 0) {
    // The plain path knows best why there is no device: no driver, no library, no card.
    return makeTorchBackend(file, spec, progress, stop);
  }
  const Module& m = cudaModule();
  if (!m.make)
    throw Failure(ErrorCode::Device,
                  "device " + spec.device + ": the module of the CUDA kernels is not there (" + m.error + "); --backend torch runs without it");
  return std::unique_ptr<Backend>(m.make(file, spec, progress, stop));
}

DuoGateResult trainDuoGates(const ModelFile& file, const DuoGateJob& job, const std::function<void(double)>& told, std::stop_token stop) {
  using Train = void (*)(const ModelFile&, const DuoGateJob&, const std::function<void(double)>&, const std::stop_token&, DuoGateResult&);
  const Module& m = torchModule();
  const auto train = m.handle ? reinterpret_cast<Train>(dlsym(m.handle, "presslab_train_duo_gates")) : nullptr;
  if (!train) throw Failure(ErrorCode::Device, "gate training: the LibTorch module is not there (" + m.error + ")");
  DuoGateResult result;
  train(file, job, told, stop, result);
  return result;
}

}  // namespace presslab
