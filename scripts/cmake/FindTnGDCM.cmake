# GDCM's decoders of pictures as tn::gdcm. Debian's own package file asks for libraries that are not needed here.
find_path(TnGDCM_INCLUDE_DIR gdcmImage.h PATH_SUFFIXES gdcm-3.0)
find_library(TnGDCM_MSFF gdcmMSFF)
find_library(TnGDCM_DSED gdcmDSED)
find_library(TnGDCM_COMMON gdcmCommon)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TnGDCM REQUIRED_VARS TnGDCM_MSFF TnGDCM_DSED TnGDCM_COMMON TnGDCM_INCLUDE_DIR)
mark_as_advanced(TnGDCM_INCLUDE_DIR TnGDCM_MSFF TnGDCM_DSED TnGDCM_COMMON)
if(TnGDCM_FOUND AND NOT TARGET tn::gdcm)
  add_library(tn::gdcm INTERFACE IMPORTED)
  # System headers: they warn.
  target_include_directories(tn::gdcm SYSTEM INTERFACE ${TnGDCM_INCLUDE_DIR})
  target_link_libraries(tn::gdcm INTERFACE ${TnGDCM_MSFF} ${TnGDCM_DSED} ${TnGDCM_COMMON})
endif()
