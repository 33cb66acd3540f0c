# OpenCV's core, imgproc and photo alone, as tn::opencv: Debian ships OpenCV's package file only with the package of all modules.
find_path(TnOpenCV_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4)
find_library(TnOpenCV_CORE opencv_core)
find_library(TnOpenCV_IMGPROC opencv_imgproc)
find_library(TnOpenCV_PHOTO opencv_photo)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TnOpenCV REQUIRED_VARS TnOpenCV_CORE TnOpenCV_IMGPROC TnOpenCV_PHOTO
                                  TnOpenCV_INCLUDE_DIR)
mark_as_advanced(TnOpenCV_INCLUDE_DIR TnOpenCV_CORE TnOpenCV_IMGPROC TnOpenCV_PHOTO)
if(TnOpenCV_FOUND AND NOT TARGET tn::opencv)
  add_library(tn::opencv INTERFACE IMPORTED)
  # System headers: they warn.
  target_include_directories(tn::opencv SYSTEM INTERFACE ${TnOpenCV_INCLUDE_DIR})
  target_link_libraries(tn::opencv INTERFACE -Wl,--push-state,--as-needed ${TnOpenCV_PHOTO} -Wl,--pop-state
                        ${TnOpenCV_CORE} ${TnOpenCV_IMGPROC})
endif()
