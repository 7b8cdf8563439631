# Compiles every header alone, so that each includes what it uses. Part of the normal build when
# SC_CHECK_HEADERS is on (preset release-assert).

# sc_check_headers(<name> ROOT <dir> HEADERS <glob>... [INCLUDES <dir>...] [LIBRARIES <target>...])
function(sc_check_headers name)
  cmake_parse_arguments(ARG "" "ROOT" "HEADERS;INCLUDES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${ARG_ROOT}" ${ARG_HEADERS})
  set(sources "")
  foreach(header IN LISTS headers)
    set(source "${PROJECT_BINARY_DIR}/header_check/${name}/${header}.cc")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${header}\"\n#include \"${header}\"\n" @ONLY)
    list(APPEND sources "${source}")
  endforeach()
  if(NOT sources)
    return()
  endif()
  set(target header_check_${name})
  add_library(${target} OBJECT ${sources})
  target_include_directories(${target} PRIVATE ${ARG_INCLUDES})
  target_link_libraries(${target} PRIVATE ${ARG_LIBRARIES})
  # Speed: nothing is linked, so nothing need be optimised. Unused constants of a header are fine.
  target_compile_options(${target} PRIVATE -O0 -g0 -Wno-unused-const-variable -Wno-unused-function)
  sc_apply_compile_options(${target})
endfunction()

# The libraries are named here, not taken from the layers: a header must compile by its own includes.
sc_check_headers(internal
  ROOT "${PROJECT_SOURCE_DIR}/src" HEADERS "${PROJECT_SOURCE_DIR}/src/*.h"
  INCLUDES "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include"
  LIBRARIES Boost::headers Boost::json OpenSSL::SSL ZLIB::ZLIB simdjson::simdjson fmt::fmt spdlog::spdlog
            CLI11::CLI11)
# Public headers see the installed headers and Boost.JSON, nothing else.
sc_check_headers(public
  ROOT "${PROJECT_SOURCE_DIR}/include" HEADERS "${PROJECT_SOURCE_DIR}/include/*.h"
  INCLUDES "${PROJECT_SOURCE_DIR}/include" LIBRARIES Boost::headers Boost::json)
