# One source folder, one library, one test program.
#
#   invitro_library(<folder>
#       SOURCES <files...>         the .cpp files of the library, all named
#       TESTS <files...>           the *_test.cpp files, all named
#       FUZZES <files...>          the *_fuzz.cpp files, all named
#       BENCHES <files...>         the *_bench.cpp files, all named
#       PUBLIC <targets...>        libraries that show in the folder's headers
#       PRIVATE <targets...>       libraries that only its .cpp files use
#       TEST_PRIVATE <targets...>  libraries that only its tests use
#       ALONE <regexes...>         files that are never compiled together with others)
#
# makes the library invitro_<folder>, known as invitro::<folder>, and, given tests, the program
# <folder>_test. Tests start in the project's root, so that they may read shipped files; in CTest
# each is called <folder>.<Suite>.<Name> and labelled <folder>. Benchmarks of all folders make one
# program, invitro_bench, which is built only when it is asked for. Each fuzz target is replayed in
# the folder's tests, and with clang and its sanitizers makes a libFuzzer program, <name>_fuzz, which
# is built only when it is asked for (protocol/fuzz/fuzz_target.hpp).
#
# Most presets compile several files of a folder at once, which takes a third of the time. Names in
# the unnamed namespaces of such files must differ; where the same name is right in each of them
# (every family of properties has a list `properties`), they are compiled ALONE. Fuzz targets are.
include(GoogleTest)

function(invitro_library folder)
    cmake_parse_arguments(
        PARSE_ARGV 1 arg "" "" "SOURCES;TESTS;FUZZES;BENCHES;PUBLIC;PRIVATE;TEST_PRIVATE;ALONE")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
        message(FATAL_ERROR "invitro_library(${folder}): SOURCES is empty or an argument is "
                            "unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()

    foreach(regex IN LISTS arg_ALONE)
        set(alone ${arg_SOURCES} ${arg_TESTS})
        list(FILTER alone INCLUDE REGEX "^${regex}$")
        if(NOT alone)
            message(FATAL_ERROR "invitro_library(${folder}): nothing is called ${regex}")
        endif()
        set_source_files_properties(${alone} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endforeach()

    if(arg_FUZZES)
        set_source_files_properties(${arg_FUZZES} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()

    add_library(invitro_${folder} STATIC ${arg_SOURCES})
    add_library(invitro::${folder} ALIAS invitro_${folder})
    target_include_directories(invitro_${folder} PUBLIC
        "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated")
    target_link_libraries(invitro_${folder} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    add_dependencies(invitro_${folder} invitro_version)

    if(arg_TESTS)
        add_executable(${folder}_test ${arg_TESTS} ${arg_FUZZES})
        if(arg_FUZZES)
            target_sources(${folder}_test PRIVATE
                "${PROJECT_SOURCE_DIR}/protocol/fuzz/fuzz_targets_test.cpp")
        endif()
        target_link_libraries(${folder}_test PRIVATE
            invitro::${folder} ${arg_PRIVATE} ${arg_TEST_PRIVATE}
            GTest::gtest GTest::gmock GTest::gtest_main)
        # RapidCheck draws from the clock unless told otherwise: a test must fail on every run or
        # on none.
        gtest_discover_tests(${folder}_test
            DISCOVERY_MODE PRE_TEST
            DISCOVERY_TIMEOUT 60
            TEST_PREFIX "${folder}."
            WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
            TEST_FILTER "-*Exhaustive*"
            PROPERTIES LABELS ${folder} TIMEOUT 600 ENVIRONMENT "RC_PARAMS=seed=1")
        # What goes through every case takes minutes: `ctest -L slow`.
        gtest_discover_tests(${folder}_test
            DISCOVERY_MODE PRE_TEST
            DISCOVERY_TIMEOUT 60
            TEST_PREFIX "${folder}."
            WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
            TEST_LIST ${folder}_slow_tests
            TEST_FILTER "*Exhaustive*"
            PROPERTIES LABELS "${folder};slow" TIMEOUT 3600 ENVIRONMENT "RC_PARAMS=seed=1")
    endif()

    foreach(file IN LISTS arg_FUZZES)
        invitro_fuzz_program(${folder} ${file})
    endforeach()

    if(arg_BENCHES)
        add_library(${folder}_bench OBJECT EXCLUDE_FROM_ALL ${arg_BENCHES})
        target_link_libraries(${folder}_bench PRIVATE
            invitro::${folder} ${arg_PRIVATE} benchmark::benchmark)
    endif()
endfunction()

# The libFuzzer program of one target; nothing where the build does not count what is reached.
function(invitro_fuzz_program folder file)
    if(NOT INVITRO_SANITIZE MATCHES "fuzzer-no-link")
        return()
    endif()
    get_filename_component(name "${file}" NAME_WE)
    add_executable(${name} EXCLUDE_FROM_ALL
        "${file}" "${PROJECT_SOURCE_DIR}/protocol/fuzz/fuzz_main.cpp")
    target_link_libraries(${name} PRIVATE invitro::${folder})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()
