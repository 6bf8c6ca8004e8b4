# Language, optimisation, warnings and sanitizers, the same for every target of the project.
# A result must not depend on the machine or the compiler, so nothing here may ask the CPU what it
# can do, and floating-point operations are never fused.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# CMake's own Release would be -O3: the published figures are all taken at -O2.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g")

find_program(INVITRO_CCACHE ccache)
mark_as_advanced(INVITRO_CCACHE)
if(INVITRO_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${INVITRO_CCACHE}")
endif()

add_compile_options(-ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion)

# Where several files are compiled at once, a local name may well be another file's constant.
if(NOT CMAKE_UNITY_BUILD)
    add_compile_options(-Wshadow)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wshadow=local)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 reports overlap inside std::string's own operator+ (gcc bug 105651).
    add_compile_options(-Wno-restrict)
    # These follow the optimiser's inlining into library code, and what they say changes with it.
    # They stay visible, but a false alarm in <variant> must not stop a build.
    add_compile_options(-Wno-error=array-bounds -Wno-error=maybe-uninitialized
                        -Wno-error=stringop-overflow -Wno-error=stringop-overread)
endif()

if(INVITRO_WERROR)
    add_compile_options(-Werror)
endif()

if(INVITRO_SANITIZE)
    add_compile_options(-fsanitize=${INVITRO_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${INVITRO_SANITIZE})
endif()
