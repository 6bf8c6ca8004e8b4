# invitro_add_gate(<name>
#     SCENARIOS <files or names...>  what is run
#     BASELINE <folder>              of <scenario>.baseline.json, as `invitro gate --update` writes it
#     [FORMATS <formats...>]         junit, github, gitlab: written to <build folder>/<name>/
#     [JOBS <number>]                worker processes; default 1, since ctest runs tests side by side
#     [LABELS <labels...>])
#
# adds a test that passes where the program behaves as its baseline says, and fails on a violated
# property, a missed threshold, a regression, and where it cannot tell. It starts in the current
# source folder. `cmake --build ... --target <name>_update` takes today's behaviour as the baseline.
function(invitro_add_gate name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "BASELINE;JOBS" "SCENARIOS;FORMATS;LABELS")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_SCENARIOS OR NOT arg_BASELINE)
        message(FATAL_ERROR "invitro_add_gate(${name}): SCENARIOS or BASELINE is missing or an "
                            "argument is unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_JOBS)
        set(arg_JOBS 1)
    endif()
    set(command "$<TARGET_FILE:invitro::invitro>" gate ${arg_SCENARIOS}
        --baseline "${arg_BASELINE}" --jobs ${arg_JOBS} --out "${CMAKE_CURRENT_BINARY_DIR}/${name}")
    set(formats)
    foreach(format IN LISTS arg_FORMATS)
        list(APPEND formats --format ${format})
    endforeach()
    add_test(NAME ${name} COMMAND ${command} ${formats}
             WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" PROCESSORS ${arg_JOBS})
    add_custom_target(${name}_update COMMAND ${command} --update
                      WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" VERBATIM)
endfunction()
