// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Nothing runs here: the target holds the header that the tests are compiled with.
int main() { return 0; }
