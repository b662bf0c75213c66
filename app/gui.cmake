# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
# The window: build/bin/presslab. Imported targets of Qt belong to the folder that finds them.
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Svg PrintSupport)
find_package(QCustomPlotQt6 REQUIRED)
add_executable(presslab ${CMAKE_CURRENT_LIST_DIR}/gui_main.cpp)
target_link_libraries(presslab PRIVATE presslab_ui presslab_core)
target_compile_definitions(presslab PRIVATE QT_NO_KEYWORDS)
presslab_warnings(presslab)
install(TARGETS presslab RUNTIME DESTINATION bin)
install(FILES ${PROJECT_SOURCE_DIR}/resources/presslab.desktop DESTINATION share/applications)
install(FILES ${PROJECT_SOURCE_DIR}/resources/icons/presslab.svg DESTINATION share/icons/hicolor/scalable/apps)
