# What `cmake --install` puts into place, as two components: `runtime` (the program with its manual, completion, systemd
# unit and the template of an app) and `development` (the public headers, one library per layer, documents, and the
# package SocketCluster), which other projects use so:
#
#   find_package(SocketCluster REQUIRED)
#   target_link_libraries(app PRIVATE SocketCluster::socketcluster)       # a program
#   target_link_libraries(worker PRIVATE SocketCluster::controller)       # a shared object for `--wc`
include(CMakePackageConfigHelpers)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)

# The version stands in the public header as well, so that user code can test it; they must agree.
file(READ "${PROJECT_SOURCE_DIR}/include/socketcluster/version.h" _sc_version_header)
foreach(part IN ITEMS "MAJOR ${PROJECT_VERSION_MAJOR}" "MINOR ${PROJECT_VERSION_MINOR}"
                      "PATCH ${PROJECT_VERSION_PATCH}" "STRING \"${PROJECT_VERSION}\"")
  string(FIND "${_sc_version_header}" "SOCKETCLUSTER_VERSION_${part}\n" _sc_position)
  if(_sc_position EQUAL -1)
    message(FATAL_ERROR "include/socketcluster/version.h must define SOCKETCLUSTER_VERSION_${part}")
  endif()
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             "${PROJECT_SOURCE_DIR}/include/socketcluster/version.h")

# The umbrella: everything that a user's main() needs.
get_property(_sc_layers GLOBAL PROPERTY SC_LAYERS)
add_library(socketcluster_umbrella INTERFACE)
add_library(SocketCluster::socketcluster ALIAS socketcluster_umbrella)
set_target_properties(socketcluster_umbrella PROPERTIES EXPORT_NAME socketcluster)
target_compile_features(socketcluster_umbrella INTERFACE cxx_std_20)
target_include_directories(socketcluster_umbrella INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(socketcluster_umbrella INTERFACE ${_sc_layers})

# For shared objects that the program loads (socketcluster/controller.h): the headers, and no library of ours, since
# its functions are in the program.
add_library(socketcluster_controller INTERFACE)
add_library(SocketCluster::controller ALIAS socketcluster_controller)
set_target_properties(socketcluster_controller PROPERTIES EXPORT_NAME controller)
target_compile_features(socketcluster_controller INTERFACE cxx_std_20)
target_include_directories(socketcluster_controller INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(socketcluster_controller INTERFACE Boost::headers Boost::json)

# A static library carries its dependencies along, so the package has to find again what the layers
# link. Only packages that a layer really uses are asked for.
set(SC_PACKAGE_DEPENDENCIES "")
set(_sc_links "")
foreach(layer IN LISTS _sc_layers)
  get_target_property(_links ${layer} LINK_LIBRARIES)
  list(APPEND _sc_links ${_links})
endforeach()
function(sc_package_needs targets call)
  if("${_sc_links}" MATCHES "${targets}")
    set(SC_PACKAGE_DEPENDENCIES "${SC_PACKAGE_DEPENDENCIES}find_dependency(${call})\n" PARENT_SCOPE)
  endif()
endfunction()
sc_package_needs("Threads::" "Threads")
sc_package_needs("Boost::" "Boost 1.81 CONFIG COMPONENTS headers json")
sc_package_needs("OpenSSL::" "OpenSSL 3.0")
sc_package_needs("ZLIB::" "ZLIB")
sc_package_needs("simdjson::" "simdjson 3.0 CONFIG")
sc_package_needs("fmt::" "fmt CONFIG")
sc_package_needs("spdlog::" "spdlog CONFIG")
sc_package_needs("CLI11::" "CLI11 CONFIG")

set(_sc_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/SocketCluster")
install(TARGETS ${_sc_layers} socketcluster_umbrella socketcluster_controller EXPORT SocketClusterTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/socketcluster" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(EXPORT SocketClusterTargets NAMESPACE SocketCluster:: DESTINATION ${_sc_package_dir})
# A build tree is a package as well, for `socketcluster run` of a program that is not installed.
export(EXPORT SocketClusterTargets NAMESPACE SocketCluster:: FILE "${PROJECT_BINARY_DIR}/SocketClusterTargets.cmake")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/SocketClusterConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/SocketClusterConfig.cmake" INSTALL_DESTINATION ${_sc_package_dir})
# Before 1.0 a minor version may change the API.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/SocketClusterConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/SocketClusterConfig.cmake"
              "${PROJECT_BINARY_DIR}/SocketClusterConfigVersion.cmake"
        DESTINATION ${_sc_package_dir})
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")

# What `socketcluster create` copies: templates/app with the page of the sample. The program finds it from the place of
# its executable, so a build tree has it in the same place (as links).
set(_sc_template "share/socketcluster/templates/app")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/templates/app/" DESTINATION ${_sc_template} COMPONENT runtime)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/examples/sample/public" DESTINATION ${_sc_template} COMPONENT runtime
        PATTERN "socketcluster-client.min.js" EXCLUDE)
file(GLOB _sc_template_files "${PROJECT_SOURCE_DIR}/templates/app/*")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/${_sc_template}")
foreach(file IN LISTS _sc_template_files ITEMS "${PROJECT_SOURCE_DIR}/examples/sample/public")
  get_filename_component(name "${file}" NAME)
  file(CREATE_LINK "${file}" "${PROJECT_BINARY_DIR}/${_sc_template}/${name}" SYMBOLIC)
endforeach()

install(TARGETS socketcluster_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
include(ScPages)
foreach(folder IN ITEMS BINDIR SYSCONFDIR)
  string(APPEND _sc_service "set(SC_${folder} \"${CMAKE_INSTALL_${folder}}\")\n")
endforeach()
install(CODE "set(SC_SOURCE_DIR \"${PROJECT_SOURCE_DIR}\")
set(SC_BINARY_DIR \"${PROJECT_BINARY_DIR}\")
${_sc_service}" COMPONENT runtime)
install(SCRIPT "${PROJECT_SOURCE_DIR}/cmake/ScServiceFiles.cmake" COMPONENT runtime)
