# What the program prints about itself: pages of the manual, and completion for shells. It makes them in the build,
# so that they cannot differ from it.
set(_sc_pages "${PROJECT_BINARY_DIR}/pages")
set(SC_PAGES "")

# sc_add_page(<file> <argument>...): <file> in the build tree is what `socketcluster <argument>...` prints.
function(sc_add_page file)
  get_filename_component(folder "${_sc_pages}/${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  add_custom_command(OUTPUT "${_sc_pages}/${file}"
    COMMAND socketcluster_program ${ARGN} > "${_sc_pages}/${file}"
    DEPENDS socketcluster_program VERBATIM)
  set(SC_PAGES ${SC_PAGES} "${_sc_pages}/${file}" PARENT_SCOPE)
endfunction()

sc_add_page(man/socketcluster.1 man 1)
sc_add_page(man/socketcluster-config.5 man 5)
sc_add_page(completion/socketcluster completion bash)
sc_add_page(completion/_socketcluster completion zsh)
add_custom_target(pages ALL DEPENDS ${SC_PAGES})

install(FILES "${_sc_pages}/man/socketcluster.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT runtime)
install(FILES "${_sc_pages}/man/socketcluster-config.5" DESTINATION "${CMAKE_INSTALL_MANDIR}/man5" COMPONENT runtime)
install(FILES "${_sc_pages}/completion/socketcluster" COMPONENT runtime
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(FILES "${_sc_pages}/completion/_socketcluster" COMPONENT runtime
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
