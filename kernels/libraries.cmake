# The libraries kernels are built on. Each is optional; GCONV_WITH_<NAME> says whether it was found, as the registry expects.
#   CBLAS: GCONV_BLAS = auto (OpenBLAS, then BLIS, then MKL), openblas, blis, mkl or none. OpenMP builds are preferred: a BLAS with a
#   thread pool of its own would compete with the kernels' OpenMP threads.
find_package(PkgConfig REQUIRED)
add_library(gconv_libraries INTERFACE)

set(GCONV_BLAS auto CACHE STRING "auto, openblas, blis, mkl or none")
set(GCONV_WITH_CBLAS 0)

function(use_blas vendor header_dir library)
  set(GCONV_WITH_CBLAS 1 PARENT_SCOPE)
  set(GCONV_BLAS_FOUND ${vendor} PARENT_SCOPE)
  target_include_directories(gconv_libraries INTERFACE ${header_dir})
  target_link_libraries(gconv_libraries INTERFACE ${library})
  string(TOUPPER ${vendor} macro)
  target_compile_definitions(gconv_libraries INTERFACE GCONV_BLAS_${macro}=1)
  message(STATUS "BLAS: ${vendor}, ${library}")
endfunction()

foreach(vendor openblas blis mkl)
  if(GCONV_WITH_CBLAS OR NOT GCONV_BLAS MATCHES "^(auto|${vendor})$")
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

set(GCONV_WITH_DNNL 0)
find_package(dnnl QUIET CONFIG)
if(TARGET DNNL::dnnl)
  set(GCONV_WITH_DNNL 1)
  target_link_libraries(gconv_libraries INTERFACE DNNL::dnnl)
  message(STATUS "oneDNN: ${dnnl_VERSION}")
endif()

target_compile_definitions(gconv_libraries INTERFACE GCONV_WITH_CBLAS=${GCONV_WITH_CBLAS} GCONV_WITH_DNNL=${GCONV_WITH_DNNL})
