// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/hub.h"

namespace presslab {

std::span<const HubTier> hubTiers() {
  static constexpr HubTier kTiers[] = {
      {"quick", "distilbert/distilgpt2", "DistilGPT-2", true},
      {"standard", "openai-community/gpt2", "GPT-2", true},
      {"recommended", "microsoft/DialoGPT-medium", "DialoGPT medium", true},
  };
  return kTiers;
}

}  // namespace presslab
