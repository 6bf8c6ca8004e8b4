# Writes the shipped scenarios into a .cpp file, so that the program finds them wherever it is.
#
#   cmake -D OUTPUT=<file> -D "FILES=<a.json;b.json>" -P embed_shipped.cmake
set(entries "")
foreach(file IN LISTS FILES)
    file(READ "${file}" text)
    get_filename_component(name "${file}" NAME_WE)
    string(APPEND entries "        {\"${name}\", R\"scenario(${text})scenario\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Written by scenarios/embed_shipped.cmake.
#include \"scenarios/scenario.hpp\"

namespace invitro::scenarios {

const std::vector<ShippedScenario>& shipped_scenarios() {
    static const std::vector<ShippedScenario> all = {
${entries}    };
    return all;
}

}  // namespace invitro::scenarios
")
