// Prints the schema, for schema_test.py: the program itself stands above this folder.
#include "scenarios/scenario.hpp"

#include <cstdio>
#include <string>

int main() {
    const std::string schema = invitro::scenarios::schema_json();
    return std::fwrite(schema.data(), 1, schema.size(), stdout) == schema.size() ? 0 : 1;
}
