# One source folder, one library, one test program.
#
#   invitro_library(<folder>
#       SOURCES <files...>         the .cpp files of the library, all named
#       TESTS <files...>           the *_test.cpp files, all named
#       BENCHES <files...>         the *_bench.cpp files, all named
#       PUBLIC <targets...>        libraries that show in the folder's headers
#       PRIVATE <targets...>       libraries that only its .cpp files use
#       TEST_PRIVATE <targets...>  libraries that only its tests use
#       ALONE <regexes...>         files that are never compiled together with others)
#
# makes the library invitro_<folder>, known as invitro::<folder>, and, given tests, the program
# <folder>_test. Tests start in the project's root, so that they may read shipped files; in CTest
# each is called <folder>.<Suite>.<Name> and labelled <folder>. Benchmarks of all folders make one
# program, invitro_bench, which is built only when it is asked for.
#
# Most presets compile several files of a folder at once, which takes a third of the time. Names in
# the unnamed namespaces of such files must differ; where the same name is right in each of them
# (every family of properties has a list `properties`), they are compiled ALONE.
include(GoogleTest)

function(invitro_library folder)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;TESTS;BENCHES;PUBLIC;PRIVATE;TEST_PRIVATE;ALONE")
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

    add_library(invitro_${folder} STATIC ${arg_SOURCES})
    add_library(invitro::${folder} ALIAS invitro_${folder})
    target_include_directories(invitro_${folder} PUBLIC
        "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated")
    target_link_libraries(invitro_${folder} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    add_dependencies(invitro_${folder} invitro_version)

    if(arg_TESTS)
        add_executable(${folder}_test ${arg_TESTS})
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
            PROPERTIES LABELS ${folder} TIMEOUT 600 ENVIRONMENT "RC_PARAMS=seed=1")
    endif()

    if(arg_BENCHES)
        add_library(${folder}_bench OBJECT EXCLUDE_FROM_ALL ${arg_BENCHES})
        target_link_libraries(${folder}_bench PRIVATE
            invitro::${folder} ${arg_PRIVATE} benchmark::benchmark)
    endif()
endfunction()
