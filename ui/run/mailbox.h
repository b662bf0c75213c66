// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "core/api/run_event.h"

namespace presslab {

struct Mail {
  uint64_t run = 0;  // number of the run that sent it; the receiver drops mail of older runs
  RunEvent event;
};

/// The queue between the engine thread and the window. It cannot grow without limit: progress that follows progress of the same method and
/// phase replaces it, and when the box is full, events that the method's final result repeats anyway are counted and dropped.
class Mailbox {
 public:
  explicit Mailbox(size_t capacity = 4096) : m_capacity(capacity) {}
  /// Any thread. True when the receiver must be woken: the box was empty, so no wake-up is under way.
  bool push(Mail mail);
  /// The receiver's thread: everything so far, in the order of sending.
  std::vector<Mail> take();
  size_t size() const;
  size_t dropped() const;

 private:
  mutable std::mutex m_mutex;
  std::vector<Mail> m_mail;
  size_t m_capacity, m_dropped = 0;
};

}  // namespace presslab
