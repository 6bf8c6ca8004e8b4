# Every library from outside, as an imported target, so that folders name targets and never paths.
# All are Debian 12 packages; the list to install is in the script `dev`.

find_package(Threads REQUIRED)
find_package(GTest 1.12 REQUIRED)              # GTest::gtest GTest::gmock GTest::gtest_main
find_package(fmt 9 REQUIRED)                   # fmt::fmt
find_package(CLI11 2 REQUIRED)                 # CLI11::CLI11
find_package(nlohmann_json 3.11 REQUIRED)      # nlohmann_json::nlohmann_json
find_package(Boost 1.74 REQUIRED COMPONENTS graph)  # Boost::headers Boost::graph
find_package(benchmark 1.7 REQUIRED)           # benchmark::benchmark benchmark::benchmark_main
find_package(tl-expected 1.0 REQUIRED)         # tl::expected
find_package(rapidcheck REQUIRED)              # given its names below

# The system's own interpreter first: python3-jsonschema is installed for that one alone.
find_program(Python3_EXECUTABLE python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)  # Python3::Interpreter

# invitro_find_plain(<target> HEADER <file> LIBRARY <name> PACKAGE <Debian package>)
# makes the imported target for a library that Debian ships without a CMake package.
function(invitro_find_plain target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;LIBRARY;PACKAGE" "")
    find_path(INVITRO_${arg_LIBRARY}_INCLUDE "${arg_HEADER}")
    find_library(INVITRO_${arg_LIBRARY}_LIBRARY "${arg_LIBRARY}")
    mark_as_advanced(INVITRO_${arg_LIBRARY}_INCLUDE INVITRO_${arg_LIBRARY}_LIBRARY)
    if(NOT INVITRO_${arg_LIBRARY}_INCLUDE OR NOT INVITRO_${arg_LIBRARY}_LIBRARY)
        message(FATAL_ERROR "<${arg_HEADER}> or lib${arg_LIBRARY} is missing: "
                            "install the Debian package ${arg_PACKAGE}")
    endif()
    add_library(${target} UNKNOWN IMPORTED)
    set_target_properties(${target} PROPERTIES
        IMPORTED_LOCATION "${INVITRO_${arg_LIBRARY}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${INVITRO_${arg_LIBRARY}_INCLUDE}")
endfunction()

invitro_find_plain(SimGrid::simgrid HEADER simgrid/s4u.hpp LIBRARY simgrid PACKAGE libsimgrid-dev)
invitro_find_plain(sodium::sodium HEADER sodium.h LIBRARY sodium PACKAGE libsodium-dev)
invitro_find_plain(xxhash::xxhash HEADER xxhash.h LIBRARY xxhash PACKAGE libxxhash-dev)

# Debian's RapidCheck exports names without a namespace, and a mistyped one would be taken for a
# linker flag.
add_library(rapidcheck::rapidcheck ALIAS rapidcheck)
add_library(rapidcheck::gtest ALIAS rapidcheck_gtest)  # <rapidcheck/gtest.h>: RC_GTEST_PROP
