// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "core/api/error.h"

namespace presslab::cli {

std::stop_token watchInterrupts() {
  // Every thread made later inherits the mask, so the signals reach only the thread that waits for them: no handler, nothing async.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::stop_source source;
  std::stop_token token = source.get_token();
  std::thread([set, source = std::move(source)]() mutable {
    int received = 0;
    sigwait(&set, &received);
    source.request_stop();
    sigwait(&set, &received);
    ::_exit(int(ErrorCode::Cancelled));
  }).detach();
  return token;
}

}  // namespace presslab::cli
