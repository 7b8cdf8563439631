# Compiler settings that every target of the project shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()

find_program(SC_CCACHE ccache)
if(SC_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SC_CCACHE}")
endif()

# sc_apply_compile_options(<target>): warnings, sanitizers, assertions.
function(sc_apply_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                           -Wold-style-cast -Wcast-align -Woverloaded-virtual)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict)  # false alarms on std::string (GCC bug 105651)
  endif()
  if(SC_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(SC_ASSERTIONS)
    target_compile_definitions(${target} PRIVATE SC_ASSERTIONS=1)
  endif()
endfunction()

if(SC_SANITIZE)
  string(REPLACE ";" "," _sc_sanitize "${SC_SANITIZE}")
  add_compile_options(-fsanitize=${_sc_sanitize} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${_sc_sanitize})
  if("undefined" IN_LIST SC_SANITIZE)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

if(SC_BUILD_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)  # coverage feedback from every layer
endif()
