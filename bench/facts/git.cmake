# Writes the commit of SOURCE to OUTPUT, a C header, if it changed. Run at every build, so that a binary never names a commit
# it was not built from. A source tree that is no repository of its own (a release archive) has GIVEN, or nothing.
# SPDX-License-Identifier: Apache-2.0
find_package(Git QUIET)
set(commit "${GIVEN}")
set(dirty -1)
if(GIT_FOUND)
  set(git ${GIT_EXECUTABLE} -c safe.directory=${SOURCE} -C ${SOURCE})
  execute_process(COMMAND ${git} rev-parse --show-prefix HEAD OUTPUT_VARIABLE answer RESULT_VARIABLE failed ERROR_QUIET)
  if(NOT failed AND answer MATCHES "^\n([0-9a-f]+)\n") # no prefix: SOURCE is the top of its repository
    set(commit ${CMAKE_MATCH_1})
    execute_process(COMMAND ${git} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes STREQUAL "")
      set(dirty 0)
    else()
      set(dirty 1)
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
/* git.h - the commit this was built from; written at every build. */
#define GIT_COMMIT "@commit@" /* "" if unknown */
#define GIT_DIRTY  @dirty@    /* -1 if unknown */
]])
