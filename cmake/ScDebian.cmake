# `cpack -G DEB` in the build tree, or scripts/package: two Debian packages. One, `socketcluster`, is what a server
# needs, a few MB without a compiler, as a container should have it; `socketcluster-dev` is what building a server of
# one's own needs, and brings the compiler and the libraries' headers.
set(SC_PACKAGE_CONTACT "The SocketCluster for C++ authors <packages@socketcluster.example>" CACHE STRING
    "Maintainer of the Debian packages: name and address")
set(SC_PACKAGE_REVISION 1 CACHE STRING "Revision of the Debian packages of this version")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME socketcluster)
set(CPACK_PACKAGE_VENDOR "SocketCluster for C++")
set(CPACK_PACKAGE_CONTACT "${SC_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "realtime server with publish/subscribe channels")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_STRIP_FILES ON)
# Folders are not writable for others, whatever the umask.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "${SC_PACKAGE_REVISION}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME socketcluster)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION net)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "adduser, init-system-helpers (>= 1.54~)")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS "socketcluster-dev, npm")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
"HTTP and WebSocket server for clients of the SocketCluster protocol, versions
1 and 2 on one port. It runs as a service of systemd, in a container or by
hand, on all cores, and loads controllers: shared objects with an application's
own logic. It makes the files of a new application, too; socketcluster-dev
builds them.")
set(_sc_debian "${PROJECT_SOURCE_DIR}/deploy/debian")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
    "${_sc_debian}/conffiles" "${_sc_debian}/postinst" "${_sc_debian}/prerm" "${_sc_debian}/postrm")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME socketcluster-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# The headers and libraries that the static libraries were built with, and what builds with them.
string(CONCAT CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "socketcluster (= ${PROJECT_VERSION}-${SC_PACKAGE_REVISION}), cmake (>= 3.24), g++, make | ninja-build, "
  "libboost1.81-dev, libboost-json1.81-dev, libssl-dev, zlib1g-dev, libsimdjson-dev, libfmt-dev, libspdlog-dev, "
  "libcli11-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "npm")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"Development files: headers, static libraries and the CMake package
SocketCluster for servers and controllers of one's own, the compiler, and the
documents.")

# What Debian wants beside what `cmake --install` installs.
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/ScDebianFiles.cmake")
set(CPACK_SC_SOURCE_DIR "${PROJECT_SOURCE_DIR}")
include(CPack)
