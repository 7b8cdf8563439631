# One library target per layer of the architecture (docs/architecture.md).

# sc_add_layer(<name> SOURCES <file>... [DEPENDS <layer>...] [PUBLIC <lib>...] [PRIVATE <lib>...])
# Adds the static library socketcluster_<name> with the alias SocketCluster::<name>. DEPENDS names
# the layers that it may include; scripts/check_layers fails on an include that is not listed there.
function(sc_add_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PUBLIC;PRIVATE" ${ARGN})
  set(target socketcluster_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(SocketCluster::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  foreach(layer IN LISTS ARG_DEPENDS)
    target_link_libraries(${target} PUBLIC socketcluster_${layer})
  endforeach()
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  sc_apply_compile_options(${target})
  set_property(GLOBAL APPEND PROPERTY SC_LAYERS ${target})
endfunction()

# sc_add_unit_test(<layer> SOURCES <file>... [PRIVATE <lib>...]): one test program per layer.
function(sc_add_unit_test layer)
  cmake_parse_arguments(ARG "" "" "SOURCES;PRIVATE" ${ARGN})
  set(target unit_${layer})
  add_executable(${target} ${ARG_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE socketcluster_${layer} ${ARG_PRIVATE} GTest::gmock GTest::gtest_main)
  sc_apply_compile_options(${target})
  add_test(NAME ${target} COMMAND ${target})
  set_tests_properties(${target} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()

# sc_add_fuzzer(<name> SOURCES <file>... LAYERS <layer>...): libFuzzer target <name>_fuzz.
function(sc_add_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LAYERS" ${ARGN})
  set(target ${name}_fuzz)
  add_executable(${target} ${ARG_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  foreach(layer IN LISTS ARG_LAYERS)
    target_link_libraries(${target} PRIVATE socketcluster_${layer})
  endforeach()
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  sc_apply_compile_options(${target})
endfunction()
