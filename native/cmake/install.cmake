# What `cmake --install` puts down: headers, both libraries, and how CMake and pkg-config find them. Nothing
# in it knows its own place, so the folder can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(AIEDGE_CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/aiedge)

install(TARGETS aiedge aiedge_static EXPORT aiedgeTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY native/include/aiedge DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT aiedgeTargets NAMESPACE aiedge:: DESTINATION ${AIEDGE_CMAKE_FOLDER})

configure_package_config_file(native/cmake/aiedgeConfig.cmake.in aiedgeConfig.cmake
  INSTALL_DESTINATION ${AIEDGE_CMAKE_FOLDER})
write_basic_package_version_file(aiedgeConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/aiedgeConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/aiedgeConfigVersion.cmake
  DESTINATION ${AIEDGE_CMAKE_FOLDER})

file(RELATIVE_PATH AIEDGE_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
list(TRANSFORM AIEDGE_RUNTIME PREPEND -l OUTPUT_VARIABLE AIEDGE_PC_LIBS)
list(APPEND AIEDGE_PC_LIBS -pthread)
list(JOIN AIEDGE_PC_LIBS " " AIEDGE_PC_LIBS)
configure_file(native/cmake/aiedge.pc.in aiedge.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/aiedge.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
