# The libraries kernels are built on. Each is optional; GCONV_WITH_<NAME> says whether it was found, as the registry expects.
#   GCONV_LIBRARIES=OFF looks for none of them: gconv's own kernels, and a libgconv that needs only the C and OpenMP runtimes.
#   CBLAS: GCONV_BLAS = auto (OpenBLAS, then BLIS, then MKL), openblas, blis, mkl or none. OpenMP builds are preferred: a BLAS with a
#   thread pool of its own would compete with the kernels' OpenMP threads.
#   BATCHED_SGEMM: the cblas_sgemm_batch of BLIS or MKL where that is the BLAS, else LIBXSMM. OpenBLAS's (seen with 0.3.29) jumps
#   to a wrong address on small products in builds for many processors, as Debian's are; its pull request 5980 has the repair.
# SPDX-License-Identifier: Apache-2.0
find_package(PkgConfig REQUIRED)
include(CheckFunctionExists)
add_library(gconv_libraries INTERFACE)

option(GCONV_LIBRARIES "BLAS, LIBXSMM and oneDNN, where they are there; OFF: gconv's own kernels alone" ON)
set(GCONV_BLAS auto CACHE STRING "auto, openblas, blis, mkl or none")
set(GCONV_WITH_CBLAS 0)

function(use_blas vendor header_dir library)
  set(GCONV_WITH_CBLAS 1 PARENT_SCOPE)
  set(GCONV_BLAS_FILE ${library} PARENT_SCOPE)
  target_include_directories(gconv_libraries SYSTEM INTERFACE ${header_dir}) # blis.h does not compile without warnings
  target_link_libraries(gconv_libraries INTERFACE ${library})
  string(TOUPPER ${vendor} macro)
  target_compile_definitions(gconv_libraries INTERFACE GCONV_BLAS_${macro}=1)
  if(NOT vendor STREQUAL openblas)
    set(CMAKE_REQUIRED_LIBRARIES ${library})
    check_function_exists(cblas_sgemm_batch GCONV_${macro}_HAS_BATCH)
    set(GCONV_BATCH_CBLAS ${GCONV_${macro}_HAS_BATCH} PARENT_SCOPE)
  endif()
  message(STATUS "BLAS: ${vendor}, ${library}")
endfunction()

foreach(vendor openblas blis mkl)
  if(NOT GCONV_LIBRARIES OR GCONV_WITH_CBLAS OR NOT GCONV_BLAS MATCHES "^(auto|${vendor})$")
    continue()
  endif()
  if(vendor STREQUAL mkl)
    find_path(mkl_header mkl_cblas.h PATH_SUFFIXES mkl)
    find_library(mkl_library mkl_rt)
    if(mkl_header AND mkl_library)
      use_blas(mkl ${mkl_header} ${mkl_library})
    endif()
  else()
    find_path(${vendor}_header cblas.h PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE}/${vendor}-openmp ${vendor}-openmp
      ${CMAKE_LIBRARY_ARCHITECTURE}/${vendor}-pthread ${CMAKE_LIBRARY_ARCHITECTURE}/${vendor} ${vendor})
    find_library(${vendor}_library ${vendor} PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE}/${vendor}-openmp ${vendor}-openmp
      ${vendor}-pthread)
    if(${vendor}_header AND ${vendor}_library)
      use_blas(${vendor} ${${vendor}_header} ${${vendor}_library})
    endif()
  endif()
endforeach()

set(GCONV_WITH_BATCHED_SGEMM 0)
if(GCONV_LIBRARIES)
  find_path(xsmm_header libxsmm.h)
  find_library(xsmm_library xsmm)
  find_library(xsmm_noblas_library xsmmnoblas)
endif()
if(GCONV_BATCH_CBLAS)
  set(GCONV_WITH_BATCHED_SGEMM 1)
  target_compile_definitions(gconv_libraries INTERFACE GCONV_BATCH_CBLAS=1)
  message(STATUS "batched SGEMM: the BLAS's")
elseif(GCONV_LIBRARIES AND xsmm_header AND xsmm_library AND xsmm_noblas_library)
  set(GCONV_WITH_BATCHED_SGEMM 1)
  target_include_directories(gconv_libraries INTERFACE ${xsmm_header})
  # Its BLAS symbols come from the BLAS above, or from its own substitute where there is none.
  target_link_libraries(gconv_libraries INTERFACE ${xsmm_library} $<$<NOT:${GCONV_WITH_CBLAS}>:${xsmm_noblas_library}> ${CMAKE_DL_LIBS} m)
  target_compile_definitions(gconv_libraries INTERFACE GCONV_BATCH_XSMM=1)
  message(STATUS "batched SGEMM: LIBXSMM, ${xsmm_library}")
endif()

set(GCONV_WITH_DNNL 0)
set(GCONV_WITH_DNNL_WINOGRAD 0)
if(GCONV_LIBRARIES)
  find_package(dnnl QUIET CONFIG)
endif()
if(TARGET DNNL::dnnl)
  set(GCONV_WITH_DNNL 1)
  if(dnnl_VERSION VERSION_LESS 3 OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(GCONV_WITH_DNNL_WINOGRAD 1) # version 3 took it out for x86-64
  endif()
  target_link_libraries(gconv_libraries INTERFACE DNNL::dnnl)
  message(STATUS "oneDNN: ${dnnl_VERSION}")
endif()

target_compile_definitions(gconv_libraries INTERFACE GCONV_WITH_CBLAS=${GCONV_WITH_CBLAS}
  GCONV_WITH_BATCHED_SGEMM=${GCONV_WITH_BATCHED_SGEMM} GCONV_WITH_DNNL=${GCONV_WITH_DNNL}
  GCONV_WITH_DNNL_WINOGRAD=${GCONV_WITH_DNNL_WINOGRAD} GCONV_BLAS_FILE="${GCONV_BLAS_FILE}")
