# DCMTK's segmentations as tn::dcmtk. Debian's own package file asks for every library that DCMTK was built with.
find_path(TnDCMTK_INCLUDE_DIR dcmtk/dcmseg/segdoc.h)
set(TnDCMTK_NAMES dcmseg dcmfg dcmiod dcmdata oflog ofstd)
set(TnDCMTK_LIBRARIES)
foreach(name IN LISTS TnDCMTK_NAMES)
  find_library(TnDCMTK_${name} ${name})
  list(APPEND TnDCMTK_LIBRARIES ${TnDCMTK_${name}})
  mark_as_advanced(TnDCMTK_${name})
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TnDCMTK REQUIRED_VARS TnDCMTK_INCLUDE_DIR TnDCMTK_dcmseg TnDCMTK_dcmfg
                                  TnDCMTK_dcmiod TnDCMTK_dcmdata TnDCMTK_oflog TnDCMTK_ofstd)
mark_as_advanced(TnDCMTK_INCLUDE_DIR)
if(TnDCMTK_FOUND AND NOT TARGET tn::dcmtk)
  add_library(tn::dcmtk INTERFACE IMPORTED)
  # System headers: they warn.
  target_include_directories(tn::dcmtk SYSTEM INTERFACE ${TnDCMTK_INCLUDE_DIR})
  target_link_libraries(tn::dcmtk INTERFACE ${TnDCMTK_LIBRARIES})
endif()
