// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// LibTorch lives in a module of its own, opened when somebody asks for it, so that the program starts and runs without it.
#include "core/engine/torch_module.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "core/api/error.h"
#include "core/engine/backend.h"

namespace presslab {
namespace {

constexpr const char* kModule = "libpresslab_torch.so";

struct Module {
  using Make = Backend* (*)(const ModelFile&, const ModelSpec&, const LoadProgress&, const std::stop_token&);
  using CudaCount = int (*)();
  Make make = nullptr;
  CudaCount cudaCount = nullptr;
  std::string error;
};

Module openModule() {
  Module m;
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::filesystem::path beside = program.parent_path().parent_path() / "lib" / kModule;
  // Never closed: LibTorch keeps threads and thread-local state for the life of the process.
  void* handle = nullptr;
  if (!program.empty() && std::filesystem::exists(beside, ignored)) {
    handle = dlopen(beside.c_str(), RTLD_NOW | RTLD_LOCAL);
  } else {
    handle = dlopen(kModule, RTLD_NOW | RTLD_LOCAL);
  }
  if (!handle) {
    const char* why = dlerror();
    m.error = why ? why : "cannot be opened";
    return m;
  }
  m.make = reinterpret_cast<Module::Make>(dlsym(handle, "presslab_make_torch_backend"));
  m.cudaCount = reinterpret_cast<Module::CudaCount>(dlsym(handle, "presslab_torch_cuda_count"));
  if (!m.make) m.error = std::string(kModule) + " has no entry presslab_make_torch_backend";
  return m;
}

const Module& module() {
  static const Module m = openModule();
  return m;
}

}  // namespace

int torchCudaDevices() {
  // Without a driver there is nothing to count, and opening LibTorch takes a while.
  static const bool driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) != nullptr;
  if (!driver || !module().cudaCount) return 0;
  try {
    return module().cudaCount();
  } catch (const std::exception&) {         // a driver that does not answer is no device
    return 0;
  }
}

std::unique_ptr<Backend> makeTorchBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop) {
  if (!module().make)
    throw Failure(ErrorCode::Device, "backend torch on " + spec.device + ": the LibTorch module is not there (" + module().error + ")");
  return std::unique_ptr<Backend>(module().make(file, spec, progress, stop));
}

}  // namespace presslab
