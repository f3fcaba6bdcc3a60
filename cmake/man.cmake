# man.cmake - a man page for each tool, made by help2man from what --help says, so that the two cannot differ. Nothing of it is kept in
# the repository. Left out without help2man, where the tools cannot run on the machine that builds them, and with -DGCONV_MAN=OFF.
# SPDX-License-Identifier: Apache-2.0
option(GCONV_MAN "man pages through help2man, if it is there" ON)
if(GCONV_MAN AND NOT CMAKE_CROSSCOMPILING AND NOT GCONV_SANITIZE)
  find_program(GCONV_HELP2MAN help2man)
endif()
if(NOT GCONV_HELP2MAN)
  return()
endif()

set(tools gconv-bench gconv-check gconv-info gconv-train)
set(pages "")
set(dir ${CMAKE_BINARY_DIR}/man)

function(add_man_page tool summary arguments)
  set(others ${tools})
  list(REMOVE_ITEM others ${tool})
  list(TRANSFORM others APPEND "(1)")
  list(JOIN others ", " others)
  configure_file(cmake/man/tool.h2m.in ${dir}/${tool}.h2m @ONLY)
  add_custom_command(OUTPUT ${dir}/${tool}.1
    COMMAND ${GCONV_HELP2MAN} --no-info --version-string=${PROJECT_VERSION} --source=gconv --include=${dir}/${tool}.h2m
      --output=${dir}/${tool}.1 $<TARGET_FILE:${tool}>
    DEPENDS ${tool} ${dir}/${tool}.h2m VERBATIM)
  set(pages ${pages} ${dir}/${tool}.1 PARENT_SCOPE)
endfunction()

add_man_page(gconv-bench "time convolution kernels" "[\\fIOPTION\\fR...]")
add_man_page(gconv-check "prove convolution kernels right" "[\\fIOPTION\\fR...]")
add_man_page(gconv-info "kernels, machine, problems, networks and published figures" "\\fICOMMAND\\fR [\\fIARGUMENT\\fR...]")
add_man_page(gconv-train "train a small network by every convolution kernel" "[\\fIOPTION\\fR...]")
add_custom_target(man ALL DEPENDS ${pages})
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
