# Writes generated/invitro_version.hpp into the build directory, once while configuring and again at
# each build, but only when its text changes, so that a commit recompiles what prints the version
# and nothing else. Runs in two ways: included by CMakeLists.txt, and as a script (cmake -P).

if(NOT CMAKE_SCRIPT_MODE_FILE)
    set(invitro_version_command
        "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DRELEASE=${PROJECT_VERSION}"
        "-DHEADER=${PROJECT_BINARY_DIR}/generated/invitro_version.hpp"
        -P "${CMAKE_CURRENT_LIST_FILE}")
    execute_process(COMMAND ${invitro_version_command} COMMAND_ERROR_IS_FATAL ANY)
    add_custom_target(invitro_version COMMAND ${invitro_version_command}
                      BYPRODUCTS "${PROJECT_BINARY_DIR}/generated/invitro_version.hpp"
                      COMMENT "Checking the version" VERBATIM)
    return()
endif()

# invitro_git(<variable> <arguments...>): git's answer, or nothing if there is no git or no answer.
function(invitro_git variable)
    # Without optional locks git leaves the index alone, so that a build never disturbs a commit.
    execute_process(COMMAND "${GIT}" --no-optional-locks -C "${SOURCE}" ${ARGN}
                    OUTPUT_VARIABLE answer ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE
                    RESULT_VARIABLE failed)
    if(failed)
        set(answer "")
    endif()
    set(${variable} "${answer}" PARENT_SCOPE)
endfunction()

set(version "${RELEASE}")
set(commit "unknown")
find_program(GIT git)
if(GIT)
    # A source archive unpacked inside another repository must not take that one's version.
    invitro_git(outside rev-parse --show-prefix)
    invitro_git(hash rev-parse HEAD)
    if(hash AND outside STREQUAL "")
        set(commit "${hash}")
        invitro_git(described describe --tags --match "v[0-9]*" --dirty)
        if(described)
            string(REGEX REPLACE "^v" "" version "${described}")
        else()
            invitro_git(described describe --always --dirty --exclude "*")
            set(version "${RELEASE}-g${described}")
        endif()
    endif()
endif()

file(CONFIGURE OUTPUT "${HEADER}" @ONLY CONTENT [[
#pragma once

// Written by the build: which Invitro this is. Include it in .cpp files only, since it changes with
// every commit.
#include <string_view>

namespace invitro {

// What `git describe` says of the source, or the release's number where there is no git.
inline constexpr std::string_view version_string = "@version@";

// The whole hash of the commit, or "unknown".
inline constexpr std::string_view version_commit = "@commit@";

}  // namespace invitro
]])
