# papi.cmake - GCONV_WITH_PAPI: are counters and software-defined events in this build? Without PAPI, or with -DGCONV_PAPI=OFF, the
# tools answer every question about counters with that.
# SPDX-License-Identifier: Apache-2.0
option(GCONV_PAPI "counters through PAPI, if it is there" ON)
set(GCONV_WITH_PAPI 0)
if(GCONV_PAPI)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(PAPI QUIET IMPORTED_TARGET papi)
  find_library(sde_library sde) # of the same package, but unknown to its .pc file
  find_path(sde_header sde_lib.h)
  if(TARGET PkgConfig::PAPI AND sde_library AND sde_header)
    set(GCONV_WITH_PAPI 1)
  endif()
endif()
if(NOT GCONV_WITH_PAPI)
  message(STATUS "counters: left out, no PAPI")
endif()
