# Finds LibTorch 2.7 or newer and makes the imported target tn::torch (libtorch_cpu and libc10, CPU headers alone).
#
# Looked for in TN_LIBTORCH, then on CMAKE_PREFIX_PATH, then in the user's cache folder where scripts/setup unpacks it.
# LibTorch's own package file is not used: it demands the CUDA toolkit and can pick up a system LibTorch.
# Sets TnLibTorch_FOUND, TnLibTorch_VERSION, TnLibTorch_LIBRARY_DIR.
set(TN_LIBTORCH_LEAST 2.7)

if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_cache "$ENV{XDG_CACHE_HOME}")
else()
  set(_cache "$ENV{HOME}/.cache")
endif()

set(_places)
if(TN_LIBTORCH)
  list(APPEND _places "${TN_LIBTORCH}" "${TN_LIBTORCH}/torch" "${TN_LIBTORCH}/libtorch")
else()
  foreach(_prefix IN LISTS CMAKE_PREFIX_PATH)
    list(APPEND _places "${_prefix}" "${_prefix}/torch" "${_prefix}/libtorch")
  endforeach()
  file(GLOB _unpacked "${_cache}/tn/libtorch-*/torch")
  list(SORT _unpacked COMPARE NATURAL ORDER DESCENDING)
  list(APPEND _places ${_unpacked})
endif()

unset(TnLibTorch_ROOT_DIR)
foreach(_place IN LISTS _places)
  if(EXISTS "${_place}/include/torch/csrc/api/include/torch/nn/module.h" AND EXISTS "${_place}/lib/libtorch_cpu.so")
    set(TnLibTorch_ROOT_DIR "${_place}")
    break()
  endif()
endforeach()

if(TnLibTorch_ROOT_DIR)
  # version.h of the API, written at LibTorch's own build.
  set(TnLibTorch_VERSION 0)
  foreach(_header include/torch/headeronly/version.h include/torch/csrc/api/include/torch/version.h)
    if(NOT EXISTS "${TnLibTorch_ROOT_DIR}/${_header}")
      continue()
    endif()
    file(STRINGS "${TnLibTorch_ROOT_DIR}/${_header}" _lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    if(_lines)
      string(REGEX REPLACE ".*MAJOR ([0-9]+).*" "\\1" _major "${_lines}")
      string(REGEX REPLACE ".*MINOR ([0-9]+).*" "\\1" _minor "${_lines}")
      string(REGEX REPLACE ".*PATCH ([0-9]+).*" "\\1" _patch "${_lines}")
      set(TnLibTorch_VERSION "${_major}.${_minor}.${_patch}")
      break()
    endif()
  endforeach()
  if(TnLibTorch_VERSION VERSION_LESS TN_LIBTORCH_LEAST)
    message(FATAL_ERROR "LibTorch ${TnLibTorch_VERSION} in ${TnLibTorch_ROOT_DIR} is too old: "
                        "${TN_LIBTORCH_LEAST} or newer is needed (scripts/setup fetches one, "
                        "-DTN_LIBTORCH=DIR names another, -DTN_NET=OFF builds without networks)")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TnLibTorch
  REQUIRED_VARS TnLibTorch_ROOT_DIR
  VERSION_VAR TnLibTorch_VERSION
  REASON_FAILURE_MESSAGE "run scripts/setup, name a LibTorch with -DTN_LIBTORCH=DIR, or build without networks: -DTN_NET=OFF")

if(TnLibTorch_FOUND AND NOT TARGET tn::torch)
  set(TnLibTorch_LIBRARY_DIR "${TnLibTorch_ROOT_DIR}/lib")
  # Only LibTorch's own folders: beside them lie copies of fmt, protobuf and oneDNN that would shadow the system's.
  set(_include "${PROJECT_BINARY_DIR}/libtorch-include")
  file(MAKE_DIRECTORY "${_include}")
  foreach(_part ATen c10 torch caffe2)
    file(CREATE_LINK "${TnLibTorch_ROOT_DIR}/include/${_part}" "${_include}/${_part}" SYMBOLIC)
  endforeach()
  foreach(_library c10 torch_cpu)
    add_library(tn::${_library} SHARED IMPORTED)
    set_target_properties(tn::${_library} PROPERTIES
      IMPORTED_LOCATION "${TnLibTorch_LIBRARY_DIR}/lib${_library}.so")
  endforeach()
  add_library(tn::torch INTERFACE IMPORTED)
  target_include_directories(tn::torch SYSTEM INTERFACE "${_include}" "${_include}/torch/csrc/api/include")
  target_link_libraries(tn::torch INTERFACE tn::torch_cpu tn::c10)
  # The CUPTI and CUDA runtime libraries that libtorch_cpu.so names are found by its own RPATH, not ours.
  target_link_options(tn::torch INTERFACE -Wl,--allow-shlib-undefined -Wl,--no-as-needed)
endif()
