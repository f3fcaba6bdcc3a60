# docs.cmake - the target `docs`: the reference of the library's functions, build/docs/html/index.html, by Doxygen from the public headers.
# Their comments are written for readers of the header, so a filter tells Doxygen which of them describe what. A warning is an error.
# SPDX-License-Identifier: Apache-2.0
find_package(Doxygen QUIET)
if(NOT DOXYGEN_FOUND)
  return()
endif()

set(DOXYGEN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/docs)
set(DOXYGEN_PROJECT_NAME gconv)
set(DOXYGEN_INPUT_FILTER "sed -f ${PROJECT_SOURCE_DIR}/cmake/docs/comments.sed")
set(DOXYGEN_EXTRACT_ALL YES) # a function may be described together with its neighbour
set(DOXYGEN_OPTIMIZE_OUTPUT_FOR_C YES)
set(DOXYGEN_TYPEDEF_HIDES_STRUCT YES)
set(DOXYGEN_MARKDOWN_SUPPORT NO) # sizes are products: ic*ih*iw is no emphasis
set(DOXYGEN_MACRO_EXPANSION YES)
set(DOXYGEN_EXPAND_ONLY_PREDEF YES)
set(DOXYGEN_PREDEFINED GCONV_API=)
set(DOXYGEN_HAVE_DOT NO)
set(DOXYGEN_SORT_MEMBER_DOCS NO) # the header's order is the order of use
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
file(GLOB public_headers CONFIGURE_DEPENDS kernels/gconv*.h)
doxygen_add_docs(docs ${public_headers} COMMENT "Reference of the library: ${CMAKE_BINARY_DIR}/docs/html/index.html")
