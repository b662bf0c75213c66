# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0

# One static library a folder: every source below the current folder unless SOURCES is given.
#   presslab_add_library(NAME [SOURCES ...] [PUBLIC libs...] [PRIVATE libs...])
function(presslab_add_library name)
  cmake_parse_arguments(A "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(NOT A_SOURCES)
    file(GLOB A_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  endif()
  add_library(${name} STATIC ${A_SOURCES})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${A_PUBLIC} PRIVATE ${A_PRIVATE})
  presslab_warnings(${name})
endfunction()

function(presslab_warnings name)
  target_compile_options(${name} PRIVATE -Wall -Wextra)
  if(PRESSLAB_DEVELOPER_MODE)
    target_compile_options(${name} PRIVATE -Werror)
  endif()
endfunction()

# Options that all tests share with the programs that hold their precompiled headers: g++ passes such a header over where they differ.
function(presslab_test_options name)
  presslab_warnings(${name})
  target_compile_definitions(${name} PRIVATE QT_NO_KEYWORDS PRESSLAB_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data" PRESSLAB_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    PRESSLAB_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  target_compile_options(${name} PRIVATE
    $<$<CONFIG:Release>:-O1>  # what is tested is optimised; half of a first build's time is tests
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # g++ 12 misreads std::string + at -O1
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>  # lets ccache keep what was compiled with a precompiled header
    -UQT_TESTCASE_BUILDDIR -UQT_TESTCASE_SOURCEDIR)  # Qt's, of one folder each, read only by QFINDTESTDATA, which no test uses
endfunction()

# A program of nothing but a precompiled header for presslab_add_test.
#   presslab_add_test_headers(name HEADERS ... LIBS ...)
function(presslab_add_test_headers name)
  cmake_parse_arguments(A "" "" "HEADERS;LIBS" ${ARGN})
  add_executable(${name} ${PROJECT_SOURCE_DIR}/tests/support/test_headers.cpp)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${A_LIBS} Qt6::Test)
  presslab_test_options(${name})
  target_precompile_headers(${name} PRIVATE ${A_HEADERS})
endfunction()

# One Qt Test program registered with ctest.
#   presslab_add_test(tst_name SOURCES file.cpp LIBS libs... [LABELS "a;b"] [TIMEOUT s] [ARGS ...])
function(presslab_add_test name)
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;LIBS;LABELS;ARGS" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 120)
  endif()
  add_executable(${name} ${A_SOURCES})
  set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${A_LIBS} Qt6::Test)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tests)
  presslab_test_options(${name})
  get_target_property(libs ${name} LINK_LIBRARIES)
  if("${libs}" MATCHES "presslab_ui|Qt6::Widgets")
    target_precompile_headers(${name} REUSE_FROM presslab_test_widgets_headers)
  else()
    target_precompile_headers(${name} REUSE_FROM presslab_test_headers)
  endif()
  add_test(NAME ${name} COMMAND ${name} ${A_ARGS})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}" ENVIRONMENT
    "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8;PRESSLAB_HISTORY=${CMAKE_BINARY_DIR}/tests/history.db")  # never the user's own
endfunction()
