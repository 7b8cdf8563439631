# Runs at installation: where the unit and its configuration go, and what the unit names, depends on the prefix,
# which may be given as late as that. Needs SC_SOURCE_DIR, SC_BINARY_DIR and the folders of GNUInstallDirs.

function(sc_full_path variable folder)
  if(NOT IS_ABSOLUTE "${folder}")
    set(folder "${CMAKE_INSTALL_PREFIX}/${folder}")
  endif()
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

# As GNUInstallDirs has it: what /usr and /opt have in etc is below /etc.
if(NOT IS_ABSOLUTE "${SC_SYSCONFDIR}" AND CMAKE_INSTALL_PREFIX MATCHES "^/usr/?$")
  set(SC_SYSCONFDIR "/${SC_SYSCONFDIR}")
elseif(NOT IS_ABSOLUTE "${SC_SYSCONFDIR}" AND CMAKE_INSTALL_PREFIX MATCHES "^/opt/")
  set(SC_SYSCONFDIR "/${SC_SYSCONFDIR}${CMAKE_INSTALL_PREFIX}")
endif()
sc_full_path(SC_BIN_DIR "${SC_BINDIR}")
sc_full_path(SC_CONFIG_DIR "${SC_SYSCONFDIR}/socketcluster")
# systemd looks for units in lib, whatever the libraries' folder is called.
sc_full_path(unit_dir "lib/systemd/system")

configure_file("${SC_SOURCE_DIR}/deploy/systemd/socketcluster.service.in" "${SC_BINARY_DIR}/socketcluster.service" @ONLY)
file(INSTALL "${SC_BINARY_DIR}/socketcluster.service" DESTINATION "${unit_dir}")

# What somebody has written is not overwritten.
if(NOT EXISTS "$ENV{DESTDIR}${SC_CONFIG_DIR}/socketcluster.json")
  file(INSTALL "${SC_SOURCE_DIR}/deploy/systemd/socketcluster.json" DESTINATION "${SC_CONFIG_DIR}")
endif()
if(NOT EXISTS "$ENV{DESTDIR}${SC_CONFIG_DIR}/environment")
  file(INSTALL "${SC_SOURCE_DIR}/deploy/systemd/environment" DESTINATION "${SC_CONFIG_DIR}"
       PERMISSIONS OWNER_READ OWNER_WRITE)
endif()
