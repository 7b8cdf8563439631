# Runs in CPack, for each package, when its files are in the staging folder: copyright and changelogs where Debian has
# them, pages of the manual and texts compressed, completion for zsh where Debian's looks for it.
set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")

function(sc_compress file)
  execute_process(COMMAND gzip -9 -n -f "${file}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(sc_finish component package)
  set(usr "${root}/${component}/usr")
  set(doc "${usr}/share/doc/${package}")
  file(MAKE_DIRECTORY "${doc}")
  file(COPY_FILE "${CPACK_SC_SOURCE_DIR}/LICENSE" "${doc}/copyright")
  # The date of the build, or the one that is given to make two builds alike.
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(WRITE "${doc}/changelog.Debian"
"socketcluster (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Packages of version ${CPACK_PACKAGE_VERSION}; what is new is in the changelog.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  sc_compress("${doc}/changelog.Debian")
  file(COPY_FILE "${CPACK_SC_SOURCE_DIR}/CHANGELOG.md" "${doc}/changelog")
  sc_compress("${doc}/changelog")
  file(REMOVE "${usr}/share/doc/socketcluster/CHANGELOG.md" "${usr}/share/doc/socketcluster/LICENSE")
  file(GLOB pages "${usr}/share/man/man*/*.[1-9]")
  foreach(page IN LISTS pages)
    sc_compress("${page}")
  endforeach()
  if(EXISTS "${usr}/share/zsh/site-functions")
    file(RENAME "${usr}/share/zsh/site-functions" "${usr}/share/zsh/vendor-completions")
  endif()
  file(GLOB_RECURSE texts "${usr}/share/doc/*" "${usr}/share/man/*")
  file(CHMOD ${texts} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

if(EXISTS "${root}/runtime")
  sc_finish(runtime socketcluster)
endif()
if(EXISTS "${root}/development")
  sc_finish(development socketcluster-dev)
endif()
