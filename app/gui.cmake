# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
# The window: build/bin/presslab.
add_executable(presslab ${CMAKE_CURRENT_LIST_DIR}/gui_main.cpp)
target_link_libraries(presslab PRIVATE presslab_ui presslab_core)
target_compile_definitions(presslab PRIVATE QT_NO_KEYWORDS)
presslab_warnings(presslab)
install(TARGETS presslab RUNTIME DESTINATION bin)
