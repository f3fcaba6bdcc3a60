# install.cmake - what `cmake --install` puts where: the library with its headers, pkg-config file and CMake package, and the tools
# (bench/problems/ the sets they read). A program that uses the library needs nothing else: which BLAS and
# which oneDNN are behind it stays inside.
# SPDX-License-Identifier: Apache-2.0
include(CMakePackageConfigHelpers)

# The headers go into a folder: glibc has a <gconv.h> of its own (character sets), which must neither be replaced nor found instead.
target_include_directories(gconv INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# Kernels are written with the same headers as plug-ins and built-in: those of core/ and simd/ are inline functions.
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/gconv)
install(FILES kernels/gconv.h kernels/gconv_kernel.h kernels/isas.inc DESTINATION ${headers})
install(FILES kernels/core/clock.h kernels/core/parallel.h kernels/core/workspace.h DESTINATION ${headers}/core)
install(DIRECTORY kernels/simd DESTINATION ${headers} FILES_MATCHING PATTERN "*.h")
install(TARGETS gconv EXPORT gconvTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT gconvTargets NAMESPACE gconv:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gconv FILE gconvTargets.cmake)

write_basic_package_version_file(${CMAKE_BINARY_DIR}/gconvConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_package_config_file(cmake/gconvConfig.cmake.in ${CMAKE_BINARY_DIR}/gconvConfig.cmake PATH_VARS headers
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gconv NO_CHECK_REQUIRED_COMPONENTS_MACRO)
install(FILES ${CMAKE_BINARY_DIR}/gconvConfig.cmake ${CMAKE_BINARY_DIR}/gconvConfigVersion.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gconv)

file(RELATIVE_PATH pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/gconv.pc.in gconv.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/gconv.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS gconv-bench gconv-check gconv-info gconv-train)
# Of gconv-check alone, so in a folder that nobody else looks into: it has no version.
install(TARGETS gconv_watch LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/gconv)
set_target_properties(gconv-check PROPERTIES INSTALL_RPATH "${CMAKE_INSTALL_RPATH};${CMAKE_INSTALL_RPATH}/gconv")
